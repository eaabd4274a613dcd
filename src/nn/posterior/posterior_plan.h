// What `marginscope posterior` was asked for, and its way to DIR/posterior.json and back.
// Torch-free; any thread.
//
//     DIR/posterior.json         density, schedule, chains; once done, what the chains say
//     DIR/start.safetensors      the trained model that every chain starts from
//     DIR/chains/chain-1.safetensors   where a chain stands: weights, preconditioner, measurements
//     DIR/sample-1-0001/         a run folder: the first draw of the first chain
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace marginscope {

struct PosteriorPlan {
    std::string model;        // where it came from, for people
    std::string sha256;       // of that file
    std::string text;         // the fingerprint of the text (text/corpus.h)
    std::int64_t tokens = 0;  // N
    int samples = 20;         // of all chains together; a multiple of `chains`
    int chains = 4;
    std::int64_t burn_in = 1000;  // steps of each chain before anything is kept
    std::int64_t every = 250;     // steps from one draw to the next
    double step_size = 1e-4;      // nn/posterior/langevin.h
    double temperature = 1.0;
    double prior_sd = 1.0;
    double lambda = 0.0;
    std::uint64_t seed = 0;
    int threads = 2;
    bool operator==(const PosteriorPlan&) const = default;

    int samples_per_chain() const { return samples / chains; }
    std::int64_t steps_per_chain() const { return burn_in + every * samples_per_chain(); }
    /// Four measurements from one draw to the next.
    std::int64_t measured_every() const { return every < 4 ? 1 : every / 4; }
};

/// One number that the chains were followed by.
struct PosteriorQuantity {
    std::string name, unit;
    double start = 0.0;               // of the trained model
    double mean = 0.0, spread = 0.0;  // over all measurements after the burn-in
    double r_hat = 0.0, ess = 0.0;    // core/probability/chains.h; NaN where undefined
};

struct PosteriorReport {
    std::vector<PosteriorQuantity> quantities;
    double gradient_heat = 0.0;  // nn/posterior/langevin.h, the largest of the chains
    int samples = 0;             // that lie in the folder
    bool stopped = false;
};

/// The density in one line, as help, report and JSON say it; "tempered" where temperature is not 1.
std::string density_sentence(const PosteriorPlan& plan);

nlohmann::json plan_to_json(const PosteriorPlan& plan);
/// Of DIR/posterior.json. UserError for a folder without one and for values out of range.
PosteriorPlan read_posterior_plan(const std::filesystem::path& folder);
nlohmann::json report_to_json(const PosteriorReport& report);

std::filesystem::path sample_folder(const std::filesystem::path& folder, int chain, int draw);
/// UserError (exit code 2) for numbers that make no chain.
void check_plan(const PosteriorPlan& plan);

}  // namespace marginscope
