// What training has told so far.
#include "figures/train/train_series.h"

#include <algorithm>
#include <cmath>

#include "core/statistics.h"

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

void TrainSeries::add(const RunNews& news) {
    ++version;
    if (const auto* sample = std::get_if<TrainingSample>(&news))
        samples.push_back(*sample);
    else if (const auto* eval = std::get_if<EvalSample>(&news))
        evals.push_back(*eval);
    else if (const auto* looked = std::get_if<MarginSample>(&news))
        margins.push_back(*looked);
    else if (const auto* mark = std::get_if<LiveMark>(&news))
        marks.push_back(*mark);
}

void TrainHistory::take(const std::vector<TrainingEvent>& events) {
    for (const TrainingEvent& event : events) {
        if (const auto* news = std::get_if<RunNews>(&event.what)) {
            (event.of_fork ? fork : run).add(*news);
            continue;
        }
        // Versions go on, so that nobody takes a new series for the one they have drawn.
        const std::uint64_t version = run.version + fork.version + 1;
        if (const auto* reset = std::get_if<TrainingReset>(&event.what)) {
            const std::uint64_t number = begun + 1;
            *this = {};
            begun = number;
            run.label = reset->label;
        } else if (const auto* forking = std::get_if<TrainingForked>(&event.what)) {
            fork = run;
            fork.label = forking->label;
            forked = true;
            forked_at = forking->step;
        } else if (const auto* closed = std::get_if<ForkClosed>(&event.what)) {
            if (closed->kept) {
                run = std::move(fork);
                ++begun;
            }
            fork = {};
            forked = false;
        }
        run.version = fork.version = version;
    }
}

Curve validation_of(const TrainSeries& series, std::int64_t from_step) {
    Curve curve;
    for (const EvalSample& eval : series.evals) {
        if (eval.step < from_step) continue;
        curve.x.push_back(static_cast<double>(eval.step));
        curve.y.push_back(static_cast<double>(eval.val_ce));
    }
    return curve;
}

Curve thin(std::span<const TrainingSample> samples,
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

std::optional<ForkDifference> fork_difference(const TrainHistory& history, int most) {
    if (!history.forked) return std::nullopt;
    const std::vector<TrainingSample>&a = history.run.samples, &b = history.fork.samples;
    auto one = a.rbegin();
    auto other = b.rbegin();
    std::vector<double> differences;
    while (one != a.rend() && other != b.rend() && static_cast<int>(differences.size()) < most) {
        if (one->step != other->step) {
            one->step > other->step ? void(++one) : void(++other);
            continue;
        }
        if (one->step <= history.forked_at) break;
        differences.push_back(static_cast<double>(other->ce) - static_cast<double>(one->ce));
        ++one, ++other;
    }
    if (differences.empty()) return std::nullopt;
    return ForkDifference{mean(differences), standard_deviation(differences),
                          static_cast<int>(differences.size())};
}

}  // namespace marginscope
