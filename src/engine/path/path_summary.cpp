// What the seeds of a path say against lambda 0: paired differences.
#include <cmath>
#include <map>
#include <tuple>

#include "core/statistics.h"
#include "engine/path/path_cells.h"
#include "engine/path/seed_splits.h"

namespace marginscope {
namespace {

/// Every loss of a finished cell, by the name it is reported under.
std::map<std::string, double> losses_of(const PathCell& cell) {
    std::map<std::string, double> losses;
    if (cell.clean_ce) losses["clean"] = *cell.clean_ce;
    for (const auto& [sigma, ce] : cell.noisy_ce) losses[noise_name(sigma, false)] = ce;
    for (const auto& [sigma, ce] : cell.noisy_ce_relative) losses[noise_name(sigma, true)] = ce;
    return losses;
}

PairedDifference summarise(const std::vector<double>& differences) {
    const Interval interval = student_mean(differences);
    PairedDifference result;
    result.seeds = interval.count;
    result.mean = interval.value;
    result.low = interval.low;
    result.high = interval.high;
    result.spread = standard_deviation(differences);
    return result;
}

}  // namespace

std::string noise_name(double sigma, bool relative) {
    return "noise " + format_value(sigma) + (relative ? " RMS" : "");
}

std::vector<PairedDifference> paired_differences(const std::vector<PathCell>& cells) {
    std::map<std::pair<PathRecipe, std::int64_t>, std::map<std::string, double>> base;
    for (const PathCell& cell : cells)
        if (cell.status == CellStatus::done && cell.lambda == 0 && cell.train_noise == 0)
            base[{cell.recipe, cell.seed}] = losses_of(cell);
    std::map<std::tuple<PathRecipe, double, double, std::string>, std::vector<double>> differences;
    for (const PathCell& cell : cells) {
        const auto own = base.find({cell.recipe, cell.seed});
        const bool is_base = cell.lambda == 0 && cell.train_noise == 0;
        if (cell.status != CellStatus::done || is_base || own == base.end()) continue;
        for (const auto& [quantity, loss] : losses_of(cell)) {
            const auto from = own->second.find(quantity);
            if (from == own->second.end()) continue;
            const double difference = loss / from->second - 1.0;
            if (std::isfinite(difference))
                differences[{cell.recipe, cell.lambda, cell.train_noise, quantity}].push_back(
                    difference);
        }
    }
    std::vector<PairedDifference> result;
    for (const auto& [key, values] : differences) {
        PairedDifference one = summarise(values);
        std::tie(one.recipe, one.lambda, one.train_noise, one.quantity) = key;
        result.push_back(std::move(one));
    }
    return result;
}

void conclude(PathFrame& frame) {
    frame.proposal = propose_lambda(frame.cells, frame.max_clean_loss, frame.noise_relative);
    frame.paired = paired_differences(frame.cells);
    frame.splits = seed_splits(frame.cells, frame.noise_relative);
}

}  // namespace marginscope
