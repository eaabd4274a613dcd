// The rule that tells two groups of seeds from one.
#include "engine/path/seed_splits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "engine/path/path_cells.h"

namespace marginscope {
namespace {

constexpr std::size_t kFewestSeeds = 4;
constexpr double kFactor = 4;
constexpr double kShareOfRange = 0.4;

struct SeedValue {
    double value = 0;
    std::int64_t seed = 0;
};
using Seeds = std::vector<SeedValue>;

/// What the rule looks at, by name: a finished cell's finite values.
std::map<std::string, double> values_of(const PathCell& cell, bool relative) {
    std::map<std::string, double> values = {{"mean log|det J|", cell.logdet_mean},
                                            {"share beyond", cell.share_beyond}};
    for (const auto& [sigma, ce] : relative ? cell.noisy_ce_relative : cell.noisy_ce)
        values[noise_name(sigma, relative)] = ce;
    std::erase_if(values, [](const auto& one) { return !std::isfinite(one.second); });
    return values;
}

SeedGroup group_of(std::span<const SeedValue> seeds) {
    SeedGroup group;
    for (const SeedValue& one : seeds) {
        group.seeds.push_back(one.seed);
        group.mean += one.value / static_cast<double>(seeds.size());
    }
    return group;
}

/// The groups of one quantity at one lambda, and the share of `range` that lies between them.
std::optional<std::pair<SeedSplit, double>> split_of(Seeds seeds, double range) {
    std::sort(seeds.begin(), seeds.end(), [](const SeedValue& a, const SeedValue& b) {
        return std::pair(a.value, a.seed) < std::pair(b.value, b.seed);
    });
    std::vector<double> values;
    for (const SeedValue& one : seeds) values.push_back(one.value);
    const auto at = split_at(values, kShareOfRange * range);
    if (!at) return std::nullopt;
    SeedSplit split;
    split.low = group_of(std::span(seeds).first(*at));
    split.high = group_of(std::span(seeds).subspan(*at));
    return std::pair(std::move(split), (values[*at] - values[*at - 1]) / range);
}

}  // namespace

std::optional<std::size_t> split_at(std::span<const double> sorted, double least_gap) {
    if (sorted.size() < kFewestSeeds) return std::nullopt;
    std::optional<std::size_t> best;
    double widest = std::max(least_gap, 0.0);
    for (std::size_t k = 1; k < sorted.size(); ++k) {
        const std::size_t fewer = std::min(k, sorted.size() - k);
        if (fewer == 1 && sorted.size() - 1 < kFewestSeeds) continue;
        const double gap = sorted[k] - sorted[k - 1];
        const double inside = std::max(sorted[k - 1] - sorted.front(), sorted.back() - sorted[k]);
        if (!(gap > 0) || gap < widest || gap <= kFactor * inside) continue;
        widest = gap;
        best = k;
    }
    return best;
}

std::vector<SeedSplit> seed_splits(const std::vector<PathCell>& cells, bool relative) {
    using Row = std::pair<PathRecipe, double>;  // and training noise
    std::map<Row, std::map<std::string, std::map<double, Seeds>>> table;
    for (const PathCell& cell : cells)
        if (cell.status == CellStatus::done)
            for (const auto& [quantity, value] : values_of(cell, relative))
                table[{cell.recipe, cell.train_noise}][quantity][cell.lambda].push_back(
                    {value, cell.seed});
    std::map<std::pair<Row, double>, std::pair<SeedSplit, double>> found;
    for (const auto& [row, quantities] : table)
        for (const auto& [quantity, lambdas] : quantities) {
            double low = INFINITY, high = -INFINITY;
            for (const auto& [lambda, seeds] : lambdas)
                for (const SeedValue& one : seeds) {
                    low = std::min(low, one.value);
                    high = std::max(high, one.value);
                }
            for (const auto& [lambda, seeds] : lambdas) {
                auto split = split_of(seeds, high - low);
                if (!split) continue;
                const auto before = found.find({row, lambda});
                if (before != found.end() && before->second.second >= split->second) continue;
                std::tie(split->first.recipe, split->first.train_noise) = row;
                split->first.lambda = lambda;
                split->first.quantity = quantity;
                found.insert_or_assign({row, lambda}, std::move(*split));
            }
        }
    std::vector<SeedSplit> splits;
    for (auto& [where, split] : found) splits.push_back(std::move(split.first));
    return splits;
}

}  // namespace marginscope
