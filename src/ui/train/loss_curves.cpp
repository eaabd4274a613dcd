// Thinning, and axes that follow.
#include "ui/train/loss_curves.h"

#include <algorithm>
#include <span>

namespace marginscope {
namespace {

constexpr SecondFigure kSeconds[kSecondFigures] = {
    {"mean log|det|", [](const TrainingSample& s) { return s.logdet_mean; }},
    {"share beyond", [](const TrainingSample& s) { return s.share_beyond; }},
    {"gradient norm", [](const TrainingSample& s) { return s.grad_norm; }},
    {"embedding RMS", [](const TrainingSample& s) { return s.embedding_rms; }},
    {"stage sigma / RMS of u", [](const TrainingSample& s) { return s.stage_sigma / s.u_rms; }},
    {"learning rate", [](const TrainingSample& s) { return s.lr; }},
};

constexpr double kStepPadding = 0.015;

LossCurves curves_of(std::span<const TrainingSample> samples, const LossView& view, int columns) {
    LossCurves curves;
    curves.ce = thin(
        samples, [](const TrainingSample& s) { return s.ce; }, columns, view.smooth);
    curves.barrier = thin(
        samples, [](const TrainingSample& s) { return s.barrier; }, columns, view.smooth);
    curves.below = thin(samples, kSeconds[view.second].value, columns, view.smooth);
    return curves;
}

auto first_from(const TrainSeries& series, std::int64_t step) {
    return std::lower_bound(
        series.samples.begin(), series.samples.end(), step,
        [](const TrainingSample& sample, std::int64_t wanted) { return sample.step < wanted; });
}

/// From the step it left its parent.
std::span<const TrainingSample> own_part(const TrainSeries& fork, std::int64_t forked_at) {
    return {first_from(fork, forked_at), fork.samples.end()};
}

void add(std::vector<double>& to, const std::vector<double>& values) {
    to.insert(to.end(), values.begin(), values.end());
}

}  // namespace

const SecondFigure& second_figure(int index) { return kSeconds[index]; }

const TrainingSample* sample_of(const TrainSeries& series, std::int64_t step) {
    const auto at = first_from(series, step);
    return at != series.samples.end() && at->step == step ? &*at : nullptr;
}

void refresh(const TrainHistory& history, LossView& view, int columns) {
    const std::uint64_t version = history.run.version + history.fork.version;
    if (view.version == version && view.columns == columns && view.smoothed_by == view.smooth &&
        view.second_of == view.second)
        return;
    view.version = version;
    view.columns = columns;
    view.smoothed_by = view.smooth;
    view.second_of = view.second;
    static_cast<LossCurves&>(view) = curves_of(history.run.samples, view, columns);
    view.fork = {};
    if (history.forked)
        view.fork = curves_of(own_part(history.fork, history.forked_at), view, columns);
}

void follow_data(const TrainHistory& history, LossView& view) {
    std::vector<double> steps, losses = view.ce.y, barriers = view.barrier.y, below = view.below.y;
    add(losses, view.fork.ce.y);
    add(barriers, view.fork.barrier.y);
    add(below, view.fork.below.y);
    for (const TrainSeries* series : {&history.run, &history.fork}) {
        const Curve validation = validation_of(*series);
        add(steps, validation.x);
        add(losses, validation.y);
        if (series->samples.empty()) continue;
        for (const TrainingSample* sample : {&series->samples.front(), &series->samples.back()})
            steps.push_back(static_cast<double>(sample->step));
    }
    const auto [first, last] = std::minmax_element(steps.begin(), steps.end());
    const double margin = std::max(0.5, kStepPadding * (*last - *first));
    view.x = {*first - margin, *last + margin};
    view.ce_limits = padded_limits(losses, view.log_y);
    view.barrier_limits = padded_limits(barriers);
    view.below_limits = padded_limits(below);
}

}  // namespace marginscope
