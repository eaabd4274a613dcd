// Tokens as bars, the objective as curves, the SVM as points and lines.
#include "figures/playground/playground_figures.h"

#include <algorithm>
#include <cmath>

#include "core/colormap.h"
#include "core/token_letter.h"
#include "core/words.h"

namespace marginscope {
namespace {

constexpr const char* kPlus = "#0072b2";
constexpr const char* kMinus = "#009e73";

bool finite(PlanarPoint p) { return std::isfinite(p.x) && std::isfinite(p.y); }

bool sound(const PlaygroundFrame& frame) {
    return !frame.document.tokens.empty() && frame.tokens.size() == frame.document.tokens.size() &&
           std::all_of(frame.document.tokens.begin(), frame.document.tokens.end(), finite);
}

PlotSeries line(const char* name, const std::vector<double>& x, const std::vector<double>& y,
                std::string color) {
    PlotSeries series;
    series.name = name;
    series.x = x;
    series.y = y;
    series.markers = false;
    series.color = std::move(color);
    return series;
}

// w x + b = level across the plane.
void add_level(Plot& plot, const PlaygroundSvm& svm, double level, const char* name) {
    const double size = std::hypot(svm.w.x, svm.w.y);
    const double off = (level - svm.b) / size;
    const double far = 3 * kPlaneHalf;
    const PlanarPoint n{svm.w.x / size, svm.w.y / size};
    PlotSeries series = line(name, {n.x * off - far * n.y, n.x * off + far * n.y},
                             {n.y * off + far * n.x, n.y * off - far * n.x}, "#222222");
    series.dashed = level != 0;
    plot.series.push_back(std::move(series));
}

void add_points(Plot& plot, const PlaygroundFrame& frame, int label) {
    PlotSeries points;
    points.name = label > 0 ? "class +" : "class −";
    points.color = label > 0 ? kPlus : kMinus;
    points.line = false;
    const SvmSet& set = frame.document.svm;
    for (std::size_t k = 0; k < set.points.size(); ++k) {
        if (set.labels[k] != label) continue;
        points.x.push_back(set.points[k].x);
        points.y.push_back(set.points[k].y);
    }
    if (!points.x.empty()) plot.series.push_back(std::move(points));
}

}  // namespace

bool has_playground(const FigureSource& source, Figure& figure) {
    if (source.frames.playground != nullptr && sound(*source.frames.playground)) return true;
    figure.sentence = "There is no playground yet; it opens with the window's Playground.";
    return false;
}

void make_tokens_figure(const FigureSource& source, Figure& figure) {
    if (!has_playground(source, figure)) return;
    const PlaygroundFrame& frame = *source.frames.playground;
    Plot plot;
    PlotSeries bars;
    bars.bars = true;
    bars.name = "geometric margin";
    bars.color = kPlus;
    std::vector<std::vector<CsvCell>> rows;
    for (std::size_t k = 0; k < frame.tokens.size(); ++k) {
        const PlaygroundToken& token = frame.tokens[k];
        bars.x.push_back(token.geometric.value_or(0));
        bars.y.push_back(static_cast<double>(k));
        plot.y.ticks.push_back(static_cast<double>(k));
        plot.y.tick_labels.push_back(token_letter(static_cast<int>(k)));
        CsvCell geometric = std::string();
        if (token.geometric) geometric = *token.geometric;
        rows.push_back({static_cast<std::int64_t>(k), frame.document.tokens[k].x,
                        frame.document.tokens[k].y, token.logdet, token.sigma_min, geometric,
                        static_cast<std::int64_t>(token.crossings)});
    }
    plot.y.names = plot.y.downwards = true;
    plot.y.min = -0.7;
    plot.y.max = static_cast<double>(frame.tokens.size()) - 0.3;
    plot.x.label = "geometric margin";
    plot.series.push_back(std::move(bars));
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Distance of each token to its own boundary; none where there is no bar. ";
    if (!frame.support.empty())
        figure.caption += "Support token: " + token_letter(frame.support.front()) + ".";
    figure.table = table_of(
        {"token", "x", "y", "log|det J| [nats]", "sigma_min", "geometric margin", "crossings"},
        std::move(rows));
    figure.table.key_column = 0;
    figure.table.value_column = 5;
}

void make_objective_figure(const FigureSource& source, Figure& figure) {
    if (!has_playground(source, figure)) return;
    const PlaygroundFrame& frame = *source.frames.playground;
    const PlaygroundDescent& d = frame.descent;
    Plot plot;
    plot.x.label = "distance from the target";
    plot.y.label = "objective";
    plot.series.push_back(line("pull", d.along, d.pull_curve, kMinus));
    plot.series.push_back(
        line("lambda_m b", d.along, d.barrier_curve, hex_color(accent_color(false))));
    plot.series.push_back(line("sum", d.along, d.total_curve, "#222222"));
    if (std::isfinite(d.token_along))
        plot.marks.push_back(
            {true, d.token_along, "token " + token_letter(frame.document.asked), kPlus});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Pull to the target, sigma " + format_number(frame.document.pull.sigma) +
                     ", against the barrier, lambda_m " +
                     format_number(frame.document.pull.lambda) +
                     ", along the line from the target through the token.";
    std::vector<std::vector<CsvCell>> rows;
    for (std::size_t k = 0; k < d.along.size(); ++k)
        rows.push_back({d.along[k], d.pull_curve[k], d.barrier_curve[k], d.total_curve[k]});
    figure.table =
        table_of({"distance from the target", "pull", "lambda_m b [nats]", "sum"}, std::move(rows));
    figure.table.key_column = 0;
    figure.table.value_column = 3;
}

void make_svm_figure(const FigureSource& source, Figure& figure) {
    if (!has_playground(source, figure)) return;
    const PlaygroundFrame& frame = *source.frames.playground;
    const PlaygroundSvm& svm = frame.svm;
    const SvmSet& set = frame.document.svm;
    if (!svm.has_line || !finite(svm.w) || svm.alphas.size() != set.points.size()) {
        figure.sentence = svm.sentence.empty() ? "The SVM has no line to show." : svm.sentence;
        return;
    }
    Plot plot;
    plot.equal = true;
    plot.share = 1.7;
    plot.x = {"x", false, -kPlaneHalf, kPlaneHalf, {}};
    plot.y = {"y", false, -kPlaneHalf, kPlaneHalf, {}};
    add_level(plot, svm, 0, "decision line");
    add_level(plot, svm, 1, "margin");
    add_level(plot, svm, -1, "");
    add_points(plot, frame, 1);
    add_points(plot, frame, -1);
    PlotSeries rings;
    rings.name = "support vectors";
    rings.color = "#222222";
    rings.rings = true;
    std::vector<std::vector<CsvCell>> rows;
    for (std::size_t k = 0; k < set.points.size(); ++k) {
        rows.push_back({static_cast<std::int64_t>(k), set.points[k].x, set.points[k].y,
                        static_cast<std::int64_t>(set.labels[k]), svm.alphas[k], svm.slack[k]});
        if (!(svm.alphas[k] > 0)) continue;
        rings.x.push_back(set.points[k].x);
        rings.y.push_back(set.points[k].y);
        rings.radius.push_back(6);
    }
    plot.series.push_back(std::move(rings));
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Linear SVM, C " + format_number(set.c) + ", margin 1/|w| " +
                     format_number(svm.margin) + ", " + std::to_string(svm.support.size()) +
                     " support vectors.";
    figure.table = table_of({"point", "x", "y", "label", "alpha", "slack"}, std::move(rows));
    figure.table.key_column = 0;
    figure.table.value_column = 4;
}

}  // namespace marginscope
