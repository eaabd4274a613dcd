// Means over seeds at lambda_m 0 and at the largest, and the paired differences there.
#include "engine/tour/path_values.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/statistics.h"

namespace marginscope {
namespace {

using Value = std::optional<double>;

Value finite(double value) { return std::isfinite(value) ? Value(value) : std::nullopt; }

bool counts(const PathFrame& path, const PathCell& cell) {
    return cell.status == CellStatus::done && cell.train_noise == 0 &&
           cell.recipe == path.cells.front().recipe;
}

Value largest_lambda(const Frames& f) {
    if (f.path == nullptr) return std::nullopt;
    Value largest;
    for (const PathCell& cell : f.path->cells)
        if (counts(*f.path, cell)) largest = std::max(largest.value_or(0), cell.lambda);
    return largest;
}

Value mean_over_seeds(const Frames& f, Value lambda, double PathCell::*number) {
    if (!lambda) return std::nullopt;
    std::vector<double> values;
    for (const PathCell& cell : f.path->cells)
        if (counts(*f.path, cell) && cell.lambda == *lambda) values.push_back(cell.*number);
    return finite(mean(values));
}

// "noise 0.25 RMS" -> 0.25; 0 for another quantity or unit.
double noise_of(const std::string& quantity, bool relative) {
    if (!quantity.starts_with("noise ") || quantity.ends_with(" RMS") != relative) return 0;
    return std::strtod(quantity.c_str() + 6, nullptr);
}

const PairedDifference* strongest_noise(const Frames& f, double lambda, bool relative) {
    const PairedDifference* found = nullptr;
    for (const PairedDifference& one : f.path->paired) {
        const double sigma = noise_of(one.quantity, relative);
        if (one.lambda != lambda || one.train_noise > 0 || sigma <= 0) continue;
        if (!(one.recipe == f.path->cells.front().recipe)) continue;
        if (found == nullptr || sigma > noise_of(found->quantity, relative)) found = &one;
    }
    return found;
}

Value change_at_largest(const Frames& f, bool relative) {
    const Value lambda = largest_lambda(f);
    const PairedDifference* one = lambda ? strongest_noise(f, *lambda, relative) : nullptr;
    return one != nullptr ? finite(100 * one->mean) : std::nullopt;
}

}  // namespace

std::optional<double> path_seeds(const Frames& f) {
    const Value lambda = largest_lambda(f);
    if (!lambda) return std::nullopt;
    return static_cast<double>(std::ranges::count_if(f.path->cells, [&](const PathCell& cell) {
        return counts(*f.path, cell) && cell.lambda == *lambda;
    }));
}
std::optional<double> path_lambda(const Frames& f) {
    if (f.path == nullptr || !f.path->proposal) return std::nullopt;
    return finite(f.path->proposal->lambda);
}
std::optional<double> path_first_lambda(const Frames& f) {
    if (!largest_lambda(f)) return std::nullopt;
    Value first;
    for (const PathCell& cell : f.path->cells) {
        if (!counts(*f.path, cell) || cell.lambda <= 0) continue;
        const PairedDifference* one = strongest_noise(f, cell.lambda, true);
        if (one != nullptr && one->high < 0) first = std::min(first.value_or(1e9), cell.lambda);
    }
    return first;
}
std::optional<double> path_plain_beyond(const Frames& f) {
    const Value share =
        mean_over_seeds(f, largest_lambda(f) ? Value(0) : std::nullopt, &PathCell::share_beyond);
    return share ? Value(100 * *share) : std::nullopt;
}
std::optional<double> path_most_beyond(const Frames& f) {
    const Value share = mean_over_seeds(f, largest_lambda(f), &PathCell::share_beyond);
    return share ? Value(100 * *share) : std::nullopt;
}
std::optional<double> path_clean_change(const Frames& f) {
    const Value lambda = largest_lambda(f);
    if (!lambda) return std::nullopt;
    for (const PairedDifference& one : f.path->paired)
        if (one.lambda == *lambda && one.train_noise == 0 && one.quantity == "clean" &&
            one.recipe == f.path->cells.front().recipe)
            return finite(100 * one.mean);
    return std::nullopt;
}
std::optional<double> path_relative_change(const Frames& f) { return change_at_largest(f, true); }
std::optional<double> path_absolute_change(const Frames& f) { return change_at_largest(f, false); }
std::optional<double> path_plain_rms(const Frames& f) {
    return mean_over_seeds(f, largest_lambda(f) ? Value(0) : std::nullopt,
                           &PathCell::embedding_rms);
}
std::optional<double> path_most_rms(const Frames& f) {
    return mean_over_seeds(f, largest_lambda(f), &PathCell::embedding_rms);
}

}  // namespace marginscope
