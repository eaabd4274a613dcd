// The plane through the selected character, its spectrum, and which past characters cause it.
#include <algorithm>
#include <cmath>

#include "core/boundary_style.h"
#include "core/words.h"
#include "core/zero_lines.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"

namespace marginscope {
namespace {

constexpr const char* kPastColor = "#3d4656";

double at(float value) { return static_cast<double>(value); }
bool finite(PlanePoint p) { return std::isfinite(p.x) && std::isfinite(p.y); }

bool has_boundary(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return false;
    const BoundaryFrame* f = source.frames.boundary.get();
    if (f != nullptr && f->index >= 0) return true;
    figure.sentence = f != nullptr && !f->sentence.empty()
                          ? f->sentence
                          : "Choose a character after the second, in a model with a fitted stage.";
    return false;
}

std::string of_character(const Frames& frames) {
    const BoundaryFrame& f = *frames.boundary;
    return shown_character(*frames.decode, f.token) + " at " + std::to_string(f.index);
}

bool has_field(const BoundaryFrame& f) {
    const auto nodes = static_cast<std::size_t>(std::max(0, f.rows)) *
                       static_cast<std::size_t>(std::max(0, f.columns));
    return f.rows >= 2 && f.columns >= 2 && f.logdet.size() == nodes && f.sign.size() == nodes;
}

// From the first node to the last, as the panel shows it.
double x_at(const BoundaryFrame& f, double column) {
    return at(f.x_min) + column / (f.columns - 1) * (at(f.x_max) - at(f.x_min));
}
double y_at(const BoundaryFrame& f, double row) {
    return at(f.y_min) + row / (f.rows - 1) * (at(f.y_max) - at(f.y_min));
}

PlotField field_of(const BoundaryFrame& f) {
    const BoundaryStyle style = BoundaryStyle::themed(false);
    const auto [low, high] = robust_limits(f.logdet);
    PlotField field;
    field.rows = f.rows;
    field.cols = f.columns;
    // A node is the middle of its cell.
    field.x0 = x_at(f, -0.5), field.x1 = x_at(f, f.columns - 0.5);
    field.y0 = y_at(f, -0.5), field.y1 = y_at(f, f.rows - 0.5);
    field.smooth = true;
    for (std::size_t i = 0; i < f.logdet.size(); ++i)
        field.cells.push_back(boundary_fill(style, low, high, f.logdet[i], f.sign[i]));
    return field;
}

void add_lines(Plot& plot, const BoundaryFrame& f) {
    const BoundaryField field{f.logdet, f.sign, f.rows, f.columns};
    bool named = false;
    for (const ZeroLine& line : zero_lines(field)) {
        PlotSeries series;
        series.markers = false;
        series.width = 2.6;
        series.color = hex_color(accent_color(false));
        if (!std::exchange(named, true)) series.name = "det J = 0";
        for (const ContourPoint& p : line.points) {
            series.x.push_back(x_at(f, p.x));
            series.y.push_back(y_at(f, p.y));
        }
        plot.series.push_back(std::move(series));
    }
}

void add_past(Plot& plot, const Frames& frames) {
    const BoundaryFrame& f = *frames.boundary;
    PlotSeries past;
    past.name = "past, area by attention";
    past.color = kPastColor;
    std::vector<const PastPoint*> order;
    for (const PastPoint& p : f.past)
        if (finite(p.at) && std::isfinite(p.attention)) order.push_back(&p);
    std::sort(order.begin(), order.end(),
              [](const PastPoint* a, const PastPoint* b) { return a->attention > b->attention; });
    for (const PastPoint* p : order) {
        past.x.push_back(at(p->at.x));
        past.y.push_back(at(p->at.y));
        past.radius.push_back(1.5 + 9 * std::sqrt(std::clamp(at(p->attention), 0.0, 1.0)));
    }
    constexpr std::size_t kNamed = 8;
    for (std::size_t k = 0; k < std::min(kNamed, order.size()); ++k)
        plot.labels.push_back({past.x[k], past.y[k],
                               "  " + shown_character(*frames.decode, order[k]->token), kPastColor,
                               false});
    if (!past.x.empty()) plot.series.push_back(std::move(past));
}

void add_token(Plot& plot, const BoundaryFrame& f) {
    PlotSeries token;
    token.name = "the character";
    token.color = "#000000";
    token.x = {at(f.token_at.x)}, token.y = {at(f.token_at.y)};
    token.radius = {4.5};
    plot.series.push_back(std::move(token));
    if (f.geometric && std::isfinite(*f.geometric))
        plot.circles.push_back(
            {at(f.token_at.x), at(f.token_at.y), at(*f.geometric), "#000000", !f.touches});
}

}  // namespace

void make_boundary_figure(const FigureSource& source, Figure& figure) {
    if (!has_boundary(source, figure)) return;
    const BoundaryFrame& f = *source.frames.boundary;
    if (!has_field(f)) {
        figure.sentence = "The plane is still being computed.";
        return;
    }
    Plot plot;
    plot.equal = true;
    plot.x = {f.x_label, false, at(f.x_min), at(f.x_max), {}};
    plot.y = {f.y_label, false, at(f.y_min), at(f.y_max), {}};
    plot.share = 1.7;
    plot.fields.push_back(field_of(f));
    add_lines(plot, f);
    add_past(plot, source.frames);
    add_token(plot, f);
    figure.parts.emplace_back(std::move(plot));
    figure.caption =
        "Plane through the embedding of " + of_character(source.frames) +
        ", axes in embedding units: log|det J| " + format_amount(f.logdet_now, "nats") +
        ", sigma_min " + format_number(f.sigma_min_now) +
        (f.geometric ? ", geometric margin " + format_number(at(*f.geometric)) + " (the circle)"
                     : "") +
        ", " + side_words(f.crossings_now) +
        ". The two fills tell the sign of det J, pale is near zero. " +
        decode_caption(source.frames);
    figure.metadata.emplace_back("character", std::to_string(f.index));
    const auto frame = source.frames.boundary;
    figure.table.columns = {"x [embedding units]", "y [embedding units]", "log|det J| [nats]",
                            "sign of det J"};
    figure.table.rows = f.logdet.size();
    figure.table.cell = [frame](std::size_t row, std::size_t column) -> CsvCell {
        const auto cols = static_cast<std::size_t>(frame->columns);
        if (column == 0) return x_at(*frame, static_cast<double>(row % cols));
        if (column == 1) return y_at(*frame, static_cast<double>(row / cols));
        if (column == 2) return frame->logdet[row];
        return static_cast<std::int64_t>(frame->sign[row]);
    };
}

void make_spectrum_figure(const FigureSource& source, Figure& figure) {
    if (!has_boundary(source, figure)) return;
    const BoundaryFrame& f = *source.frames.boundary;
    Plot plot;
    PlotSeries inside, crossed;
    inside.name = "eigenvalue";
    inside.color = kPastColor;
    crossed.name = "real, above 1";
    crossed.color = hex_color(accent_color(false));
    std::vector<std::vector<CsvCell>> rows;
    double reach = 1.15, height = 0.25;
    for (const PlanePoint& p : f.spectrum) {
        const bool over = p.x > 1 && std::abs(p.y) < 1e-9F;
        PlotSeries& series = over ? crossed : inside;
        series.x.push_back(at(p.x));
        series.y.push_back(at(p.y));
        series.radius.push_back(3);
        rows.push_back({p.x, p.y});
        if (!finite(p)) continue;
        reach = std::max(reach, 1.08 * std::abs(at(p.x)));
        height = std::max(height, 1.2 * std::abs(at(p.y)));
    }
    for (PlotSeries* series : {&inside, &crossed})
        if (!series->x.empty()) plot.series.push_back(std::move(*series));
    plot.x = {"real part of the eigenvalues of Sigma A", false, -reach, reach, {}};
    plot.y = {"imaginary part", false, -height, height, {}};
    plot.marks.push_back({true, 1, "1: the boundary", hex_color(accent_color(false))});
    figure.parts.emplace_back(std::move(plot));
    figure.caption =
        "Spectrum of Sigma A at " + of_character(source.frames) +
        "; J = I − Sigma A is singular when 1 is among the eigenvalues, a real one above 1 "
        "is a crossing. " +
        decode_caption(source.frames);
    figure.metadata.emplace_back("character", std::to_string(f.index));
    figure.table = table_of({"real", "imaginary"}, std::move(rows));
}

void make_causes_figure(const FigureSource& source, Figure& figure) {
    if (!has_boundary(source, figure)) return;
    const BoundaryFrame& f = *source.frames.boundary;
    const bool volume = source.view.volume_share;
    std::vector<const PastPoint*> order;
    const auto share = [volume](const PastPoint& p) {
        return volume ? p.volume_share : p.trace_share;
    };
    for (const PastPoint& p : f.past)
        if (std::isfinite(share(p))) order.push_back(&p);
    std::stable_sort(order.begin(), order.end(), [&](const PastPoint* a, const PastPoint* b) {
        return std::abs(share(*a)) > std::abs(share(*b));
    });
    constexpr std::size_t kShown = 24;
    const std::size_t shown = std::min(kShown, order.size());
    Plot plot;
    PlotSeries up, down;
    up.bars = down.bars = true;
    up.name = volume ? "lowers the margin" : "pushes towards the boundary";
    down.name = volume ? "raises it" : "holds back";
    up.color = hex_color(sample(ColorMap::diverging, 0.88));
    down.color = hex_color(sample(ColorMap::diverging, 0.12));
    for (std::size_t k = 0; k < shown; ++k) {
        const double value = at(share(*order[k]));
        PlotSeries& series = value >= 0 ? up : down;
        series.x.push_back(value);
        series.y.push_back(static_cast<double>(k));
        plot.y.ticks.push_back(static_cast<double>(k));
        plot.y.tick_labels.push_back(shown_character(*source.frames.decode, order[k]->token) +
                                     " at " + std::to_string(order[k]->index));
    }
    for (PlotSeries* series : {&up, &down})
        if (!series->x.empty()) plot.series.push_back(std::move(*series));
    plot.x.label = volume ? "volume share c′ of log|det J|" : "trace share c of tr Sigma A";
    plot.y.names = plot.y.downwards = true;
    plot.y.min = -0.7, plot.y.max = std::max(1.0, static_cast<double>(shown)) - 0.3;
    plot.share = std::max(0.7, 0.055 * static_cast<double>(shown) + 0.25);
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Which past characters cause the margin of " + of_character(source.frames) +
                     (order.size() > shown ? ", the " + std::to_string(shown) + " largest of " +
                                                 std::to_string(order.size())
                                           : "") +
                     ". " + decode_caption(source.frames);
    figure.metadata.emplace_back("character", std::to_string(f.index));
    std::vector<std::vector<CsvCell>> rows;
    for (const PastPoint& p : f.past)
        rows.push_back({static_cast<std::int64_t>(p.index),
                        exact_character(*source.frames.decode, p.token), p.attention, p.trace_share,
                        p.volume_share, p.at.x, p.at.y});
    figure.table =
        table_of({"index", "character", "attention", "trace share", "volume share",
                  "x in the plane [embedding units]", "y in the plane [embedding units]"},
                 std::move(rows));
    figure.table.key_column = 0;
    figure.table.value_column = volume ? 4 : 3;
}

}  // namespace marginscope
