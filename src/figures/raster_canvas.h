// Figures as pixels: the same picture as the SVG, anti-aliased, on white, at any resolution.
//
// One thread per object; no display and no OpenGL are needed.
#pragma once

#include <cstdint>
#include <vector>

#include "figures/canvas.h"

namespace marginscope {

class RasterCanvas : public Canvas {
public:
    /// Size in pixels at 96 dpi; `scale` pixels of the picture for each (dpi / 96).
    RasterCanvas(double width, double height, double scale);

    int width() const { return width_; }
    int height() const { return height_; }
    /// Rows from the top, three bytes a pixel.
    const std::vector<std::uint8_t>& pixels() const { return pixels_; }

    void text(CanvasPoint at, const std::string& words, const CanvasText& style) override;
    void polyline(std::span<const CanvasPoint> points, const CanvasStroke& stroke) override;
    void polygon(std::span<const CanvasPoint> points, const CanvasFill& fill) override;
    void circle(CanvasPoint center, double radius, const std::optional<CanvasFill>& fill,
                const std::optional<CanvasStroke>& stroke) override;
    void cells(CanvasRect area, int rows, int cols, std::span<const Rgb> colors,
               bool smooth) override;
    void clip(CanvasRect area) override;
    void unclip() override;

private:
    struct Box {
        int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    };
    CanvasPoint scaled(CanvasPoint p) const { return {p.x * scale_, p.y * scale_}; }
    Box visible(double x0, double y0, double x1, double y1) const;
    void blend(int x, int y, Rgb color, double coverage);
    void stroke_piece(CanvasPoint a, CanvasPoint b, double half, const Box& box,
                      std::vector<float>& mask) const;
    void blend_mask(const Box& box, const std::vector<float>& mask, Rgb color, double opacity);

    double scale_;
    int width_, height_;
    std::vector<std::uint8_t> pixels_;
    Box clip_;
};

}  // namespace marginscope
