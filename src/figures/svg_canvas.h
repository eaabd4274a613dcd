// Figures as SVG: lines and words stay what they are, so that a drawing program can change them.
//
// One thread per object.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "figures/canvas.h"

namespace marginscope {

class SvgCanvas : public Canvas {
public:
    /// Pixels at 96 dpi. `metadata` is said in the file, key by key.
    SvgCanvas(double width, double height, const std::string& title,
              const std::vector<std::pair<std::string, std::string>>& metadata);

    void text(CanvasPoint at, const std::string& words, const CanvasText& style) override;
    void polyline(std::span<const CanvasPoint> points, const CanvasStroke& stroke) override;
    void polygon(std::span<const CanvasPoint> points, const CanvasFill& fill) override;
    void circle(CanvasPoint center, double radius, const std::optional<CanvasFill>& fill,
                const std::optional<CanvasStroke>& stroke) override;
    void cells(CanvasRect area, int rows, int cols, std::span<const Rgb> colors,
               bool smooth) override;
    void clip(CanvasRect area) override;
    void unclip() override;

    std::string finish() const { return out_ + "</svg>\n"; }

private:
    std::string out_;
    int clips_ = 0;
};

/// Text between two tags or in an attribute: control characters replaced, <, >, & and quotes as
/// entities.
std::string xml_escaped(std::string_view text);

/// "data:image/png;base64,…" of bytes.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace marginscope
