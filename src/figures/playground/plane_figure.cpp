// The plane of the token in question: det J as a field with its line, tokens, circles.
#include <algorithm>
#include <cmath>

#include "core/boundary_style.h"
#include "core/playground/plane_margins.h"
#include "core/token_letter.h"
#include "core/words.h"
#include "core/zero_lines.h"
#include "figures/playground/playground_figures.h"

namespace marginscope {
namespace {

constexpr int kNodes = 201;
constexpr const char* kTokenColor = "#3d4656";

struct PlaneField {
    std::vector<float> logdet;
    std::vector<std::int8_t> sign;
    BoundaryField view() const { return {logdet, sign, kNodes, kNodes}; }
};

double place(double node) { return kPlaneHalf * (2 * node / (kNodes - 1) - 1); }

PlaneField sampled(const PlaygroundDocument& document) {
    std::vector<double> nodes;
    for (int k = 0; k < kNodes; ++k) nodes.push_back(place(k));
    PlaneField field;
    field.logdet.resize(nodes.size() * nodes.size());
    field.sign.resize(field.logdet.size());
    stage_of(document).log_det_on_plane(document.asked, Vector::Zero(2), Vector::Unit(2, 0),
                                        Vector::Unit(2, 1), nodes, nodes, field.logdet, field.sign);
    return field;
}

void add_field(Plot& plot, const PlaneField& field) {
    const BoundaryStyle style = BoundaryStyle::themed(false);
    const auto [low, high] = robust_limits(field.logdet);
    PlotField cells;
    cells.rows = cells.cols = kNodes;
    cells.x0 = cells.y0 = place(-0.5);
    cells.x1 = cells.y1 = place(kNodes - 0.5);
    cells.smooth = true;
    for (std::size_t k = 0; k < field.logdet.size(); ++k)
        cells.cells.push_back(boundary_fill(style, low, high, field.logdet[k], field.sign[k]));
    plot.fields.push_back(std::move(cells));
    bool named = false;
    for (const ZeroLine& line : zero_lines(field.view())) {
        PlotSeries series;
        series.markers = false;
        series.width = 2.6;
        series.color = hex_color(accent_color(false));
        if (!std::exchange(named, true)) series.name = "det J = 0";
        for (const ContourPoint& p : line.points) {
            series.x.push_back(place(p.x));
            series.y.push_back(place(p.y));
        }
        plot.series.push_back(std::move(series));
    }
}

void add_tokens(Plot& plot, const PlaygroundFrame& frame) {
    PlotSeries tokens;
    tokens.name = "tokens, area by attention";
    tokens.color = kTokenColor;
    for (std::size_t k = 0; k < frame.document.tokens.size(); ++k) {
        const PlanarPoint p = frame.document.tokens[k];
        if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
        const double weight = k < frame.look.weights.size() && std::isfinite(frame.look.weights[k])
                                  ? std::clamp(frame.look.weights[k], 0.0, 1.0)
                                  : 0.0;
        tokens.x.push_back(p.x);
        tokens.y.push_back(p.y);
        tokens.radius.push_back(2.5 + 8 * std::sqrt(weight));
        const bool support = std::find(frame.support.begin(), frame.support.end(),
                                       static_cast<int>(k)) != frame.support.end();
        plot.labels.push_back(
            {p.x, p.y, "  " + token_letter(static_cast<int>(k)) + (support ? " (support)" : ""),
             kTokenColor, false});
        const PlaygroundToken& token = frame.tokens[k];
        if (token.geometric && std::isfinite(*token.geometric))
            plot.circles.push_back({p.x, p.y, *token.geometric, "#000000",
                                    static_cast<int>(k) != frame.document.asked});
    }
    plot.series.push_back(std::move(tokens));
}

}  // namespace

void make_plane_figure(const FigureSource& source, Figure& figure) {
    if (!has_playground(source, figure)) return;
    const PlaygroundFrame& frame = *source.frames.playground;
    Plot plot;
    plot.equal = true;
    plot.share = 1.7;
    plot.x = {"x", false, -kPlaneHalf, kPlaneHalf, {}};
    plot.y = {"y", false, -kPlaneHalf, kPlaneHalf, {}};
    const auto field = std::make_shared<PlaneField>(sampled(frame.document));
    add_field(plot, *field);
    add_tokens(plot, frame);
    figure.parts.emplace_back(std::move(plot));
    const PlaygroundToken& asked = frame.tokens[static_cast<std::size_t>(frame.document.asked)];
    figure.caption = "The plane of token " + token_letter(frame.document.asked) +
                     ", its past held fixed: log|det J| " + format_amount(asked.logdet, "nats") +
                     ", sigma_min " + format_number(asked.sigma_min) + ", " +
                     side_words(asked.crossings) +
                     ". Circles: geometric margins, each of its own token's boundary; dashed where "
                     "the boundary is not the one drawn.";
    figure.table.columns = {"x", "y", "log|det J| [nats]", "sign of det J"};
    figure.table.rows = field->logdet.size();
    figure.table.cell = [field](std::size_t row, std::size_t column) -> CsvCell {
        if (column == 0) return place(static_cast<double>(row % kNodes));
        if (column == 1) return place(static_cast<double>(row / kNodes));
        if (column == 2) return field->logdet[row];
        return static_cast<std::int64_t>(field->sign[row]);
    };
}

}  // namespace marginscope
