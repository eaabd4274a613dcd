// Series between their gaps.
#include "figures/plot_series.h"

#include <algorithm>
#include <cmath>

#include "figures/plot_drawing.h"

namespace marginscope {
namespace {

// Rows of bars are one apart; this share of it is the bar.
constexpr double kBarShare = 0.7;

void draw_bars(const PlotSeries& series, const std::string& color, const PlotScales& scales,
               Canvas& canvas) {
    const auto zero = scales.x.pixel(0);
    if (!zero) return;
    for (std::size_t k = 0; k < series.x.size(); ++k) {
        const auto end = scales.x.pixel(series.x[k]);
        const auto low = scales.y.pixel(series.y[k] - kBarShare / 2),
                   high = scales.y.pixel(series.y[k] + kBarShare / 2);
        if (!end || !low || !high) continue;
        const double top = std::min(*low, *high), height = std::max(1.0, std::abs(*high - *low));
        canvas.rect({std::min(*zero, *end), top, std::max(0.5, std::abs(*end - *zero)), height},
                    {color, 1});
    }
}

void draw_discs(const PlotSeries& series, const std::string& color, const PlotScales& scales,
                Canvas& canvas) {
    for (std::size_t k = 0; k < series.x.size(); ++k) {
        const auto at = scales.x.pixel(series.x[k]), height = scales.y.pixel(series.y[k]);
        const double radius = series.radius[k];
        if (!at || !height || !std::isfinite(radius)) continue;
        if (series.rings)
            canvas.circle({*at, *height}, radius, {}, CanvasStroke{color, 1.3});
        else
            canvas.circle({*at, *height}, std::max(0.5, radius), CanvasFill{color, 0.85}, {});
    }
}

}  // namespace

std::string color_of_series(const PlotSeries& series, std::size_t index) {
    const std::string& own = series.color;
    const bool valid = own.size() == 7 && own[0] == '#' &&
                       own.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
    return valid ? own : series_color(index);
}

void draw_band(const PlotSeries& series, std::size_t index, const PlotScales& scales,
               Canvas& canvas) {
    if (series.low.empty()) return;
    const std::string color = color_of_series(series, index);
    std::vector<CanvasPoint> upper, lower;
    const auto flush = [&] {
        if (upper.size() == 1) canvas.segment(upper[0], lower[0], {color, 1.5, 0.6});
        if (upper.size() > 1) {
            upper.insert(upper.end(), lower.rbegin(), lower.rend());
            canvas.polygon(upper, {color, 0.18});
        }
        upper.clear();
        lower.clear();
    };
    for (std::size_t k = 0; k < series.x.size(); ++k) {
        const auto at = scales.x.pixel(series.x[k]);
        const auto low = scales.y.pixel(series.low[k]), high = scales.y.pixel(series.high[k]);
        if (!at || !low || !high) {
            flush();
            continue;
        }
        upper.push_back({*at, *high});
        lower.push_back({*at, *low});
        if (scales.x.in_zero_slot(series.x[k])) flush();
    }
    flush();
}

void draw_series(const PlotSeries& series, std::size_t index, const PlotScales& scales,
                 Canvas& canvas) {
    const std::string color = color_of_series(series, index);
    if (series.bars) return draw_bars(series, color, scales, canvas);
    if (!series.radius.empty()) return draw_discs(series, color, scales, canvas);
    const double dash = series.dashed ? 6 : 0;
    std::vector<CanvasPoint> points, dots;
    const auto flush = [&] {
        if (series.line && points.size() > 1)
            canvas.polyline(points, {color, series.width, 1, dash, dash * 2 / 3});
        // A value between two gaps would not be seen at all.
        if (series.line && points.size() == 1 && !series.markers)
            canvas.circle(points[0], series.width / 2 + 0.3, CanvasFill{color, 1}, {});
        points.clear();
    };
    for (std::size_t k = 0; k < series.x.size(); ++k) {
        const auto at = scales.x.pixel(series.x[k]), height = scales.y.pixel(series.y[k]);
        if (!at || !height) {
            flush();
            continue;
        }
        points.push_back({*at, *height});
        if (series.markers) dots.push_back({*at, *height});
        if (scales.x.in_zero_slot(series.x[k])) flush();
    }
    flush();
    for (const CanvasPoint& dot : dots) canvas.marker(index, dot, color);
}

void draw_legend(const Plot& plot, const CanvasRect& area, Canvas& canvas) {
    constexpr double kLine = 18;
    double y = area.y + 8;
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
        const PlotSeries& series = plot.series[i];
        if (series.name.empty()) continue;
        const double x = area.x + area.width + 12;
        const std::string color = color_of_series(series, i);
        const bool block = series.bars || !series.radius.empty();
        const double dash = series.dashed ? 6 : 0;
        if (series.bars) canvas.rect({x + 4, y - 5, 10, 10}, {color, 1});
        if (!series.radius.empty() && series.rings)
            canvas.circle({x + 10, y}, 4, {}, CanvasStroke{color, 1.3});
        if (!series.radius.empty() && !series.rings)
            canvas.circle({x + 10, y}, 4, CanvasFill{color, 0.85}, {});
        if (!block && series.line)
            canvas.segment({x, y}, {x + 20, y}, {color, series.width, 1, dash, dash * 2 / 3});
        if (!block && series.markers) canvas.marker(i, {x + 10, y}, color);
        canvas.text({x + 26, y + 4}, series.name, {kFigureText});
        y += kLine;
    }
}

}  // namespace marginscope
