// Bands over the seeds that all their points share.
#include "figures/path/path_bands.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace marginscope {
namespace {

using Seeds = std::set<std::int64_t>;

/// The values of one band, by lambda and seed.
using Values = std::map<double, std::map<std::int64_t, double>>;

Values values_of(const PathFrame& path, const CellQuantity& quantity, double train_noise,
                 bool relative) {
    Values values;
    for (const PathCell& cell : path.cells)
        if (cell.train_noise == train_noise)
            if (const auto value = value_of(quantity, cell, relative))
                values[cell.lambda][cell.seed] = *value;
    return values;
}

SharedSeeds shared_seeds(const Values& values) {
    std::vector<double> order;
    for (const auto& [lambda, seeds] : values) order.push_back(lambda);
    std::stable_sort(order.begin(), order.end(), [&](double a, double b) {
        const bool a_is_base = a == 0, b_is_base = b == 0;
        if (a_is_base != b_is_base) return a_is_base;
        return values.at(a).size() > values.at(b).size();
    });
    Seeds shared;
    SharedSeeds result;
    for (const double lambda : order) {
        Seeds own;
        for (const auto& [seed, value] : values.at(lambda))
            if (result.lambdas.empty() || shared.contains(seed)) own.insert(seed);
        if (own.empty()) continue;
        shared = own;
        result.lambdas.push_back(lambda);
    }
    std::sort(result.lambdas.begin(), result.lambdas.end());
    result.seeds.assign(shared.begin(), shared.end());
    for (const auto& [lambda, seeds] : values) result.left_out += static_cast<int>(seeds.size());
    result.left_out -= static_cast<int>(result.seeds.size() * result.lambdas.size());
    return result;
}

BandGroup group_of(const SeedGroup& group, const std::vector<std::int64_t>& shared,
                   const std::map<std::int64_t, double>& values) {
    BandGroup result{0, INFINITY, -INFINITY, 0};
    for (const std::int64_t seed : group.seeds) {
        if (std::find(shared.begin(), shared.end(), seed) == shared.end()) continue;
        const double value = values.at(seed);
        result.mean += value;
        result.low = std::min(result.low, value);
        result.high = std::max(result.high, value);
        ++result.seeds;
    }
    result.mean /= std::max(1, result.seeds);
    return result;
}

/// Nothing where the seeds do not split, or where those that all points share are of one group.
std::vector<BandGroup> groups_at(const PathFrame& path, double lambda, double train_noise,
                                 const std::vector<std::int64_t>& shared,
                                 const std::map<std::int64_t, double>& values) {
    for (const SeedSplit& split : path.splits) {
        if (split.lambda != lambda || split.train_noise != train_noise) continue;
        const BandGroup low = group_of(split.low, shared, values),
                        high = group_of(split.high, shared, values);
        if (low.seeds > 0 && high.seeds > 0) return {low, high};
    }
    return {};
}

}  // namespace

SharedSeeds shared_seeds(const PathFrame& path, const CellQuantity& quantity, double train_noise,
                         bool relative) {
    return shared_seeds(values_of(path, quantity, train_noise, relative));
}

std::vector<std::pair<std::size_t, std::size_t>> unbroken(const std::vector<BandPoint>& points) {
    std::vector<std::pair<std::size_t, std::size_t>> stretches;
    bool open = false;
    for (std::size_t k = 0; k < points.size(); ++k) {
        if (!points[k].split() && !open) stretches.emplace_back(k, k);
        open = !points[k].split();
        if (open) stretches.back().second = k + 1;
    }
    return stretches;
}

std::vector<SeedLine> seed_lines(const PathFrame& path, const CellQuantity& quantity,
                                 double train_noise, bool relative) {
    std::map<std::int64_t, SeedLine> lines;
    for (const auto& [lambda, seeds] : values_of(path, quantity, train_noise, relative))
        for (const auto& [seed, value] : seeds) {
            lines[seed].lambdas.push_back(lambda);
            lines[seed].values.push_back(value);
        }
    std::vector<SeedLine> result;
    for (auto& [seed, line] : lines) {
        line.seed = seed;
        result.push_back(std::move(line));
    }
    return result;
}

std::vector<BandPoint> band(const PathFrame& path, const CellQuantity& quantity, double train_noise,
                            bool relative) {
    const Values values = values_of(path, quantity, train_noise, relative);
    const SharedSeeds shared = shared_seeds(values);
    std::vector<BandPoint> points;
    for (const double lambda : shared.lambdas) {
        BandPoint point{lambda, 0, INFINITY, -INFINITY, static_cast<int>(shared.seeds.size())};
        for (const std::int64_t seed : shared.seeds) {
            const double value = values.at(lambda).at(seed);
            point.mean += value / point.seeds;
            point.low = std::min(point.low, value);
            point.high = std::max(point.high, value);
        }
        point.groups = groups_at(path, lambda, train_noise, shared.seeds, values.at(lambda));
        points.push_back(std::move(point));
    }
    return points;
}

}  // namespace marginscope
