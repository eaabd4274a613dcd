// The order comes from the tuning part's own p-values: the surest promise is tried first.
#include "core/probability/threshold_promise.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>

#include "core/probability/binomial.h"

namespace marginscope {
namespace {

double p_value_of(const KeptItems& items, double error) {
    return binomial_cdf(static_cast<std::int64_t>(items.wrong),
                        static_cast<std::int64_t>(items.kept), error);
}

}  // namespace

KeptItems kept_items(std::span<const double> trust, std::span<const std::uint8_t> wrong,
                     double threshold) {
    assert(trust.size() == wrong.size());
    KeptItems items;
    for (std::size_t k = 0; k < trust.size(); ++k) {
        if (!(trust[k] >= threshold)) continue;
        ++items.kept;
        items.wrong += wrong[k] ? 1 : 0;
    }
    return items;
}

std::vector<double> threshold_grid(std::span<const double> trust, int count) {
    assert(count > 0);
    std::vector<double> sorted;
    for (const double one : trust)
        if (!std::isnan(one)) sorted.push_back(one);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    std::vector<double> grid;
    for (int k = 1; k <= count && !sorted.empty(); ++k) {
        const auto kept = static_cast<std::size_t>(
            std::ceil(static_cast<double>(sorted.size()) * static_cast<double>(k) / count - 1e-9));
        const double one = sorted[std::max<std::size_t>(kept, 1) - 1];
        if (grid.empty() || one < grid.back()) grid.push_back(one);
    }
    return grid;
}

ThresholdPromise promise_threshold(const LabelledTrust& tuning, const LabelledTrust& calibration,
                                   const PromiseSettings& settings) {
    ThresholdPromise out;
    for (const double threshold : threshold_grid(tuning.trust, settings.grid)) {
        ThresholdTest test;
        test.threshold = threshold;
        test.tuning = kept_items(tuning.trust, tuning.wrong, threshold);
        test.calibration = kept_items(calibration.trust, calibration.wrong, threshold);
        test.p_value = p_value_of(test.calibration, settings.error);
        out.tests.push_back(test);
    }
    std::stable_sort(
        out.tests.begin(), out.tests.end(), [&](const ThresholdTest& a, const ThresholdTest& b) {
            return p_value_of(a.tuning, settings.error) < p_value_of(b.tuning, settings.error);
        });
    for (std::size_t k = 0; k < out.tests.size(); ++k) {
        ThresholdTest& test = out.tests[k];
        test.passed = test.calibration.kept > 0 && test.p_value <= 1.0 - settings.confidence;
        if (!test.passed) break;
        if (!out.chosen || test.threshold < out.tests[*out.chosen].threshold) out.chosen = k;
    }
    return out;
}

}  // namespace marginscope
