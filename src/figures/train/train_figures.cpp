// Losses over the steps.
#include "figures/train/train_figures.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/train/run_caption.h"

namespace marginscope {
namespace {

constexpr int kColumns = 1200;  // of a thinned curve: more than a printed line can show

PlotSeries curve_of(const TrainSeries& series, const char* name,
                    float (*value)(const TrainingSample&), int smooth) {
    const Curve curve = thin(series.samples, value, kColumns, smooth);
    PlotSeries line;
    line.name = name;
    line.x = curve.x;
    line.y = curve.y;
    line.markers = false;
    line.width = 1.3;
    return line;
}

void add_marks(Plot& plot, const TrainSeries& series, bool words) {
    for (const LiveMark& mark : series.marks)
        plot.marks.push_back({true, static_cast<double>(mark.step), words ? mark.label : ""});
}

Plot plot_over_steps(const TrainSeries& series, const char* y_label, PlotSeries line,
                     double share) {
    Plot plot;
    plot.y.label = y_label;
    plot.share = share;
    plot.series.push_back(std::move(line));
    add_marks(plot, series, false);
    return plot;
}

const std::vector<std::string> kColumnsOfRun = {"step",
                                                "kind",
                                                "cross-entropy [nats]",
                                                "barrier [nats]",
                                                "mean log|det J| [nats]",
                                                "share beyond",
                                                "smallest sigma_min",
                                                "embedding RMS",
                                                "gradient norm",
                                                "learning rate",
                                                "lambda_m",
                                                "training noise",
                                                "capped positions",
                                                "singular positions",
                                                "stage sigma",
                                                "RMS of u",
                                                "of"};

CsvCell sample_cell(const TrainingSample& s, std::size_t column) {
    const auto optional = [](float value) {
        return std::isnan(value) ? CsvCell{} : CsvCell{value};
    };
    switch (column) {
        case 0:
            return s.step;
        case 1:
            return std::string("training");
        case 2:
            return s.ce;
        case 3:
            return optional(s.barrier);  // steps without a barrier have none
        case 4:
            return optional(s.logdet_mean);
        case 5:
            return optional(s.share_beyond);
        case 7:
            return optional(s.embedding_rms);
        case 8:
            return optional(s.grad_norm);
        case 9:
            return s.lr;
        case 10:
            return s.lambda;
        case 11:
            return s.noise;
        case 12:
            return static_cast<std::int64_t>(s.capped);
        case 13:
            return static_cast<std::int64_t>(s.singular);
        case 14:
            return optional(s.stage_sigma);
        case 15:
            return optional(s.u_rms);
        default:
            return {};
    }
}

CsvCell eval_cell(const EvalSample& e, std::size_t column) {
    const auto optional = [](float value) {
        return std::isnan(value) ? CsvCell{} : CsvCell{value};
    };
    switch (column) {
        case 0:
            return e.step;
        case 1:
            return std::string("validation");
        case 2:
            return e.val_ce;
        case 3:
            return optional(e.barrier_estimate);
        case 4:
            return optional(e.val_logdet_mean);
        case 5:
            return optional(e.share_beyond);
        case 6:
            return optional(e.sigma_min_min);
        default:
            return {};
    }
}

CsvCell series_cell(const TrainSeries& series, const char* run, std::size_t row,
                    std::size_t column) {
    if (column == kColumnsOfRun.size() - 1) return std::string(run);
    const std::size_t samples = series.samples.size();
    return row < samples ? sample_cell(series.samples[row], column)
                         : eval_cell(series.evals[row - samples], column);
}

/// The fork's rows, with those it shares with the run, after the run's.
FigureTable run_table(const FigureSource& source) {
    FigureTable table;
    table.columns = kColumnsOfRun;
    const auto history = source.history;
    const auto rows_of = [](const TrainSeries& series) {
        return series.samples.size() + series.evals.size();
    };
    const std::size_t of_run = rows_of(history->run);
    table.rows = of_run + rows_of(history->fork);
    table.key_column = 0;
    table.value_column = 2;
    table.cell = [history, of_run](std::size_t row, std::size_t column) {
        return row < of_run ? series_cell(history->run, "run", row, column)
                            : series_cell(history->fork, "fork", row - of_run, column);
    };
    return table;
}

}  // namespace

void make_loss_figure(const FigureSource& source, Figure& figure) {
    if (source.history == nullptr || source.history->run.empty()) {
        figure.sentence = "There is no training yet: start a run, and its losses are drawn here.";
        return;
    }
    const TrainSeries& series = source.history->run;
    const int smooth = source.view.smooth;
    Plot losses = plot_over_steps(
        series, "cross-entropy, nats",
        curve_of(
            series, "training", [](const TrainingSample& s) { return s.ce; }, smooth),
        1);
    losses.y.log = source.view.log_loss;
    PlotSeries validation;
    validation.name = "validation";
    const Curve curve = validation_of(series);
    validation.x = curve.x;
    validation.y = curve.y;
    losses.series.push_back(std::move(validation));
    losses.marks.clear();
    add_marks(losses, series, true);
    if (source.history->forked)
        losses.series.push_back(curve_of(
            source.history->fork, "fork, training", [](const TrainingSample& s) { return s.ce; },
            smooth));
    Plot barrier =
        plot_over_steps(series, "barrier, nats",
                        curve_of(
                            series, "", [](const TrainingSample& s) { return s.barrier; }, smooth),
                        0.6);
    Plot beyond = plot_over_steps(
        series, "share beyond",
        curve_of(
            series, "", [](const TrainingSample& s) { return s.share_beyond; }, smooth),
        0.6);
    beyond.x.label = "step";
    double last = 1;
    if (!series.samples.empty()) last = static_cast<double>(series.samples.back().step);
    if (!series.evals.empty()) last = std::max(last, static_cast<double>(series.evals.back().step));
    for (Plot* plot : {&losses, &barrier, &beyond}) {
        plot->x.min = -0.015 * last;
        plot->x.max = 1.015 * last;
        figure.parts.emplace_back(std::move(*plot));
    }
    figure.caption = run_caption(source, figure);
    if (smooth > 1) figure.caption += " Training: mean of " + std::to_string(smooth) + " steps.";
    figure.table = run_table(source);
}

}  // namespace marginscope
