// Curves over sigma or the rate of spoilt characters, and their differences window by window.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/robustness/robustness_curves.h"
#include "figures/robustness/robustness_figures.h"

namespace marginscope {
namespace {

using Rows = std::vector<std::vector<CsvCell>>;

PlotSeries series_of(const LevelCurve& curve, bool named) {
    PlotSeries series;
    if (named) series.name = curve.name;
    series.color = hex_color(run_color(static_cast<int>(curve.model)));
    series.dashed = curve.open || curve.model % 2 == 1;
    for (const LevelPoint& point : curve.points) {
        series.x.push_back(point.level);
        series.y.push_back(point.value.value);
        series.low.push_back(point.value.low);
        series.high.push_back(point.value.high);
    }
    return series;
}

void add_rows(Rows& rows, const LevelCurve& curve, const std::string& what) {
    for (const LevelPoint& point : curve.points)
        rows.push_back({what, curve.name, point.level, point.value.value, point.value.low,
                        point.value.high, static_cast<std::int64_t>(point.value.count),
                        point.alone ? CsvCell(*point.alone) : CsvCell(),
                        point.of ? CsvCell(100 * point.of->errors.value) : CsvCell(),
                        point.of ? CsvCell(point.of->brier.value) : CsvCell(),
                        point.of ? CsvCell(point.of->ece) : CsvCell(),
                        point.of ? CsvCell(point.of->ece_if_calibrated) : CsvCell()});
}

std::vector<double> levels_of(const std::vector<LevelCurve>& curves) {
    std::vector<double> levels;
    for (const LevelCurve& curve : curves)
        for (const LevelPoint& point : curve.points)
            if (std::find(levels.begin(), levels.end(), point.level) == levels.end())
                levels.push_back(point.level);
    std::sort(levels.begin(), levels.end());
    return levels;
}

struct LevelFigure {
    std::string kind = "noise";
    RobustnessQuantity quantity = RobustnessQuantity::loss;
    bool tokens = false;  // support against random ones, not models
    bool log = false;
};

void draw(const RobustnessCurves& curves, const LevelFigure& asked, Figure& figure) {
    const std::vector<LevelCurve> all = level_curves(curves, asked.kind, asked.quantity);
    if (all.empty()) {
        figure.sentence = "Nothing of this was measured yet.";
        return;
    }
    const std::vector<LevelCurve> differences =
        level_differences(curves, asked.kind, asked.quantity, asked.tokens);
    const std::string axis = level_axis(curves, asked.kind);
    Plot plot, less;
    Rows rows;
    plot.x.label = less.x.label = axis;
    plot.x.log = less.x.log = asked.log;
    plot.x.ticks = less.x.ticks = levels_of(all);
    plot.y.label = quantity_axis(asked.quantity);
    for (const LevelCurve& curve : all) {
        plot.series.push_back(series_of(curve, true));
        add_rows(rows, curve, "curve");
    }
    for (const LevelCurve& curve : differences) {
        less.series.push_back(series_of(curve, false));
        add_rows(rows, curve, asked.tokens ? "support less random" : "less the first");
    }
    plot.share = 1.3;
    figure.parts.emplace_back(std::move(plot));
    const std::vector<std::string> names = model_names(curves.models);
    if (!differences.empty()) {
        less.y.label = asked.tokens ? "support less random" : "less " + names.front();
        less.marks.push_back({false, 0, ""});
        less.share = 0.8;
        figure.parts.emplace_back(std::move(less));
    }
    figure.caption = kind_words(asked.kind) + ": " + measured_words(curves, asked.kind) +
                     " Bands: 95 % bootstrap intervals over windows. " +
                     difference_sentence(differences, asked.quantity,
                                         asked.tokens ? "random tokens" : names.front(), axis);
    figure.caption[0] = static_cast<char>(std::toupper(figure.caption[0]));
    figure.table = table_of({"what", "of", axis, quantity_axis(asked.quantity), "95 % low",
                             "95 % high", "windows or texts", "of its models alone", "wrong, %",
                             "Brier score", "calibration error", "of a calibrated model"},
                            std::move(rows));
    figure.table.value_column = 3;
}

const RobustnessFrame* measured(const FigureSource& source, Figure& figure) {
    const RobustnessFrame* frame = source.frames.robustness.get();
    if (frame == nullptr) figure.sentence = "Nothing was measured yet.";
    return frame;
}

void draw_shown(const FigureSource& source, RobustnessQuantity quantity, Figure& figure) {
    const RobustnessFrame* frame = measured(source, figure);
    if (frame == nullptr) return;
    const RobustnessLook& look = source.view.robustness;
    const RobustnessCurves* curves = curves_of(*frame, look.shown);
    const std::vector<std::string> kinds = shown_kinds(*frame);
    std::string kind = look.shown;
    if (curves == nullptr && !kinds.empty()) curves = curves_of(*frame, kind = kinds.front());
    if (curves == nullptr) {
        figure.sentence = "No curve was measured yet.";
        return;
    }
    draw(*curves, {kind, quantity, false, look.log_levels}, figure);
}

}  // namespace

void make_robustness_loss_figure(const FigureSource& source, Figure& figure) {
    draw_shown(source, RobustnessQuantity::loss, figure);
}

void make_robustness_flips_figure(const FigureSource& source, Figure& figure) {
    draw_shown(source, RobustnessQuantity::flips, figure);
}

void make_support_noise_figure(const FigureSource& source, Figure& figure) {
    const RobustnessFrame* frame = measured(source, figure);
    if (frame == nullptr) return;
    if (frame->support == nullptr) {
        figure.sentence = "Support tokens were not measured yet.";
        return;
    }
    const RobustnessLook& look = source.view.robustness;
    draw(*frame->support,
         {"noise", look.support_flips ? RobustnessQuantity::flips : RobustnessQuantity::loss, true,
          look.log_levels},
         figure);
}

void make_stories_figure(const FigureSource& source, Figure& figure) {
    const RobustnessFrame* frame = measured(source, figure);
    if (frame == nullptr) return;
    if (frame->noise == nullptr) {
        figure.sentence = "No stories were written yet.";
        return;
    }
    draw(*frame->noise,
         {"noise", RobustnessQuantity::stories, false, source.view.robustness.log_levels}, figure);
    if (figure.empty()) return;
    const RobustnessSettings& settings = frame->noise->settings;
    figure.caption = "Share of well-formed sentences by the rules of the built-in stories in " +
                     std::to_string(settings.draws) + " texts of " +
                     std::to_string(settings.story_characters) +
                     " characters at each sigma, the same draws of the sampler at all; bands: 95 % "
                     "bootstrap intervals over texts. Seed " +
                     std::to_string(settings.seed) + ".";
}

}  // namespace marginscope
