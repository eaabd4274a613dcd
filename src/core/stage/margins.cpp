// Order of margins, support tokens and the stage's log-likelihood (E4, E8 to E10).
#include "core/stage/margins.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/stage/stage.h"

namespace marginscope {
namespace {

constexpr double kTie = 1e-6;

double geometric_size(const PositionMargins& margins) {
    if (!margins.geometric) return std::numeric_limits<double>::quiet_NaN();
    return margins.geometric->value.value_or(std::numeric_limits<double>::infinity());
}

}  // namespace

double margin_value(const PositionMargins& margins, MarginKind kind) {
    const double side = margins.beyond() ? -1.0 : 1.0;
    if (kind == MarginKind::determinant) return side * std::exp(margins.logdet.value);
    return side * margin_order(margins, kind);
}

double margin_order(const PositionMargins& margins, MarginKind kind) {
    switch (kind) {
        case MarginKind::determinant:
            return margins.logdet.value;
        case MarginKind::singular:
            return margins.sigma_min;
        case MarginKind::geometric:
            return geometric_size(margins);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

std::vector<int> support_tokens(std::span<const PositionMargins> margins, MarginKind kind, int k) {
    std::vector<std::pair<double, int>> order;
    for (const PositionMargins& m : margins) {
        const double key = margin_order(m, kind);
        const bool none = std::isnan(key) || key == std::numeric_limits<double>::infinity();
        if (m.position >= 2 && !none) order.emplace_back(key, m.position);
    }
    if (k <= 0 || order.empty()) return {};
    std::sort(order.begin(), order.end());
    const std::size_t kth = std::min(order.size(), static_cast<std::size_t>(k)) - 1;
    // The determinant's order is a logarithm, where a relative tie is a difference.
    const double last = order[kth].first;
    const double limit =
        kind == MarginKind::determinant ? last + std::log1p(kTie) : last * (1.0 + kTie);
    std::vector<int> support;
    for (const auto& [key, position] : order) {
        if (key <= limit) support.push_back(position);
    }
    return support;
}

StageLikelihood log_likelihood(std::span<const PositionMargins> margins, int width,
                               std::optional<double> sigma) {
    StageLikelihood result;
    result.positions = static_cast<int>(margins.size());
    if (margins.empty()) return result;
    double energy_sq = 0.0;
    for (const PositionMargins& m : margins) {
        energy_sq += m.energy_sq;
        result.volume += m.logdet.value;
    }
    energy_sq /= result.positions;
    result.volume /= result.positions;
    const double variance = sigma ? *sigma * *sigma : energy_sq / width;
    result.sigma = std::sqrt(variance);
    result.energy = energy_sq / (2.0 * variance);
    result.normaliser = 0.5 * width * std::log(2.0 * M_PI * variance);
    result.nats_per_position = result.volume - result.energy - result.normaliser;
    return result;
}

StageLikelihood log_likelihood(const Stage& stage, std::optional<double> sigma) {
    std::vector<PositionMargins> margins;
    for (int i = 2; i < stage.positions(); ++i) {
        PositionMargins& m = margins.emplace_back();
        m.position = i;
        m.logdet = stage.log_det(i);
        m.energy_sq = stage.residual(i).squaredNorm();
    }
    return log_likelihood(margins, stage.width(), sigma);
}

}  // namespace marginscope
