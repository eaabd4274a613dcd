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

}  // namespace

SharedSeeds shared_seeds(const PathFrame& path, const CellQuantity& quantity, double train_noise,
                         bool relative) {
    return shared_seeds(values_of(path, quantity, train_noise, relative));
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
        points.push_back(point);
    }
    return points;
}

}  // namespace marginscope
