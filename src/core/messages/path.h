// Path: a plan of lambda_m x seeds, its cells and what they say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/run/run_config.h"

namespace marginscope {

// ---- the plan, of both

struct PathPlan {
    std::string folder;     // "" chooses one
    std::string text;       // "" is the built-in corpus
    std::string text_mark;  // of the text's content, text_mark_of(); "" when there is no file
    std::vector<double> lambdas = {0, 0.005, 0.01, 0.02, 0.05, 0.1};
    std::vector<double> train_noises = {0};
    int seeds = 2;
    std::vector<double> sigmas = {0.02, 0.05, 0.1};     // absolute
    std::vector<double> relative_sigmas = {0.25, 0.5};  // in units of each model's embedding RMS
    bool relative = false;                              // which of the two the proposal looks at
    double max_clean_loss = 0.02;
    int jobs = 0;          // 0: number of cores
    int positions = 4096;  // for the margins of a finished cell
    int draws = 4;
    RunConfig config;
    static void fields(auto& self, auto&& visit) {
        visit("folder", self.folder);
        visit("text", self.text);
        visit("text_mark", self.text_mark);
        visit("lambdas", self.lambdas);
        visit("train_noises", self.train_noises);
        visit("seeds", self.seeds);
        visit("sigmas", self.sigmas);
        visit("relative_sigmas", self.relative_sigmas);
        visit("relative", self.relative);
        visit("max_clean_loss", self.max_clean_loss);
        visit("jobs", self.jobs);
        visit("positions", self.positions);
        visit("draws", self.draws);
        visit("config", self.config);
    }
};

// ---- frames

enum class CellStatus { waiting, running, done, failed };

struct PathCell {
    double lambda = 0;
    std::int64_t seed = 0;
    std::string site;
    std::string fit;
    double train_noise = 0;
    CellStatus status = CellStatus::waiting;
    double progress = 0;  // 0…1 of all its steps; training is one of them
    std::string doing;    // "training", "fitting its stage", … while running
    std::optional<double> clean_ce;
    std::vector<std::pair<double, double>> noisy_ce;  // (sigma, cross-entropy), sigma absolute
    std::vector<std::pair<double, double>>
        noisy_ce_relative;  // sigma in units of the embeddings' RMS
    double sigma_min_p5 = 0, sigma_min_median = 0, sigma_min_min = 0;  // valid with clean_ce
    double logdet_mean = 0;
    double share_beyond = 0;
    double embedding_rms = 0;
    std::string run;        // its run folder
    std::string text_mark;  // of the text it belongs to, as in the plan
    std::string sentence;   // why it failed
};

struct PathProposal {
    double lambda = 0;  // 0 as long as nothing is settled
    std::string rule;
    std::string reason;
    /// The interval of the difference excludes 0, at `lambda` or (lambda 0) at every other one.
    bool settled = false;
    int pairs = 0;                    // seeds finished both at lambda 0 and where `reason` looks
    std::optional<int> seeds_needed;  // about so many more would settle it; from two pairs on
};

/// A quantity at one lambda against lambda 0 of the same seeds: mean of the relative differences,
/// 95 % Student interval.
struct PairedDifference {
    double lambda = 0;
    double train_noise = 0;
    std::string quantity;  // "clean", "noise 0.05", "noise 0.25 RMS"
    int seeds = 0;
    double mean = 0;           // 0.01 is one per cent more than at lambda 0
    double low = 0, high = 0;  // NaN with a single seed
    double spread = 0;         // standard deviation of the differences, NaN with a single seed

    /// The interval lies on one side of 0.
    bool told() const { return low > 0 || high < 0; }
};

struct PathFrame {
    std::uint64_t version = 0;
    std::string folder;
    PathPlan plan;
    std::vector<PathCell> cells;
    std::vector<PairedDifference> paired;
    bool noise_relative = false;  // which of the two noise units rules and headlines use
    bool running = false;
    int running_cells = 0;
    double progress = 0;
    double eta_secs = 0;
    std::optional<PathProposal> proposal;
    double max_clean_loss = 0.02;
    std::string sentence;
};

// ---- commands

struct StartPath {
    static constexpr std::string_view kName = "start_path";
    PathPlan plan;
    static void fields(auto& self, auto&& visit) { visit("plan", self.plan); }
};
struct StopPath {
    static constexpr std::string_view kName = "stop_path";
    static void fields(auto&, auto&&) {}
};
struct OpenPath {
    static constexpr std::string_view kName = "open_path";
    std::string folder;
    static void fields(auto& self, auto&& visit) { visit("folder", self.folder); }
};
struct SetCleanLossRule {
    static constexpr std::string_view kName = "set_clean_loss_rule";
    double max_clean_loss = 0.02;
    static void fields(auto& self, auto&& visit) { visit("max_clean_loss", self.max_clean_loss); }
};
// that model everywhere
struct LoadPathCell {
    static constexpr std::string_view kName = "load_path_cell";
    std::string run;
    static void fields(auto& self, auto&& visit) { visit("run", self.run); }
};

}  // namespace marginscope
