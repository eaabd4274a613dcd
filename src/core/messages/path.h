// Path: a plan of lambda_m x seeds, its cells and what they say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/messages/path_plan.h"

namespace marginscope {

// ---- frames

enum class CellStatus { waiting, running, done, failed };

/// What a cell has in common with the lambda 0 that it is compared with.
struct PathRecipe {
    bool tied = true;
    std::string stage_sigma = "closed";
    auto operator<=>(const PathRecipe&) const = default;
};

struct PathCell {
    double lambda = 0;
    std::int64_t seed = 0;
    PathRecipe recipe;
    double stage_sigma_floor = 0;
    double stage_input_rms = 0;
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
    PathRecipe recipe;                // whose lambda it is
    double open_lambda = 0;           // what seeds_needed would settle
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
    PathRecipe recipe;

    /// The interval lies on one side of 0.
    bool told() const { return low > 0 || high < 0; }
};

/// Seeds of one lambda that fall into two groups: a mean over them is of neither. seed_splits.h has
/// the rule.
struct SeedGroup {
    std::vector<std::int64_t> seeds;
    double mean = 0;
};
struct SeedSplit {
    PathRecipe recipe;
    double lambda = 0;
    double train_noise = 0;
    std::string quantity;  // "mean log|det J|", "share beyond", "noise 0.25 RMS" for the loss
    SeedGroup low, high;
};

struct PathFrame {
    std::uint64_t version = 0;
    std::string folder;
    PathPlan plan;
    std::vector<PathCell> cells;
    std::vector<PairedDifference> paired;
    std::vector<SeedSplit> splits;  // one at most for a recipe, lambda and training noise
    bool noise_relative = false;    // which of the two noise units rules and headlines use
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
