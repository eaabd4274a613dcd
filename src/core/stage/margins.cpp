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

bool margin_allows(const PositionMargins& margins, MarginKind kind, double least,
                   bool allow_beyond) {
    if (!margins.has_boundary) return true;
    return margin_value(margins, kind) >= least && (allow_beyond || !margins.beyond());
}

std::vector<int> support_tokens(std::span<const PositionMargins> margins, MarginKind kind, int k) {
    std::vector<std::pair<double, int>> order;
    for (const PositionMargins& m : margins) {
        const double key = margin_value(m, kind);
        const bool none = std::isnan(key) || key == std::numeric_limits<double>::infinity();
        if (m.has_boundary && !none) order.emplace_back(key, m.position);
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
    double energy_sq = 0.0;
    for (const PositionMargins& m : margins) {
        if (!m.has_boundary) continue;
        ++result.positions;
        energy_sq += m.energy_sq;
        result.volume += m.logdet.value;
    }
    if (result.positions == 0) return result;
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
    for (int i = 0; i < stage.positions(); ++i) {
        if (!stage.has_margin(i)) continue;
        PositionMargins& m = margins.emplace_back();
        m.position = i;
        m.logdet = stage.log_det(i);
        m.energy_sq = stage.residual(i).squaredNorm();
    }
    return log_likelihood(margins, stage.width(), sigma);
}

}  // namespace marginscope
