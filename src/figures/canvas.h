// What figures are drawn on: a handful of primitives in pixels at 96 dpi, y downwards. Two canvases
// exist, one writes SVG, one fills pixels; the same calls give the same picture.
//
// One thread per object.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/colormap.h"
#include "figures/type_face.h"

namespace marginscope {

struct CanvasPoint {
    double x = 0, y = 0;
};

struct CanvasStroke {
    std::string color = "#222222";  // "#rrggbb"
    double width = 1;
    double opacity = 1;
    double dash = 0, gap = 0;  // 0: solid
};

struct CanvasFill {
    std::string color = "#222222";
    double opacity = 1;
};

enum class TextAnchor { start, middle, end };

struct CanvasText {
    double size = 12;
    TypeFace face = TypeFace::regular;
    std::string color = "#222222";
    TextAnchor anchor = TextAnchor::start;
    bool upwards = false;  // turned by 90 degrees, read from below
};

struct CanvasRect {
    double x = 0, y = 0, width = 0, height = 0;
};

class Canvas {
public:
    virtual ~Canvas() = default;
    /// `at` is on the baseline.
    virtual void text(CanvasPoint at, const std::string& words, const CanvasText& style) = 0;
    virtual void polyline(std::span<const CanvasPoint> points, const CanvasStroke& stroke) = 0;
    virtual void polygon(std::span<const CanvasPoint> points, const CanvasFill& fill) = 0;
    virtual void circle(CanvasPoint center, double radius, const std::optional<CanvasFill>& fill,
                        const std::optional<CanvasStroke>& stroke) = 0;
    /// rows × cols cells over the rectangle, top row first.
    virtual void cells(CanvasRect area, int rows, int cols, std::span<const Rgb> colors,
                       bool smooth) = 0;
    /// What follows shows inside the rectangle only, until unclip().
    virtual void clip(CanvasRect area) = 0;
    virtual void unclip() = 0;

    void segment(CanvasPoint a, CanvasPoint b, const CanvasStroke& stroke);
    void rect(CanvasRect area, const CanvasFill& fill);
    /// A shape for each index, so that the figure works without color too.
    void marker(std::size_t index, CanvasPoint at, const std::string& color);
};

// The color for the series at this place in the list: eight that colour-blind readers tell apart.
std::string series_color(std::size_t index);

/// Words broken into lines of at most `width` pixels; a longer word has a line of its own.
std::vector<std::string> wrapped(const std::string& words, double width, TypeFace face,
                                 double size);

}  // namespace marginscope
