// Shapes made of the primitives, and lines of words.
#include "figures/canvas.h"

#include <array>

namespace marginscope {
namespace {

// Okabe and Ito's colors without the yellow, which is too light on white.
constexpr std::array<const char*, 7> kColors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                "#e69f00", "#56b4e9", "#000000"};

}  // namespace

std::string series_color(std::size_t index) { return kColors[index % kColors.size()]; }

void Canvas::segment(CanvasPoint a, CanvasPoint b, const CanvasStroke& stroke) {
    polyline(std::array{a, b}, stroke);
}

void Canvas::rect(CanvasRect r, const CanvasFill& fill) {
    polygon(std::array<CanvasPoint, 4>{{{r.x, r.y},
                                        {r.x + r.width, r.y},
                                        {r.x + r.width, r.y + r.height},
                                        {r.x, r.y + r.height}}},
            fill);
}

void Canvas::marker(std::size_t index, CanvasPoint at, const std::string& color) {
    const CanvasFill fill{color, 1};
    switch (index % 4) {
        case 0:
            return circle(at, 3.2, fill, {});
        case 1:
            return rect({at.x - 2.9, at.y - 2.9, 5.8, 5.8}, fill);
        case 2:
            return polygon(
                std::array<CanvasPoint, 3>{
                    {{at.x, at.y - 4}, {at.x + 3.8, at.y + 3}, {at.x - 3.8, at.y + 3}}},
                fill);
        default:
            return polygon(std::array<CanvasPoint, 4>{{{at.x, at.y - 4.3},
                                                       {at.x + 4.3, at.y},
                                                       {at.x, at.y + 4.3},
                                                       {at.x - 4.3, at.y}}},
                           fill);
    }
}

std::vector<std::string> wrapped(const std::string& words, double width, TypeFace face,
                                 double size) {
    std::vector<std::string> lines;
    std::string line, word;
    const auto flush_word = [&] {
        if (word.empty()) return;
        if (!line.empty() && text_width(line + " " + word, face, size) > width) {
            lines.push_back(line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
        word.clear();
    };
    for (const char c : words) {
        if (c == ' ') {
            flush_word();
        } else if (c == '\n') {
            flush_word();
            if (!line.empty()) lines.push_back(line);
            line.clear();
        } else {
            word += c;
        }
    }
    flush_word();
    if (!line.empty()) lines.push_back(line);
    return lines;
}

}  // namespace marginscope
