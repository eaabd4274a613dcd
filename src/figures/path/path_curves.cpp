// Numbers of a path arranged for drawing.
#include "figures/path/path_curves.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/words.h"

namespace marginscope {
namespace {

using Value = std::optional<double>;

constexpr const char* kLower = "lower is better";
constexpr const char* kFarther = "higher is farther from the boundary";

Value finished(const PathCell& cell, double value) {
    if (cell.status != CellStatus::done || !std::isfinite(value)) return std::nullopt;
    return value;
}

const std::vector<std::pair<double, double>>& noisy(const PathCell& cell, bool relative) {
    return relative ? cell.noisy_ce_relative : cell.noisy_ce;
}

CellQuantity plain(const char* name, const char* unit,
                   Value (*value)(const PathCell&, double, bool), const char* direction) {
    return {name, unit, value, 0, direction};
}

template <typename Pick>
std::vector<double> distinct(const PathFrame& path, Pick pick) {
    std::set<double> values;
    for (const PathCell& cell : path.cells) values.insert(pick(cell));
    return {values.begin(), values.end()};
}

}  // namespace

std::optional<double> value_of(const CellQuantity& quantity, const PathCell& cell, bool relative) {
    return quantity.value(cell, quantity.sigma, relative);
}

CellQuantity clean_loss() {
    return plain(
        "clean loss", "nats",
        [](const PathCell& c, double, bool) { return finished(c, c.clean_ce.value_or(NAN)); },
        kLower);
}

CellQuantity noisy_loss(double sigma, bool relative) {
    CellQuantity quantity{"loss, noise " + format_number(sigma) + (relative ? " RMS" : ""), "nats",
                          nullptr, sigma, kLower};
    quantity.value = [](const PathCell& c, double wanted, bool in_rms) -> Value {
        for (const auto& [at, ce] : noisy(c, in_rms))
            if (at == wanted) return finished(c, ce);
        return std::nullopt;
    };
    return quantity;
}

CellQuantity sigma_min_median() {
    return plain(
        "sigma_min, median", "",
        [](const PathCell& c, double, bool) { return finished(c, c.sigma_min_median); }, kFarther);
}
CellQuantity sigma_min_p5() {
    return plain(
        "sigma_min, 5 %", "",
        [](const PathCell& c, double, bool) { return finished(c, c.sigma_min_p5); }, kFarther);
}
CellQuantity sigma_min_smallest() {
    return plain(
        "sigma_min, smallest", "",
        [](const PathCell& c, double, bool) { return finished(c, c.sigma_min_min); }, kFarther);
}
CellQuantity logdet_mean() {
    return plain(
        "mean log|det J|", "nats",
        [](const PathCell& c, double, bool) { return finished(c, c.logdet_mean); },
        "what lambda_m raises; see sigma_min beside it");
}
CellQuantity share_beyond() {
    return plain(
        "share beyond", "",
        [](const PathCell& c, double, bool) { return finished(c, c.share_beyond); }, kLower);
}
CellQuantity embedding_rms() {
    return plain(
        "embedding RMS", "",
        [](const PathCell& c, double, bool) { return finished(c, c.embedding_rms); },
        "larger embeddings make absolute noise look small");
}

std::vector<CellQuantity> grid_quantities(const PathFrame& path, bool relative) {
    std::vector<CellQuantity> all = {clean_loss()};
    for (const double sigma : sigmas_of(path, relative)) all.push_back(noisy_loss(sigma, relative));
    for (const auto& make : {sigma_min_median, sigma_min_p5, sigma_min_smallest, logdet_mean,
                             share_beyond, embedding_rms})
        all.push_back(make());
    return all;
}

std::vector<double> sigmas_of(const PathFrame& path, bool relative) {
    std::set<double> values;
    for (const PathCell& cell : path.cells)
        if (cell.status == CellStatus::done)
            for (const auto& [sigma, ce] : noisy(cell, relative)) values.insert(sigma);
    return {values.begin(), values.end()};
}

std::vector<double> lambdas_of(const PathFrame& path) {
    return distinct(path, [](const PathCell& c) { return c.lambda; });
}

std::vector<double> train_noises_of(const PathFrame& path) {
    return distinct(path, [](const PathCell& c) { return c.train_noise; });
}

LambdaAxis::LambdaAxis(const std::vector<double>& lambdas) {
    smallest = INFINITY;
    largest = 0;
    for (const double lambda : lambdas) {
        if (lambda <= 0) continue;
        smallest = std::min(smallest, lambda);
        largest = std::max(largest, lambda);
    }
    if (largest == 0) smallest = largest = 0.01;
    // The slot stands as far from the smallest lambda as a typical step of a grid, so that it does
    // not look like one more decade.
    zero_at = std::log10(smallest) - 0.45;
}

double LambdaAxis::at(double lambda) const { return lambda > 0 ? std::log10(lambda) : zero_at; }

}  // namespace marginscope
