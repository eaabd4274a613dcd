// What the data pays and what noise adds, over lambda_m.
#include <algorithm>
#include <cmath>

#include "core/colormap.h"
#include "core/words.h"
#include "figures/playground/playground_figures.h"
#include "figures/playground/rests_words.h"

namespace marginscope {
namespace {

PlotSeries over_lambda(const LambdaRests& rests, const char* name, std::string color,
                       double (*value)(const LambdaRest&)) {
    PlotSeries series;
    series.name = name;
    series.color = std::move(color);
    series.markers = false;
    for (const LambdaRest& rest : rests.rests) {
        if (rest.lambda <= 0) continue;
        series.x.push_back(rest.lambda);
        series.y.push_back(value(rest));
    }
    return series;
}

// At 0, apart: a place, no end of a line.
PlotSeries at_zero(const LambdaRest& rest) {
    PlotSeries point;
    point.name = rest.through ? "at 0: through the cliff" : "at 0";
    point.color = rest.through ? hex_color(accent_color(false)) : "#222222";
    point.line = false;
    point.x = {0};
    point.y = {rest.sum()};
    return point;
}

std::vector<CsvCell> row(const LambdaRest& rest) {
    CsvCell geometric = std::string();
    if (rest.geometric) geometric = *rest.geometric;
    return {rest.lambda,
            rest.at.x,
            rest.at.y,
            rest.away,
            geometric,
            static_cast<std::int64_t>(rest.crossings),
            static_cast<std::int64_t>(rest.through ? 1 : 0),
            rest.pull,
            rest.noise,
            rest.sum(),
            rest.share_crossed};
}

}  // namespace

void make_rests_figure(const FigureSource& source, Figure& figure) {
    if (!has_playground(source, figure)) return;
    const PlaygroundFrame& frame = *source.frames.playground;
    if (frame.rests == nullptr || frame.rests->rests.empty() || frame.rests_lag) {
        figure.sentence = "The curve over lambda_m is still being computed.";
        return;
    }
    const LambdaRests& rests = *frame.rests;
    Plot plot;
    plot.x.label = "lambda_m";
    plot.x.log = true;
    plot.y.label = "nats";
    plot.y.min = 0;
    plot.y.max = rests_top(rests);
    plot.series.push_back(over_lambda(rests, "what the data pays", "#009e73",
                                      [](const LambdaRest& rest) { return rest.pull; }));
    plot.series.push_back(over_lambda(rests, "what noise adds", hex_color(accent_color(false)),
                                      [](const LambdaRest& rest) { return rest.noise; }));
    plot.series.push_back(
        over_lambda(rests, "sum", "#222222", [](const LambdaRest& rest) { return rest.sum(); }));
    plot.series.push_back(at_zero(rests.rests.front()));
    if (frame.document.pull.lambda > 0)
        plot.marks.push_back({true, frame.document.pull.lambda, "now", "#0072b2"});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = rests_words(rests, frame.document.noise) + " Noise of " +
                     format_number(frame.document.noise) +
                     " per coordinate, to first order through the inverse of J.";
    std::vector<std::vector<CsvCell>> rows;
    for (const LambdaRest& rest : rests.rests) rows.push_back(row(rest));
    figure.table = table_of({"lambda_m", "x", "y", "distance from the target", "geometric margin",
                             "crossings", "through the cliff", "pull [nats]", "noise adds [nats]",
                             "sum [nats]", "share of the cloud that crosses"},
                            std::move(rows));
    figure.table.key_column = 0;
    figure.table.value_column = 9;
}

}  // namespace marginscope
