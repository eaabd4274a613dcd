// The front of clean and noisy loss.
#include "figures/path/path_front.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

namespace marginscope {
namespace {

struct Losses {
    double clean = 0, noisy = 0;
};
using Key = std::pair<double, double>;  // training noise, lambda
using Seeds = std::map<std::int64_t, Losses>;

bool splits_at(const PathFrame& path, const Key& key) {
    return std::any_of(path.splits.begin(), path.splits.end(), [&](const SeedSplit& split) {
        return Key(split.train_noise, split.lambda) == key;
    });
}

std::map<Key, Seeds> losses_of(const PathFrame& path, const CellQuantity& noisy, bool relative) {
    std::map<Key, Seeds> all;
    for (const PathCell& cell : path.cells) {
        const auto x = value_of(clean_loss(), cell, relative), y = value_of(noisy, cell, relative);
        const Key key(cell.train_noise, cell.lambda);
        if (x && y && !splits_at(path, key)) all[key][cell.seed] = {*x, *y};
    }
    return all;
}

/// Leaves each point the seeds that all share; points with the fewest go first where none is left.
void keep_shared(std::map<Key, Seeds>& all) {
    std::vector<Key> order;
    for (const auto& [key, seeds] : all) order.push_back(key);
    const Key base(0, 0);
    std::stable_sort(order.begin(), order.end(), [&](const Key& a, const Key& b) {
        if ((a == base) != (b == base)) return a == base;
        return all.at(a).size() > all.at(b).size();
    });
    Seeds shared;
    for (const Key& key : order) {
        Seeds& own = all.at(key);
        Seeds both = own;
        if (key != order.front())
            std::erase_if(both, [&](const auto& one) { return !shared.contains(one.first); });
        if (both.empty())
            all.erase(key);
        else
            shared = std::move(both);
    }
    for (auto& [key, own] : all)
        std::erase_if(own, [&](const auto& one) { return !shared.contains(one.first); });
}

bool beats(const FrontPoint& a, const FrontPoint& b) {
    const bool as_good = a.clean.value <= b.clean.value && a.noisy.value <= b.noisy.value;
    return as_good && (a.clean.value < b.clean.value || a.noisy.value < b.noisy.value);
}

}  // namespace

std::vector<FrontPoint> front_points(const PathFrame& path, const CellQuantity& noisy,
                                     bool relative) {
    std::map<Key, Seeds> all = losses_of(path, noisy, relative);
    keep_shared(all);
    std::vector<FrontPoint> points;
    for (const auto& [key, seeds] : all) {
        std::vector<double> x, y;
        for (const auto& [seed, losses] : seeds) {
            x.push_back(losses.clean);
            y.push_back(losses.noisy);
        }
        points.push_back({key.second, key.first, static_cast<int>(seeds.size()), student_mean(x),
                          student_mean(y), false});
    }
    for (FrontPoint& point : points)
        point.front = std::none_of(points.begin(), points.end(),
                                   [&](const FrontPoint& other) { return beats(other, point); });
    return points;
}

std::vector<FrontPoint> front_of(const std::vector<FrontPoint>& points) {
    std::vector<FrontPoint> front;
    std::copy_if(points.begin(), points.end(), std::back_inserter(front),
                 [](const FrontPoint& point) { return point.front; });
    std::sort(front.begin(), front.end(), [](const FrontPoint& a, const FrontPoint& b) {
        return std::pair(a.clean.value, a.noisy.value) < std::pair(b.clean.value, b.noisy.value);
    });
    return front;
}

std::size_t weighed_sigma(const std::vector<double>& sigmas, int rank) {
    if (rank < 0) return sigmas.size() / 2;
    return std::min(static_cast<std::size_t>(rank), sigmas.size() - 1);
}

}  // namespace marginscope
