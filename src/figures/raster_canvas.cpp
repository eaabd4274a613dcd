// Coverage of each shape, pixel by pixel, and what it leaves of what is below.
#include "figures/raster_canvas.h"

#include <algorithm>
#include <cmath>

#include "figures/polygon_coverage.h"

namespace marginscope {
namespace {

Rgb color_from(const std::string& hex) {
    unsigned value = 0;
    for (std::size_t i = 1; i < hex.size() && i < 7; ++i) {
        const char c = hex[i];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : 0;
        value = value * 16 + static_cast<unsigned>(digit);
    }
    return {static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
            static_cast<std::uint8_t>(value)};
}

double distance_to(CanvasPoint p, CanvasPoint a, CanvasPoint b) {
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const double t =
        length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
    return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// The pieces of a line that are drawn when it is dashed.
std::vector<std::pair<CanvasPoint, CanvasPoint>> pieces_of(std::span<const CanvasPoint> points,
                                                           double dash, double gap) {
    std::vector<std::pair<CanvasPoint, CanvasPoint>> pieces;
    double at = 0;  // along the pattern
    for (std::size_t i = 1; i < points.size(); ++i) {
        const CanvasPoint a = points[i - 1], b = points[i];
        const double length = std::hypot(b.x - a.x, b.y - a.y);
        if (dash <= 0 || length == 0) {
            pieces.emplace_back(a, b);
            continue;
        }
        const auto point = [&](double s) {
            return CanvasPoint{a.x + (b.x - a.x) * s / length, a.y + (b.y - a.y) * s / length};
        };
        for (double s = 0; s < length;) {
            const bool on = at < dash;
            const double step = std::min(length - s, (on ? dash : dash + gap) - at);
            if (on) pieces.emplace_back(point(s), point(s + step));
            s += std::max(step, 1e-6);
            at += std::max(step, 1e-6);
            if (at >= dash + gap - 1e-9) at = 0;
        }
    }
    return pieces;
}

}  // namespace

RasterCanvas::RasterCanvas(double width, double height, double scale)
    : scale_(scale),
      width_(std::max(1, static_cast<int>(std::lround(width * scale)))),
      height_(std::max(1, static_cast<int>(std::lround(height * scale)))),
      pixels_(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), 255),
      clip_{0, 0, width_, height_} {}

RasterCanvas::Box RasterCanvas::visible(double x0, double y0, double x1, double y1) const {
    const auto whole = [](double v, double low, double high) {
        return static_cast<int>(std::clamp(v, low, high));
    };
    return {whole(std::floor(x0), clip_.x0, clip_.x1), whole(std::floor(y0), clip_.y0, clip_.y1),
            whole(std::ceil(x1), clip_.x0, clip_.x1), whole(std::ceil(y1), clip_.y0, clip_.y1)};
}

void RasterCanvas::blend(int x, int y, Rgb color, double coverage) {
    std::uint8_t* pixel =
        &pixels_[3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                      static_cast<std::size_t>(x))];
    const auto mixed = [coverage](std::uint8_t below, std::uint8_t above) {
        return static_cast<std::uint8_t>(std::lround(below + coverage * (above - below)));
    };
    pixel[0] = mixed(pixel[0], color.r);
    pixel[1] = mixed(pixel[1], color.g);
    pixel[2] = mixed(pixel[2], color.b);
}

void RasterCanvas::blend_mask(const Box& box, const std::vector<float>& mask, Rgb color,
                              double opacity) {
    std::size_t at = 0;
    for (int y = box.y0; y < box.y1; ++y)
        for (int x = box.x0; x < box.x1; ++x, ++at)
            if (mask[at] > 0)
                blend(x, y, color, opacity * std::min(1.0, static_cast<double>(mask[at])));
}

void RasterCanvas::stroke_piece(CanvasPoint a, CanvasPoint b, double half, const Box& box,
                                std::vector<float>& mask) const {
    const double reach = half + 1;
    const auto from = [](double v, int low, int high) {
        return std::clamp(static_cast<int>(std::floor(std::clamp(v, -1e6, 1e6))), low, high);
    };
    const int x0 = from(std::min(a.x, b.x) - reach, box.x0, box.x1),
              x1 = from(std::max(a.x, b.x) + reach + 1, box.x0, box.x1),
              y0 = from(std::min(a.y, b.y) - reach, box.y0, box.y1),
              y1 = from(std::max(a.y, b.y) + reach + 1, box.y0, box.y1);
    // A hairline is as dark as its width, not as a pixel.
    const double full = std::min(1.0, 2 * half);
    for (int y = y0; y < y1; ++y)
        for (int x = x0; x < x1; ++x) {
            const double d = distance_to({x + 0.5, y + 0.5}, a, b);
            const auto cover =
                static_cast<float>(full * std::clamp(std::max(half, 0.5) + 0.5 - d, 0.0, 1.0));
            float& kept = mask[static_cast<std::size_t>(y - box.y0) *
                                   static_cast<std::size_t>(box.x1 - box.x0) +
                               static_cast<std::size_t>(x - box.x0)];
            kept = std::max(kept, cover);
        }
}

void RasterCanvas::polyline(std::span<const CanvasPoint> points, const CanvasStroke& stroke) {
    std::vector<CanvasPoint> line;
    for (const CanvasPoint& p : points) line.push_back(scaled(p));
    if (line.size() < 2) return;
    const double half = stroke.width * scale_ / 2, reach = half + 1;
    const auto [left, right] = std::minmax_element(
        line.begin(), line.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    const auto [top, bottom] = std::minmax_element(
        line.begin(), line.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
    const Box box = visible(left->x - reach, top->y - reach, right->x + reach, bottom->y + reach);
    if (box.x1 <= box.x0 || box.y1 <= box.y0) return;
    std::vector<float> mask(static_cast<std::size_t>(box.x1 - box.x0) *
                            static_cast<std::size_t>(box.y1 - box.y0));
    for (const auto& [a, b] : pieces_of(line, stroke.dash * scale_, stroke.gap * scale_))
        stroke_piece(a, b, half, box, mask);
    blend_mask(box, mask, color_from(stroke.color), stroke.opacity);
}

void RasterCanvas::polygon(std::span<const CanvasPoint> points, const CanvasFill& fill) {
    std::vector<CanvasPoint> corners;
    for (const CanvasPoint& p : points) corners.push_back(scaled(p));
    if (corners.size() < 3) return;
    const auto [left, right] = std::minmax_element(
        corners.begin(), corners.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    const auto [top, bottom] = std::minmax_element(
        corners.begin(), corners.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
    const Box box = visible(left->x, top->y, right->x, bottom->y);
    if (box.x1 <= box.x0 || box.y1 <= box.y0) return;
    blend_mask(box, polygon_coverage(corners, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0),
               color_from(fill.color), fill.opacity);
}

void RasterCanvas::circle(CanvasPoint center, double radius, const std::optional<CanvasFill>& fill,
                          const std::optional<CanvasStroke>& stroke) {
    const CanvasPoint c = scaled(center);
    const double r = radius * scale_, half = stroke ? stroke->width * scale_ / 2 : 0;
    if (!std::isfinite(r) || !std::isfinite(c.x) || !std::isfinite(c.y)) return;
    if (stroke && stroke->dash > 0) {
        std::vector<CanvasPoint> around;
        constexpr int kPieces = 180;
        for (int k = 0; k <= kPieces; ++k) {
            const double angle = 2 * std::acos(-1.0) * k / kPieces;
            around.push_back(
                {center.x + radius * std::cos(angle), center.y + radius * std::sin(angle)});
        }
        return polyline(around, *stroke);
    }
    const double reach = r + half + 1;
    const Box box = visible(c.x - reach, c.y - reach, c.x + reach, c.y + reach);
    const Rgb inside = fill ? color_from(fill->color) : Rgb{},
              around = stroke ? color_from(stroke->color) : Rgb{};
    for (int y = box.y0; y < box.y1; ++y)
        for (int x = box.x0; x < box.x1; ++x) {
            const double d = std::hypot(x + 0.5 - c.x, y + 0.5 - c.y);
            if (fill && d < r + 0.5)
                blend(x, y, inside, fill->opacity * std::clamp(r + 0.5 - d, 0.0, 1.0));
            if (stroke && std::abs(d - r) < half + 0.5)
                blend(x, y, around,
                      stroke->opacity * std::clamp(half + 0.5 - std::abs(d - r), 0.0, 1.0));
        }
}

void RasterCanvas::cells(CanvasRect area, int rows, int cols, std::span<const Rgb> colors,
                         bool smooth) {
    if (rows < 1 || cols < 1) return;
    const CanvasPoint low = scaled({area.x, area.y}), size = scaled({area.width, area.height});
    const Box box = visible(std::round(low.x), std::round(low.y), std::round(low.x + size.x),
                            std::round(low.y + size.y));
    const auto color = [&](int row, int col) {
        row = std::clamp(row, 0, rows - 1), col = std::clamp(col, 0, cols - 1);
        return colors[static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
                      static_cast<std::size_t>(col)];
    };
    for (int y = box.y0; y < box.y1; ++y)
        for (int x = box.x0; x < box.x1; ++x) {
            const double col = (x + 0.5 - low.x) / size.x * cols,
                         row = (y + 0.5 - low.y) / size.y * rows;
            if (!smooth) {
                blend(x, y, color(static_cast<int>(row), static_cast<int>(col)), 1);
                continue;
            }
            const int c0 = static_cast<int>(std::floor(col - 0.5)),
                      r0 = static_cast<int>(std::floor(row - 0.5));
            blend(x, y, color(r0, c0), 1);
            const double tx = col - 0.5 - c0, ty = row - 0.5 - r0;
            const auto mix = [](Rgb a, Rgb b, double t) {
                const auto one = [t](int p, int q) {
                    return static_cast<std::uint8_t>(std::lround(p + t * (q - p)));
                };
                return Rgb{one(a.r, b.r), one(a.g, b.g), one(a.b, b.b)};
            };
            blend(x, y,
                  mix(mix(color(r0, c0), color(r0, c0 + 1), tx),
                      mix(color(r0 + 1, c0), color(r0 + 1, c0 + 1), tx), ty),
                  1);
        }
}

void RasterCanvas::text(CanvasPoint at, const std::string& words, const CanvasText& style) {
    const double size = style.size * scale_;
    const std::string shown = drawable_words(words, style.face);
    const double width = text_width(shown, style.face, size);
    const double back = style.anchor == TextAnchor::start    ? 0
                        : style.anchor == TextAnchor::middle ? width / 2
                                                             : width;
    const CanvasPoint origin = scaled(at);
    const Rgb color = color_from(style.color);
    double pen = -back;  // along the line, from the anchor
    for (const std::uint32_t point : code_points_of(shown)) {
        const double along = (style.upwards ? -origin.y : origin.x) + pen;
        const GlyphPicture glyph =
            glyph_picture(point, style.face, size, along - std::floor(along));
        const int base = static_cast<int>(std::floor(along)),
                  line = static_cast<int>(std::lround(style.upwards ? origin.x : origin.y));
        for (int r = 0; r < glyph.height; ++r)
            for (int c = 0; c < glyph.width; ++c) {
                const int u = base + glyph.left + c, v = line + glyph.top + r;
                const int x = style.upwards ? v : u, y = style.upwards ? -u : v;
                if (x < clip_.x0 || x >= clip_.x1 || y < clip_.y0 || y >= clip_.y1) continue;
                const std::uint8_t cover =
                    glyph.coverage[static_cast<std::size_t>(r) *
                                       static_cast<std::size_t>(glyph.width) +
                                   static_cast<std::size_t>(c)];
                if (cover > 0) blend(x, y, color, cover / 255.0);
            }
        pen += glyph_advance(point, style.face, size);
    }
}

void RasterCanvas::clip(CanvasRect area) {
    const CanvasPoint low = scaled({area.x, area.y}),
                      high = scaled({area.x + area.width, area.y + area.height});
    clip_ = {0, 0, width_, height_};
    clip_ = visible(std::round(low.x), std::round(low.y), std::round(high.x), std::round(high.y));
}

void RasterCanvas::unclip() { clip_ = {0, 0, width_, height_}; }

}  // namespace marginscope
