// What training has told so far.
#include "figures/train/train_series.h"

#include <algorithm>
#include <cmath>

namespace marginscope {
namespace {

/// Running mean over the last `width` values; numbers that are not finite do not enter it.
std::vector<float> smoothed(std::vector<float> values, int width) {
    if (width <= 1) return values;
    std::vector<float> result(values.size());
    double sum = 0;
    int count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isfinite(values[i])) sum += values[i], ++count;
        if (i >= static_cast<std::size_t>(width) &&
            std::isfinite(values[i - static_cast<std::size_t>(width)]))
            sum -= values[i - static_cast<std::size_t>(width)], --count;
        result[i] = count > 0 ? static_cast<float>(sum / count) : kNoValue;
    }
    return result;
}

}  // namespace

void TrainSeries::take(const std::vector<TrainingEvent>& events) {
    for (const TrainingEvent& event : events) {
        ++version;
        if (const auto* reset = std::get_if<TrainingReset>(&event)) {
            label = reset->label;
            samples.clear();
            evals.clear();
            marks.clear();
        } else if (const auto* sample = std::get_if<TrainingSample>(&event)) {
            samples.push_back(*sample);
        } else if (const auto* eval = std::get_if<EvalSample>(&event)) {
            evals.push_back(*eval);
        } else if (const auto* mark = std::get_if<LiveMark>(&event)) {
            marks.push_back(*mark);
        }
    }
}

Curve validation_of(const TrainSeries& series) {
    Curve curve;
    for (const EvalSample& eval : series.evals) {
        curve.x.push_back(static_cast<double>(eval.step));
        curve.y.push_back(static_cast<double>(eval.val_ce));
    }
    return curve;
}

Curve thin(const std::vector<TrainingSample>& samples,
           const std::function<float(const TrainingSample&)>& value, int columns, int smooth) {
    std::vector<float> values(samples.size());
    std::transform(samples.begin(), samples.end(), values.begin(), value);
    values = smoothed(std::move(values), smooth);
    Curve curve;
    const auto add = [&](std::size_t i) {
        curve.x.push_back(static_cast<double>(samples[i].step));
        curve.y.push_back(static_cast<double>(values[i]));
    };
    const std::size_t count = samples.size();
    const auto buckets = static_cast<std::size_t>(std::max(columns, 1));
    if (count <= 2 * buckets) {
        for (std::size_t i = 0; i < count; ++i)
            if (!std::isnan(values[i])) add(i);
        return curve;
    }
    for (std::size_t b = 0; b < buckets; ++b) {
        const std::size_t begin = b * count / buckets;
        const std::size_t end = (b + 1) * count / buckets;
        std::size_t low = count;
        std::size_t high = count;
        for (std::size_t i = begin; i < end; ++i) {
            if (std::isnan(values[i])) continue;
            if (low == count || values[i] < values[low]) low = i;
            if (high == count || values[i] > values[high]) high = i;
        }
        if (low == count) continue;
        add(std::min(low, high));
        if (low != high) add(std::max(low, high));
    }
    return curve;
}

}  // namespace marginscope
