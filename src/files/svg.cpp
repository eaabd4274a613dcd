// Drawing a figure as SVG text.
#include "files/svg.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "files/atomic_file.h"
#include "files/svg_canvas.h"

namespace marginscope {

namespace {

struct Area {
    double left, right, top, bottom;
};

class Drawing {
public:
    explicit Drawing(const PlotFigure& figure)
        : figure_(figure), canvas_(figure.width, figure.height, figure.title) {
        for (const PlotSeries& series : figure.series) check(series);
    }

    std::string draw() {
        const std::vector<std::string> caption = svg_wrapped(full_caption(), figure_.width - 32);
        const Area area = layout(caption.size());
        const AxisScale x(figure_.x, all_values(true), area.left, area.right);
        const AxisScale y(figure_.y, all_values(false), area.bottom, area.top);
        frame(area, x, y);
        canvas_.raw("<g clip-path=\"url(#area)\">\n");
        for (std::size_t i = 0; i < figure_.series.size(); ++i) band(i, x, y);
        for (std::size_t i = 0; i < figure_.series.size(); ++i) line(i, x, y);
        canvas_.raw("</g>\n");
        for (const PlotMark& mark : figure_.marks) draw_mark(mark, area, x, y);
        legend(area);
        for (std::size_t i = 0; i < caption.size(); ++i) {
            canvas_.text(
                16,
                figure_.height - 10 - kSvgLineHeight * static_cast<double>(caption.size() - 1 - i),
                caption[i], "class=\"small\"");
        }
        return canvas_.finish();
    }

private:
    static void check(const PlotSeries& series) {
        const std::size_t n = series.x.size();
        const bool no_band = series.low.empty() && series.high.empty();
        if (series.y.size() != n ||
            (!no_band && (series.low.size() != n || series.high.size() != n))) {
            throw std::logic_error("to_svg: lengths differ in the series " + series.name);
        }
    }

    std::vector<double> all_values(bool of_x) const {
        std::vector<double> values;
        const auto add = [&](const std::vector<double>& more) {
            values.insert(values.end(), more.begin(), more.end());
        };
        for (const PlotSeries& series : figure_.series) {
            add(of_x ? series.x : series.y);
            if (of_x) continue;
            add(series.low);
            add(series.high);
        }
        for (const PlotMark& mark : figure_.marks) {
            if (mark.vertical == of_x) values.push_back(mark.value);
        }
        return values;
    }

    static bool can_show(double value, const PlotAxis& axis) {
        return std::isfinite(value) && (!axis.log || value >= 0);
    }

    std::string full_caption() const {
        std::size_t hidden = 0;
        for (const PlotSeries& series : figure_.series) {
            for (std::size_t i = 0; i < series.x.size(); ++i) {
                hidden +=
                    can_show(series.x[i], figure_.x) && can_show(series.y[i], figure_.y) ? 0 : 1;
            }
        }
        if (hidden == 0) return figure_.caption;
        return figure_.caption + (figure_.caption.empty() ? "" : " ") + std::to_string(hidden) +
               (hidden == 1 ? " point has" : " points have") + " no place on these axes.";
    }

    double legend_width() const {
        double widest = 0;
        for (const PlotSeries& series : figure_.series) {
            if (!series.name.empty()) widest = std::max(widest, svg_text_width(series.name));
        }
        return widest == 0 ? 0 : std::min(widest + 44, figure_.width / 3);
    }

    Area layout(std::size_t caption_lines) const {
        const double below = 56 + kSvgLineHeight * static_cast<double>(caption_lines);
        Area area{0, figure_.width - 18 - legend_width(), figure_.title.empty() ? 18.0 : 40.0,
                  figure_.height - below};
        area.bottom = std::max(area.bottom, area.top + 40);
        const AxisScale y(figure_.y, all_values(false), area.bottom, area.top);
        double widest = 0;
        for (const PlotTick& tick : y.ticks())
            widest = std::max(widest, svg_text_width(tick.label));
        area.left = 46 + widest;
        area.right = std::max(area.right, area.left + 40);
        return area;
    }

    void frame(const Area& area, const AxisScale& x, const AxisScale& y) {
        canvas_.raw("<clipPath id=\"area\"><rect x=\"" + svg_number(area.left) + "\" y=\"" +
                    svg_number(area.top) + "\" width=\"" + svg_number(area.right - area.left) +
                    "\" height=\"" + svg_number(area.bottom - area.top) + "\"/></clipPath>\n");
        const std::string grid = "stroke=\"#e6e6e6\"", axis = "stroke=\"#444\"";
        double free_from = -1e9;
        for (const PlotTick& tick : x.ticks()) {
            canvas_.segment(tick.pixel, area.top, tick.pixel, area.bottom, grid);
            canvas_.segment(tick.pixel, area.bottom, tick.pixel, area.bottom + 4, axis);
            const double half = svg_text_width(tick.label) / 2;
            if (tick.pixel - half < free_from) continue;  // would touch its neighbour
            canvas_.text(tick.pixel, area.bottom + 18, tick.label, "text-anchor=\"middle\"");
            free_from = tick.pixel + half + 6;
        }
        for (const PlotTick& tick : y.ticks()) {
            canvas_.segment(area.left, tick.pixel, area.right, tick.pixel, grid);
            canvas_.segment(area.left - 4, tick.pixel, area.left, tick.pixel, axis);
            canvas_.text(area.left - 8, tick.pixel + 4, tick.label, "text-anchor=\"end\"");
        }
        canvas_.segment(area.left, area.bottom, area.right, area.bottom, axis);
        canvas_.segment(area.left, area.top, area.left, area.bottom, axis);
        if (x.has_zero_slot()) axis_break(x.break_pixel(), area.bottom, true);
        if (y.has_zero_slot()) axis_break(area.left, y.break_pixel(), false);
        const double middle = (area.top + area.bottom) / 2;
        canvas_.text((area.left + area.right) / 2, area.bottom + 38, figure_.x.label,
                     "text-anchor=\"middle\"");
        canvas_.text(
            16, middle, figure_.y.label,
            "text-anchor=\"middle\" transform=\"rotate(-90 16 " + svg_number(middle) + ")\"");
        if (!figure_.title.empty()) canvas_.text(16, 24, figure_.title, "class=\"title\"");
    }

    // Two strokes across the axis: what lies before them is not on its scale.
    void axis_break(double x, double y, bool on_x) {
        for (const double shift : {-2.5, 2.5}) {
            const double cx = on_x ? x + shift : x, cy = on_x ? y : y + shift;
            canvas_.segment(cx - (on_x ? 2 : 5), cy + (on_x ? 5 : 2), cx + (on_x ? 2 : 5),
                            cy - (on_x ? 5 : 2), "stroke=\"#444\"");
        }
    }

    std::string color(std::size_t i) const {
        const std::string& own = figure_.series[i].color;
        const bool valid = own.size() == 7 && own[0] == '#' &&
                           own.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
        return valid ? own : svg_series_color(i);
    }

    void band(std::size_t i, const AxisScale& x, const AxisScale& y) {
        const PlotSeries& series = figure_.series[i];
        if (series.low.empty()) return;
        std::string upper, lower;
        std::size_t length = 0;
        double bar_x = 0, bar_low = 0, bar_high = 0;
        const auto flush = [&] {
            if (length == 1) {
                canvas_.segment(
                    bar_x, bar_low, bar_x, bar_high,
                    "stroke=\"" + color(i) + "\" stroke-width=\"1.5\" stroke-opacity=\"0.6\"");
            } else if (length > 1) {
                canvas_.raw("<polygon points=\"" + upper + lower + "\" fill=\"" + color(i) +
                            "\" fill-opacity=\"0.18\"/>\n");
            }
            upper.clear();
            lower.clear();
            length = 0;
        };
        for (std::size_t k = 0; k < series.x.size(); ++k) {
            const auto at = x.pixel(series.x[k]);
            const auto low = y.pixel(series.low[k]), high = y.pixel(series.high[k]);
            if (!at || !low || !high) {
                flush();
                continue;
            }
            upper += svg_number(*at) + "," + svg_number(*high) + " ";
            lower = svg_number(*at) + "," + svg_number(*low) + " " + lower;
            bar_x = *at, bar_low = *low, bar_high = *high;
            ++length;
            if (x.in_zero_slot(series.x[k])) flush();
        }
        flush();
    }

    void line(std::size_t i, const AxisScale& x, const AxisScale& y) {
        const PlotSeries& series = figure_.series[i];
        std::string points;
        const auto flush = [&] {
            if (!points.empty() && series.line) {
                canvas_.raw("<polyline points=\"" + points + "\" fill=\"none\" stroke=\"" +
                            color(i) + "\" stroke-width=\"1.8\" stroke-linejoin=\"round\"" +
                            (series.dashed ? " stroke-dasharray=\"6 4\"" : "") + "/>\n");
            }
            points.clear();
        };
        std::vector<std::pair<double, double>> dots;
        for (std::size_t k = 0; k < series.x.size(); ++k) {
            const auto at = x.pixel(series.x[k]), height = y.pixel(series.y[k]);
            if (!at || !height) {
                flush();
                continue;
            }
            points += svg_number(*at) + "," + svg_number(*height) + " ";
            if (x.in_zero_slot(series.x[k])) flush();
            if (series.markers) dots.emplace_back(*at, *height);
        }
        flush();
        for (const auto& [dot_x, dot_y] : dots) canvas_.marker(i, dot_x, dot_y, color(i));
    }

    void draw_mark(const PlotMark& mark, const Area& area, const AxisScale& x, const AxisScale& y) {
        const std::string style = "stroke=\"#666\" stroke-dasharray=\"3 3\"";
        const auto at = mark.vertical ? x.pixel(mark.value) : y.pixel(mark.value);
        if (!at) return;
        if (mark.vertical) {
            if (*at < area.left || *at > area.right) return;
            canvas_.segment(*at, area.top, *at, area.bottom, style);
            const bool right = *at + 6 + svg_text_width(mark.label) < area.right;
            canvas_.text(right ? *at + 5 : *at - 5, area.top + 12, mark.label,
                         right ? "class=\"small\"" : "class=\"small\" text-anchor=\"end\"");
        } else {
            if (*at < area.top || *at > area.bottom) return;
            canvas_.segment(area.left, *at, area.right, *at, style);
            canvas_.text(area.right - 4, *at - 5, mark.label,
                         "class=\"small\" text-anchor=\"end\"");
        }
    }

    void legend(const Area& area) {
        double y = area.top + 8;
        for (std::size_t i = 0; i < figure_.series.size(); ++i) {
            const PlotSeries& series = figure_.series[i];
            if (series.name.empty()) continue;
            const double x = area.right + 12;
            if (series.line) {
                canvas_.segment(x, y, x + 20, y,
                                "stroke=\"" + color(i) + "\" stroke-width=\"1.8\"" +
                                    (series.dashed ? " stroke-dasharray=\"6 4\"" : ""));
            }
            if (series.markers) canvas_.marker(i, x + 10, y, color(i));
            canvas_.text(x + 26, y + 4, series.name, "");
            y += kSvgLineHeight + 2;
        }
    }

    const PlotFigure& figure_;
    SvgCanvas canvas_;
};

}  // namespace

std::string to_svg(const PlotFigure& figure) { return Drawing(figure).draw(); }

void write_svg(const std::filesystem::path& path, const PlotFigure& figure) {
    write_file_atomically(path, to_svg(figure));
}

}  // namespace marginscope
