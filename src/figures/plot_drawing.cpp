// Where the parts of a plot stand.
#include "figures/plot_drawing.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/words.h"
#include "figures/plot_series.h"

namespace marginscope {
namespace {

constexpr double kBelow = 44;     // tick labels and the axis' name
constexpr double kBarRow = 40;    // a colour bar with its numbers
constexpr double kTickRoom = 22;  // tick labels alone

void check(const PlotSeries& series) {
    const std::size_t n = series.x.size();
    const bool no_band = series.low.empty() && series.high.empty();
    if (series.y.size() != n || (!series.radius.empty() && series.radius.size() != n) ||
        (!no_band && (series.low.size() != n || series.high.size() != n)))
        throw std::logic_error("draw_plot: lengths differ in the series " + series.name);
}

std::vector<double> values_of(const Plot& plot, bool of_x) {
    std::vector<double> values;
    const auto add = [&](const std::vector<double>& more) {
        values.insert(values.end(), more.begin(), more.end());
    };
    for (const PlotSeries& series : plot.series) {
        add(of_x ? series.x : series.y);
        if (!of_x) add(series.low), add(series.high);
        if (series.bars && of_x) values.push_back(0);
    }
    for (const PlotMark& mark : plot.marks)
        if (mark.vertical == of_x) values.push_back(mark.value);
    for (const PlotField& field : plot.fields)
        add(of_x ? std::vector{field.x0, field.x1} : std::vector{field.y0, field.y1});
    return values;
}

bool can_show(double value, const PlotAxis& axis) {
    return std::isfinite(value) && (!axis.log || value >= 0);
}

double legend_width(const Plot& plot, double width) {
    double widest = 0;
    for (const PlotSeries& series : plot.series)
        if (!series.name.empty())
            widest = std::max(widest, text_width(series.name, TypeFace::regular, kFigureText));
    return widest == 0 ? 0 : std::min(widest + 44, width / 3);
}

double below_of(const Plot& plot) {
    return (plot.x.label.empty() ? kTickRoom : kBelow) + (plot.bars.empty() ? 0 : kBarRow);
}

class Drawing {
public:
    Drawing(const Plot& plot, CanvasRect area, Canvas& canvas)
        : plot_(plot),
          canvas_(canvas),
          area_(area),
          x_(plot.x, values_of(plot, true), area.x, area.x + area.width),
          y_(plot.y, values_of(plot, false), plot.y.downwards ? area.y : area.y + area.height,
             plot.y.downwards ? area.y + area.height : area.y) {}

    void draw() {
        canvas_.clip(area_);
        for (const PlotField& field : plot_.fields) draw_field(field);
        canvas_.unclip();
        grid();
        canvas_.clip(area_);
        const PlotScales scales{x_, y_};
        for (std::size_t i = 0; i < plot_.series.size(); ++i)
            draw_band(plot_.series[i], i, scales, canvas_);
        for (std::size_t i = 0; i < plot_.series.size(); ++i)
            draw_series(plot_.series[i], i, scales, canvas_);
        for (const PlotCircle& circle : plot_.circles) draw_circle(circle);
        for (const PlotLabel& label : plot_.labels) draw_label(label);
        canvas_.unclip();
        for (const PlotMark& mark : plot_.marks) draw_mark(mark);
        axes();
    }

private:
    double right() const { return area_.x + area_.width; }
    double bottom() const { return area_.y + area_.height; }

    void draw_field(const PlotField& field) {
        const auto x0 = x_.pixel(field.x0), x1 = x_.pixel(field.x1);
        const auto y0 = y_.pixel(field.y0), y1 = y_.pixel(field.y1);
        if (!x0 || !x1 || !y0 || !y1) return;
        // The first row lies at y0; a canvas has its first row on top.
        std::vector<Rgb> turned;
        const std::vector<Rgb>* cells = &field.cells;
        if (*y0 > *y1) {
            for (int row = field.rows - 1; row >= 0; --row) {
                const auto from =
                    field.cells.begin() + static_cast<std::ptrdiff_t>(row) * field.cols;
                turned.insert(turned.end(), from, from + field.cols);
            }
            cells = &turned;
        }
        canvas_.cells(
            {std::min(*x0, *x1), std::min(*y0, *y1), std::abs(*x1 - *x0), std::abs(*y1 - *y0)},
            field.rows, field.cols, *cells, field.smooth);
    }

    void grid() {
        if (!plot_.fields.empty()) return;
        const CanvasStroke stroke{kFigureGrid};
        if (!plot_.x.names)
            for (const PlotTick& tick : x_.ticks())
                canvas_.segment({tick.pixel, area_.y}, {tick.pixel, bottom()}, stroke);
        if (!plot_.y.names)
            for (const PlotTick& tick : y_.ticks())
                canvas_.segment({area_.x, tick.pixel}, {right(), tick.pixel}, stroke);
    }

    void axes() {
        const CanvasStroke stroke{kFigureAxis};
        double free_from = -1e9;
        for (const PlotTick& tick : x_.ticks()) {
            if (!plot_.x.names)
                canvas_.segment({tick.pixel, bottom()}, {tick.pixel, bottom() + 4}, stroke);
            const double half = text_width(tick.label, TypeFace::regular, kFigureSmall) / 2;
            if (tick.pixel - half < free_from) continue;  // would touch its neighbour
            canvas_.text({tick.pixel, bottom() + 16}, tick.label,
                         {kFigureSmall, TypeFace::regular, kFigureInk, TextAnchor::middle});
            free_from = tick.pixel + half + 6;
        }
        double free_above = 1e9;
        for (const PlotTick& tick : y_.ticks()) {
            if (!plot_.y.names)
                canvas_.segment({area_.x - 4, tick.pixel}, {area_.x, tick.pixel}, stroke);
            if (std::abs(tick.pixel - free_above) < 11) continue;
            canvas_.text({area_.x - 8, tick.pixel + 4}, tick.label,
                         {kFigureSmall, TypeFace::regular, kFigureInk, TextAnchor::end});
            free_above = tick.pixel;
        }
        canvas_.segment({area_.x, bottom()}, {right(), bottom()}, stroke);
        canvas_.segment({area_.x, area_.y}, {area_.x, bottom()}, stroke);
        if (x_.has_zero_slot()) axis_break(x_.break_pixel(), bottom(), true);
        if (y_.has_zero_slot()) axis_break(area_.x, y_.break_pixel(), false);
        canvas_.text({area_.x + area_.width / 2, bottom() + 34}, plot_.x.label,
                     {kFigureText, TypeFace::regular, kFigureInk, TextAnchor::middle});
    }

    // Two strokes across the axis: what lies before them is not on its scale.
    void axis_break(double x, double y, bool on_x) {
        for (const double shift : {-2.5, 2.5}) {
            const double cx = on_x ? x + shift : x, cy = on_x ? y : y + shift;
            const double dx = on_x ? 2 : 5, dy = on_x ? 5 : 2;
            canvas_.segment({cx - dx, cy + dy}, {cx + dx, cy - dy}, {kFigureAxis});
        }
    }

    void draw_circle(const PlotCircle& circle) {
        const auto x = x_.pixel(circle.x), y = y_.pixel(circle.y),
                   edge = x_.pixel(circle.x + circle.radius);
        if (!x || !y || !edge) return;
        canvas_.circle({*x, *y}, std::abs(*edge - *x), {},
                       CanvasStroke{circle.color, 1.5, 1, circle.dashed ? 5.0 : 0, 4});
    }

    void draw_label(const PlotLabel& label) {
        const auto x = x_.pixel(label.x), y = y_.pixel(label.y);
        if (!x || !y) return;
        const double shift = label.centred ? 0 : 6;
        canvas_.text({*x + shift, *y + 4}, label.words,
                     {kFigureSmall, TypeFace::regular, label.color,
                      label.centred ? TextAnchor::middle : TextAnchor::start});
    }

    void draw_mark(const PlotMark& mark) {
        const CanvasStroke stroke{mark.color, 1, 1, 3, 3};
        const CanvasText small{kFigureSmall, TypeFace::regular, kFigureDim};
        CanvasText at_end = small;
        at_end.anchor = TextAnchor::end;
        const auto at = mark.vertical ? x_.pixel(mark.value) : y_.pixel(mark.value);
        if (!at) return;
        if (mark.vertical) {
            if (*at < area_.x || *at > right()) return;
            canvas_.segment({*at, area_.y}, {*at, bottom()}, stroke);
            const double width = text_width(mark.label, TypeFace::regular, kFigureSmall);
            const bool fits = *at + 6 + width < right();
            canvas_.text({fits ? *at + 5 : *at - 5, area_.y + 12}, mark.label,
                         fits ? small : at_end);
        } else {
            if (*at < area_.y || *at > bottom()) return;
            canvas_.segment({area_.x, *at}, {right(), *at}, stroke);
            canvas_.text({right() - 4, *at - 5}, mark.label, at_end);
        }
    }

    const Plot& plot_;
    Canvas& canvas_;
    CanvasRect area_;
    AxisScale x_, y_;
};

void draw_color_bars(const Plot& plot, CanvasRect area, double top, Canvas& canvas) {
    constexpr int kSteps = 128;
    const auto count = static_cast<double>(plot.bars.size());
    const double gap = 24, width = std::min(240.0, (area.width - gap * (count - 1)) / count);
    double x = area.x;
    for (const PlotColorBar& bar : plot.bars) {
        std::vector<Rgb> colors;
        for (int k = 0; k < kSteps; ++k) colors.push_back(sample(bar.map, k / (kSteps - 1.0)));
        canvas.cells({x, top, width, 9}, 1, kSteps, colors, true);
        const CanvasText small{kFigureSmall, TypeFace::regular, kFigureDim};
        const auto put = [&](double t, TextAnchor anchor) {
            CanvasText style = small;
            style.anchor = anchor;
            canvas.text({x + t * width, top + 22}, format_number(bar.scale.from_unit(t), 3), style);
        };
        put(0, TextAnchor::start);
        put(1, TextAnchor::end);
        CanvasText middle = small;
        middle.anchor = TextAnchor::middle;
        canvas.text({x + width / 2, top + 22}, bar.label, middle);
        x += width + gap;
    }
}

// One unit as long on x as on y, in the middle of the place.
CanvasRect with_equal_units(const Plot& plot, CanvasRect area) {
    if (!plot.equal || !plot.x.min || !plot.x.max || !plot.y.min || !plot.y.max) return area;
    const double wide = *plot.x.max - *plot.x.min, high = *plot.y.max - *plot.y.min;
    if (!(wide > 0) || !(high > 0)) return area;
    const double unit = std::min(area.width / wide, area.height / high);
    const double width = unit * wide, height = unit * high;
    return {area.x + (area.width - width) / 2, area.y, width, height};
}

}  // namespace

PlotMargins plot_margins(const Plot& plot, double width, double height) {
    const AxisScale y(plot.y, values_of(plot, false), std::max(40.0, height - below_of(plot)), 0);
    double widest = 0;
    for (const PlotTick& tick : y.ticks())
        widest = std::max(widest, text_width(tick.label, TypeFace::regular, kFigureSmall));
    return {(plot.y.label.empty() ? 14 : 34) + widest, 18 + legend_width(plot, width)};
}

void draw_plot(const Plot& plot, CanvasRect place, const PlotMargins& margins, Canvas& canvas) {
    for (const PlotSeries& series : plot.series) check(series);
    CanvasRect area{place.x + margins.left, place.y + 6,
                    std::max(40.0, place.width - margins.left - margins.right),
                    std::max(30.0, place.height - 6 - below_of(plot))};
    area = with_equal_units(plot, area);
    Drawing(plot, area, canvas).draw();
    draw_legend(plot, area, canvas);
    if (!plot.bars.empty())
        draw_color_bars(plot, area, area.y + area.height + below_of(plot) - kBarRow + 6, canvas);
    const double left = plot.equal ? area.x - margins.left : place.x;
    if (plot.y.label.empty()) return;
    // As long as what it stands beside, at most.
    const double length = text_width(plot.y.label, TypeFace::regular, kFigureText);
    const double size = kFigureText * std::clamp((area.height + 20) / length, 0.7, 1.0);
    canvas.text({left + 12, area.y + area.height / 2}, plot.y.label,
                {size, TypeFace::regular, kFigureInk, TextAnchor::middle, true});
}

std::size_t hidden_points(const Plot& plot) {
    std::size_t hidden = 0;
    for (const PlotSeries& series : plot.series) {
        std::size_t own = 0;
        for (std::size_t i = 0; i < series.x.size() && i < series.y.size(); ++i)
            if (!can_show(series.x[i], plot.x) || !can_show(series.y[i], plot.y)) ++own;
        hidden += own - std::min(own, series.missing);
    }
    return hidden;
}

}  // namespace marginscope
