// Reliability by bins, and what chance alone adds to the calibration error.
#include "core/probability/calibration.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace marginscope {
namespace {

/// E|K/n - p| of K ~ Binomial(n, p): 2 v (1 - p) b(v; n, p) / n with v = floor(np) + 1 (de Moivre).
double mean_deviation(std::size_t count, double p) {
    if (p <= 0.0 || p >= 1.0) return 0.0;
    const auto n = static_cast<double>(count);
    const double v = std::floor(n * p) + 1.0;
    const double log_term = std::lgamma(n + 1.0) - std::lgamma(v + 1.0) - std::lgamma(n - v + 1.0) +
                            v * std::log(p) + (n - v) * std::log1p(-p);
    return 2.0 * v * (1.0 - p) * std::exp(log_term) / n;
}

/// E|X| - |gap| of X ~ N(gap, deviation²).
double folding(double gap, double deviation) {
    if (deviation <= 0.0) return 0.0;
    const double z = std::abs(gap) / deviation;
    return deviation * std::sqrt(2.0 / std::numbers::pi) * std::exp(-0.5 * z * z) -
           std::abs(gap) * std::erfc(z / std::numbers::sqrt2);
}

}  // namespace

Reliability::Reliability(int bins) : bins_(static_cast<std::size_t>(bins)) {
    for (int k = 0; k < bins; ++k) {
        bins_[static_cast<std::size_t>(k)].low = static_cast<double>(k) / bins;
        bins_[static_cast<std::size_t>(k)].high = static_cast<double>(k + 1) / bins;
    }
}

void Reliability::add(const Judged& one) {
    const int bins = static_cast<int>(bins_.size());
    const int at = std::clamp(static_cast<int>(one.confidence * bins), 0, bins - 1);
    ReliabilityBin& bin = bins_[static_cast<std::size_t>(at)];
    ++bin.count;
    bin.confidence += one.confidence;
    bin.accuracy += one.right ? 1.0 : 0.0;
}

Calibration Reliability::calibration() const {
    Calibration result;
    result.bins = bins_;
    for (const ReliabilityBin& bin : bins_) result.count += bin.count;
    for (ReliabilityBin& bin : result.bins) {
        if (bin.count == 0) continue;
        const auto count = static_cast<double>(bin.count);
        bin.confidence /= count;
        bin.accuracy /= count;
        const double share = count / static_cast<double>(result.count);
        const double gap = bin.accuracy - bin.confidence;
        result.ece += share * std::abs(gap);
        result.ece_if_calibrated += share * mean_deviation(bin.count, bin.confidence);
        const double deviation = std::sqrt(bin.confidence * (1.0 - bin.confidence) / count);
        result.ece_debiased += share * (std::abs(gap) - folding(gap, deviation));
        if (bin.count > 1)
            result.squared_unbiased +=
                share * (gap * gap - bin.accuracy * (1.0 - bin.accuracy) / (count - 1.0));
    }
    return result;
}

Calibration calibration_of(std::span<const Judged> judged, int bins) {
    Reliability all(bins);
    for (const Judged& one : judged) all.add(one);
    return all.calibration();
}

}  // namespace marginscope
