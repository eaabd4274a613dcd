// Icons, drawn: crisp at every scale.
#include <algorithm>

#include "ui/widgets.h"

namespace marginscope {
namespace {

// Draws in units of half the icon's size around its centre.
struct Pen {
    ImDrawList& draw;
    ImVec2 center;
    float half;
    ImU32 color;
    float thick;

    ImVec2 at(float x, float y) const { return ImVec2(center.x + x * half, center.y + y * half); }
    void line(float x0, float y0, float x1, float y1) const {
        draw.AddLine(at(x0, y0), at(x1, y1), color, thick);
    }
    void fill(float x0, float y0, float x1, float y1) const {
        draw.AddRectFilled(at(x0, y0), at(x1, y1), color);
    }
    void frame(float x0, float y0, float x1, float y1) const {
        draw.AddRect(at(x0, y0), at(x1, y1), color, 0, 0, thick);
    }
    // Points to the right, or with `direction` -1 to the left.
    void triangle(float x, float wide, float direction) const {
        draw.AddTriangleFilled(at(x - wide * direction, -0.8F), at(x + wide * direction, 0),
                               at(x - wide * direction, 0.8F), color);
    }
};

void draw_moving(const Pen& pen, Icon icon) {
    switch (icon) {
        case Icon::first:
            pen.fill(-0.9F, -0.8F, -0.65F, 0.8F);
            return pen.triangle(0.15F, 0.65F, -1);
        case Icon::back:
            return pen.triangle(0.0F, 0.6F, -1);
        case Icon::play:
            return pen.triangle(0.1F, 0.75F, 1);
        case Icon::pause:
            pen.fill(-0.7F, -0.8F, -0.2F, 0.8F);
            return pen.fill(0.2F, -0.8F, 0.7F, 0.8F);
        case Icon::forward:
            return pen.triangle(0.0F, 0.6F, 1);
        case Icon::last:
            pen.fill(0.65F, -0.8F, 0.9F, 0.8F);
            return pen.triangle(-0.15F, 0.65F, 1);
        default:
            return;
    }
}

void draw_other(const Pen& pen, Icon icon) {
    switch (icon) {
        case Icon::menu:
            for (const float y : {-0.7F, 0.0F, 0.7F}) pen.line(-0.9F, y, 0.9F, y);
            return;
        case Icon::restart:
            pen.draw.PathArcTo(pen.center, pen.half * 0.8F, -0.6F, 4.2F, 24);
            pen.draw.PathStroke(pen.color, 0, pen.thick);
            pen.draw.AddTriangleFilled(pen.at(0.25F, -0.35F), pen.at(1.0F, -0.25F),
                                       pen.at(0.75F, -1.0F), pen.color);
            return;
        case Icon::branch:
            pen.line(-0.6F, -0.8F, -0.6F, 0.8F);
            pen.line(-0.6F, 0.3F, 0.6F, -0.6F);
            pen.draw.AddCircleFilled(pen.at(0.6F, -0.6F), pen.half * 0.25F, pen.color);
            return;
        case Icon::close:
            pen.line(-0.6F, -0.6F, 0.6F, 0.6F);
            return pen.line(-0.6F, 0.6F, 0.6F, -0.6F);
        case Icon::expand:
            return pen.frame(-0.75F, -0.75F, 0.75F, 0.75F);
        case Icon::shrink:
            pen.frame(-0.75F, -0.35F, 0.35F, 0.75F);
            pen.line(-0.35F, -0.75F, 0.75F, -0.75F);
            return pen.line(0.75F, -0.75F, 0.75F, 0.35F);
        case Icon::target:
            pen.draw.AddCircle(pen.center, pen.half * 0.7F, pen.color, 0, pen.thick);
            pen.draw.AddCircleFilled(pen.center, pen.half * 0.25F, pen.color);
            return;
        default:
            return;
    }
}

}  // namespace

void draw_icon(ImDrawList& draw, Icon icon, ImVec2 center, float size, ImU32 color) {
    const Pen pen{draw, center, size / 2, color, std::max(1.0F, size / 9)};
    draw_moving(pen, icon);
    draw_other(pen, icon);
}

}  // namespace marginscope
