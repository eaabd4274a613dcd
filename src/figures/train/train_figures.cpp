// Losses over the steps, and the histogram of margins over time.
#include "figures/train/train_figures.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/train/margin_columns.h"

namespace marginscope {
namespace {

constexpr int kColumns = 1200;  // of a thinned curve: more than a printed line can show

double number(float value) { return static_cast<double>(value); }

std::string run_caption(const FigureSource& source, Figure& figure) {
    const TrainingFrame* t = source.frames.training.get();
    if (t == nullptr) return source.series->label;
    const RunConfig& config = t->config;
    const std::string run = t->run_folder.empty() ? "not written" : t->run_folder;
    figure.metadata.emplace_back("run", run);
    figure.metadata.emplace_back("step", std::to_string(t->step));
    figure.metadata.emplace_back("seed", std::to_string(config.train.seed));
    return t->model_label + ", " + std::to_string(t->parameters) + " parameters, on " +
           t->corpus_label + "; step " + std::to_string(t->step) + " of " +
           std::to_string(t->target) + ", lambda_m " + format_number(config.barrier.lambda) +
           ", seed " + std::to_string(config.train.seed) + ".";
}

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
                                                "RMS of u"};

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

FigureTable run_table(const FigureSource& source) {
    FigureTable table;
    table.columns = kColumnsOfRun;
    const auto series = source.series;
    table.rows = series->samples.size() + series->evals.size();
    table.key_column = 0;
    table.value_column = 2;
    table.cell = [series](std::size_t row, std::size_t column) {
        const std::size_t samples = series->samples.size();
        return row < samples ? sample_cell(series->samples[row], column)
                             : eval_cell(series->evals[row - samples], column);
    };
    return table;
}

}  // namespace

void make_loss_figure(const FigureSource& source, Figure& figure) {
    if (source.series == nullptr || source.series->empty()) {
        figure.sentence = "There is no training yet: start a run, and its losses are drawn here.";
        return;
    }
    const TrainSeries& series = *source.series;
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

void make_margin_history_figure(const FigureSource& source, Figure& figure) {
    const auto series = source.series;
    if (series == nullptr ||
        std::none_of(series->evals.begin(), series->evals.end(),
                     [](const EvalSample& e) { return !e.histogram.empty(); })) {
        figure.sentence = "There are no margins yet: every evaluation adds a column here.";
        return;
    }
    const MarginColumns columns = margin_columns(series->evals);
    ColorScale scale{std::max(1e-6, number(columns.largest) / 1000), number(columns.largest), true,
                     false};
    PlotField field;
    field.rows = columns.rows;
    field.cols = columns.columns;
    field.x0 = columns.first, field.x1 = columns.end;
    field.y0 = number(columns.high()), field.y1 = number(columns.low());  // the top row first
    for (const float share : columns.cells)
        field.cells.push_back(share == kOutsideValue
                                  ? outside_color(false)
                                  : color_of(ColorMap::viridis, scale, number(share)));
    Plot plot;
    plot.x = {"step", false, columns.first, columns.end, {}};
    plot.y = {"log|det J|, nats", false, number(columns.low()), number(columns.high()), {}};
    plot.fields.push_back(std::move(field));
    plot.bars.push_back({"share of positions", ColorMap::viridis, scale});
    const float threshold = source.view.low_logdet;
    plot.marks.push_back({false, number(threshold),
                          format_percent(number(share_below(series->evals.back(), threshold))) +
                              " below at the last evaluation",
                          hex_color(accent_color(false))});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Histogram of log|det J| over validation positions at " +
                     std::to_string(series->evals.size()) +
                     " evaluations; the outer bins hold what lies beyond. " +
                     run_caption(source, figure);
    figure.table.columns = {"step"};
    for (int bin = 0; bin < kHistogramBins; ++bin)
        figure.table.columns.push_back(
            "share in log|det J| from " +
            tick_label(number(kHistogramMin + static_cast<float>(bin) * kHistogramBinWidth)));
    figure.table.rows = series->evals.size();
    figure.table.key_column = 0;
    figure.table.cell = [series](std::size_t row, std::size_t column) -> CsvCell {
        const EvalSample& eval = series->evals[row];
        if (column == 0) return eval.step;
        return column - 1 < eval.histogram.size() ? CsvCell{eval.histogram[column - 1]} : CsvCell{};
    };
}

}  // namespace marginscope
