// Means, quantiles and shares of a margin report.
#include "nn/measure/margin_summary.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/statistics.h"

namespace marginscope {

void summarise_stage(MarginReport& report, int width, double sigma) {
    std::vector<PositionMargins> margins;
    std::vector<double> logdet;
    std::vector<double> sigma_min;
    double beyond = 0;
    for (const PositionReport& record : report.positions) {
        if (!record.stage || !record.stage->has_boundary) continue;
        if (!std::isfinite(record.stage->logdet.value) || !std::isfinite(record.stage->sigma_min)) {
            ++report.not_finite;
            continue;
        }
        margins.push_back(*record.stage);
        logdet.push_back(record.stage->logdet.value);
        sigma_min.push_back(record.stage->sigma_min);
        beyond += record.stage->beyond() ? 1.0 : 0.0;
    }
    if (margins.empty()) return;
    report.share_beyond = beyond / static_cast<double>(margins.size());
    report.logdet_mean = mean(logdet);
    report.sigma_min_p5 = quantile(sigma_min, 0.05);
    report.sigma_min_median = median(sigma_min);
    report.sigma_min_min = quantile(sigma_min, 0.0);
    report.nats_per_position = log_likelihood(margins, width, sigma).nats_per_position;
}

void count_not_finite_views(MarginReport& report) {
    for (const PositionReport& record : report.positions) {
        std::vector<ViewMargin> all = record.layers;
        for (const auto& layer : record.heads) all.insert(all.end(), layer.begin(), layer.end());
        const bool bad = std::any_of(all.begin(), all.end(), [](const ViewMargin& view) {
            return !std::isfinite(view.logdet.value) || !std::isfinite(view.sigma_min);
        });
        report.not_finite += bad ? 1 : 0;
    }
}

}  // namespace marginscope
