// A margin against the smallest noise that flips, and the rank correlation of every predictor.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/robustness/fragility_points.h"
#include "figures/robustness/robustness_figures.h"

namespace marginscope {
namespace {

constexpr double kNeverAt = 1.25;  // of the largest sigma: where what never flips is drawn

const FragilityFrame* measured(const FigureSource& source, Figure& figure) {
    const RobustnessFrame* frame = source.frames.robustness.get();
    if (frame != nullptr && frame->fragility != nullptr && !frame->fragility->places.empty())
        return frame->fragility.get();
    figure.sentence = "The smallest noise that flips a prediction was not measured yet.";
    return nullptr;
}

PlotSeries dots(const char* name, const char* color, bool rings) {
    PlotSeries series;
    series.name = name;
    series.color = color;
    series.line = false;
    series.rings = rings;
    return series;
}

void add(PlotSeries& series, double x, double y) {
    series.x.push_back(x);
    series.y.push_back(y);
    series.radius.push_back(2);
}

FigureTable place_table(const FragilityFrame& frame) {
    std::vector<std::string> columns = {"character",
                                        "token",
                                        "predicted",
                                        "window begin",
                                        "smallest flipping sigma [RMS]",
                                        "directions that flip"};
    for (const FragilityPredictor& predictor : frame.predictors)
        columns.push_back(predictor_axis(predictor));
    std::vector<std::vector<CsvCell>> rows;
    for (std::size_t k = 0; k < frame.places.size(); ++k) {
        const FragilePlace& place = frame.places[k];
        std::vector<CsvCell> row = {static_cast<std::int64_t>(place.i),
                                    place.token,
                                    place.predicted,
                                    static_cast<std::int64_t>(frame.read[place.window].begin),
                                    place.sigma,
                                    static_cast<std::int64_t>(place.flipped)};
        for (const FragilityPredictor& predictor : frame.predictors)
            row.emplace_back(predictor.values[k]);
        rows.push_back(std::move(row));
    }
    FigureTable table = table_of(std::move(columns), std::move(rows));
    table.key_column = 0;
    table.value_column = 4;
    return table;
}

}  // namespace

void make_fragility_figure(const FigureSource& source, Figure& figure) {
    const FragilityFrame* frame = measured(source, figure);
    if (frame == nullptr) return;
    const auto predictor = predictor_named(*frame, source.view.robustness.predictor);
    if (!predictor) return;
    const FragilePoints points = fragile_points(*frame, *predictor);
    PlotSeries flips = dots("flips", "#3b6ea8", false),
               never = dots("never flips", "#c2571a", true);
    for (const FragilePoint& point : points.points)
        add(point.never ? never : flips, point.value,
            point.never ? kNeverAt * point.sigma : point.sigma);
    Plot plot;
    plot.x.label = predictor_axis(frame->predictors[*predictor]);
    plot.x.log = points.log_value;
    plot.y.label = "smallest sigma that flips, × RMS";
    plot.y.log = true;
    if (!never.x.empty())
        plot.marks.push_back({false, frame->settings.max_sigma,
                              "none up to " + format_number(frame->settings.max_sigma, 3)});
    for (PlotSeries* series : {&flips, &never})
        if (!series->x.empty()) plot.series.push_back(std::move(*series));
    plot.share = 1.4;
    figure.parts.emplace_back(std::move(plot));
    figure.caption = frame->model.label + ", " + frame->predictors[*predictor].name + ": " +
                     rho_words(frame->predictors[*predictor].rho) + ". " + measured_words(*frame);
    if (points.unbounded > 0)
        figure.caption += " " + std::to_string(points.unbounded) +
                          " without a boundary in reach are ranked last and not drawn.";
    figure.table = place_table(*frame);
}

void make_predictors_figure(const FigureSource& source, Figure& figure) {
    const FragilityFrame* frame = measured(source, figure);
    if (frame == nullptr) return;
    Plot plot;
    std::vector<std::vector<CsvCell>> rows;
    plot.y.names = true;
    plot.y.downwards = true;
    double row = 0;
    for (const bool rival : {false, true}) {
        PlotSeries bars;
        bars.name = rival ? "without any margin" : "margins";
        bars.color = rival ? "#8a8f98" : "#3b6ea8";
        bars.bars = true;
        for (const std::size_t k : ranked_predictors(*frame, rival)) {
            const FragilityPredictor& predictor = frame->predictors[k];
            const Interval& rho = predictor.rho;
            plot.y.ticks.push_back(row);
            plot.y.tick_labels.push_back(predictor.name);
            bars.x.push_back(rho.value);
            bars.y.push_back(row);
            if (std::isfinite(rho.low)) {
                PlotSeries interval;
                interval.x = {rho.low, rho.high};
                interval.y = {row, row};
                interval.color = "#222222";
                interval.markers = false;
                interval.width = 1.2;
                plot.series.push_back(std::move(interval));
            }
            rows.push_back({predictor.name, static_cast<std::int64_t>(rival), rho.value, rho.low,
                            rho.high, static_cast<std::int64_t>(rho.count)});
            row += 1;
        }
        plot.series.insert(plot.series.begin(), std::move(bars));
    }
    plot.y.min = -0.6;
    plot.y.max = row - 0.4;
    plot.x.label = "Spearman's rho with the smallest sigma that flips";
    plot.marks.push_back({true, 0, ""});
    plot.share = 1.4;
    figure.parts.emplace_back(std::move(plot));
    figure.caption =
        frame->sentence + " " + measured_words(*frame) + " Lines: 95 % bootstrap over windows.";
    figure.table =
        table_of({"predictor", "needs no margin", "rho", "95 % low", "95 % high", "characters"},
                 std::move(rows));
    figure.table.value_column = 2;
}

}  // namespace marginscope
