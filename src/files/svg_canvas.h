// Primitives of an SVG text: lines, words, markers. Internal to the file room. One thread per
// object.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace marginscope {

inline constexpr double kSvgLineHeight = 16;  // pixels, of the 12-pixel font

// Estimated, a little generous: SVG is laid out without the font at hand.
double svg_text_width(const std::string& text);
std::vector<std::string> svg_wrapped(const std::string& text, double width);
// Pixels with one decimal: enough for print, and small files.
std::string svg_number(double value);
// The color for the series at this place in the list.
std::string svg_series_color(std::size_t index);

class SvgCanvas {
public:
    SvgCanvas(double width, double height, const std::string& title);

    void raw(const std::string& svg) { out_ += svg; }
    void text(double x, double y, const std::string& words, const std::string& attributes);
    void segment(double x1, double y1, double x2, double y2, const std::string& style);
    // A shape for each index, so that the figure works without color too.
    void marker(std::size_t index, double x, double y, const std::string& color);
    std::string finish() const { return out_ + "</svg>\n"; }

private:
    std::string out_;
};

}  // namespace marginscope
