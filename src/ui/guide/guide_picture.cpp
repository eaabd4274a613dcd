// A plane, a cliff and five tokens.
#include "ui/guide/guide_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "gfx/boundary_texture.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// The drawing's own units: 0…100 to the right, 0…50 downwards.
constexpr float kWide = 100.0F, kHigh = 50.0F;

struct Token {
    float x, y;
    const char* letter;
};
constexpr std::array kTokens = {Token{20, 36, "t"}, Token{34, 13, "h"}, Token{55, 30, "e"},
                                Token{84, 33, "n"}};
constexpr std::size_t kSupport = 2;

// Where the cliff stands at height y.
float cliff(float y) { return 67 + 6 * std::sin(0.085F * y + 0.4F) - 0.06F * y; }

// The nearest point of the cliff, and how far it is.
struct Nearest {
    float x = 0, y = 0, distance = 1e9F;
};
Nearest nearest(const Token& token) {
    Nearest best;
    for (float y = -10; y <= kHigh + 10; y += 0.1F) {
        const float distance = std::hypot(cliff(y) - token.x, y - token.y);
        if (distance < best.distance) best = {cliff(y), y, distance};
    }
    return best;
}

ImU32 side_color(const Theme& theme, int sign, float depth) {
    const BoundaryStyle style = BoundaryStyle::themed(theme.dark());
    return to_u32(boundary_fill(style, 0, 1, depth, sign));
}

// Both sides, darker towards the cliff, in upright strips.
void draw_ground(const Theme& theme, ImDrawList& draw, ImVec2 at, float unit) {
    constexpr float kRow = 1.0F;
    for (float y = 0; y < kHigh; y += kRow) {
        const float edge = cliff(y + kRow / 2);
        const ImVec2 low(at.x, at.y + y * unit), high(at.x + edge * unit, at.y + (y + kRow) * unit);
        const ImU32 far = side_color(theme, 1, 0.9F), near = side_color(theme, 1, 0.05F);
        draw.AddRectFilledMultiColor(low, high, far, near, near, far);
        const ImU32 there = side_color(theme, -1, 0.05F), beyond = side_color(theme, -1, 0.9F);
        draw.AddRectFilledMultiColor(ImVec2(high.x, low.y), ImVec2(at.x + kWide * unit, high.y),
                                     there, beyond, beyond, there);
    }
    for (float y = 0; y < kHigh; y += 0.5F)
        draw.PathLineTo(ImVec2(at.x + cliff(y) * unit, at.y + y * unit));
    draw.PathStroke(theme.accent, 0, theme.px(3));
}

void draw_letter(const Theme& theme, ImDrawList& draw, ImVec2 at, const char* letter, ImU32 edge) {
    const float radius = theme.px(11);
    draw.AddCircleFilled(at, radius, theme.panel);
    draw.AddCircle(at, radius, edge, 0, theme.px(2));
    const float size = theme.px(type::kBody);
    const ImVec2 half = theme.fonts.mono->CalcTextSizeA(size, 1e9F, 0, letter);
    draw.AddText(theme.fonts.mono, size, ImVec2(at.x - half.x / 2, at.y - half.y / 2), theme.text,
                 letter);
}

// Words on a ground of their own, so that they can be read on any colour; within the picture.
void draw_words(const Theme& theme, ImDrawList& draw, ImVec2 at, const char* words) {
    const float size = theme.px(type::kSmall);
    const ImVec2 box = theme.fonts.text->CalcTextSizeA(size, 1e9F, 0, words);
    const ImVec2 pad(theme.px(6), theme.px(3));
    const ImVec2 low = draw.GetClipRectMin(), high = draw.GetClipRectMax();
    at.x = std::max(std::min(at.x, high.x - box.x - 2 * pad.x), low.x + pad.x);
    draw.AddRectFilled(ImVec2(at.x - pad.x, at.y - pad.y),
                       ImVec2(at.x + box.x + pad.x, at.y + box.y + pad.y),
                       with_alpha(theme.panel, 0.85F), theme.px(4));
    draw.AddText(theme.fonts.text, size, at, theme.text, words);
}

void draw_tokens(const Theme& theme, ImDrawList& draw, ImVec2 at, float unit) {
    const ImU32 line = with_alpha(theme.text, 0.85F);
    for (std::size_t k = 0; k < kTokens.size(); ++k) {
        const Token& token = kTokens[k];
        const ImVec2 center(at.x + token.x * unit, at.y + token.y * unit);
        const Nearest edge = nearest(token);
        const ImVec2 touch(at.x + edge.x * unit, at.y + edge.y * unit);
        if (token.x > 15 && edge.distance < 30) {
            draw.AddCircle(center, edge.distance * unit, line, 96, theme.px(1.5F));
            draw.AddLine(center, touch, with_alpha(line, 0.6F), theme.px(1));
            draw.AddCircleFilled(touch, theme.px(4), theme.accent);
        }
        draw_letter(theme, draw, center, token.letter,
                    k == kSupport ? theme.ring : theme.line_strong);
    }
}

}  // namespace

float draw_guide_picture(const Theme& theme, float width) {
    const float unit = width / kWide, height = kHigh * unit;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    draw.PushClipRect(at, ImVec2(at.x + width, at.y + height), true);
    draw_ground(theme, draw, at, unit);
    draw_tokens(theme, draw, at, unit);
    const float line = theme.px(type::kSmall) * 1.9F;
    draw_words(theme, draw, ImVec2(at.x + theme.px(12), at.y + theme.px(10)), "det J > 0");
    const float cliff_x = at.x + cliff(4) * unit;
    draw_words(theme, draw, ImVec2(cliff_x + theme.px(10), at.y + theme.px(10)),
               "the boundary, det J = 0");
    const float end =
        theme.fonts.text->CalcTextSizeA(theme.px(type::kSmall), 1e9F, 0, "det J < 0").x;
    draw_words(theme, draw, ImVec2(at.x + width - end - theme.px(12), at.y + height - line),
               "det J < 0");
    draw_words(theme, draw,
               ImVec2(at.x + kTokens[kSupport].x * unit - theme.px(40),
                      at.y + kTokens[kSupport].y * unit + theme.px(20)),
               "support token");
    draw_words(theme, draw,
               ImVec2(at.x + kTokens[3].x * unit - theme.px(20),
                      at.y + kTokens[3].y * unit + theme.px(18)),
               "beyond");
    draw_words(theme, draw, ImVec2(at.x + theme.px(12), at.y + height - line),
               "radius of a circle = how far its token may move in any direction");
    draw.PopClipRect();
    ImGui::Dummy(ImVec2(width, height));
    return height;
}

void draw_guide_mark(const Theme& theme, GuideMark mark, ImVec2 at, float size) {
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    const ImVec2 low(at.x + size * 0.15F, at.y + size * 0.15F),
        high(at.x + size * 0.85F, at.y + size * 0.85F), center(at.x + size / 2, at.y + size / 2);
    switch (mark) {
        case GuideMark::token:
            return draw.AddRectFilled(ImVec2(center.x - size * 0.2F, center.y - size * 0.1F),
                                      ImVec2(center.x + size * 0.2F, high.y), theme.dim, 1);
        case GuideMark::beyond:
            return draw.AddRectFilled(ImVec2(center.x - size * 0.2F, center.y - size * 0.1F),
                                      ImVec2(center.x + size * 0.2F, high.y), theme.accent, 1);
        case GuideMark::support:
            return outline(draw, low, high, theme.ring, theme.px(3), 2);
        case GuideMark::selected:
            return outline(draw, low, high, theme.select, theme.px(2), 2);
        case GuideMark::past:
            draw.AddCircleFilled(ImVec2(low.x + size * 0.15F, center.y), size * 0.12F, theme.dim);
            return draw.AddCircleFilled(ImVec2(high.x - size * 0.2F, center.y), size * 0.22F,
                                        theme.dim);
        case GuideMark::safe_side:
            return draw.AddRectFilled(low, high, side_color(theme, 1, 0.7F), theme.px(2));
        case GuideMark::far_side:
            return draw.AddRectFilled(low, high, side_color(theme, -1, 0.7F), theme.px(2));
        case GuideMark::boundary:
            return draw.AddLine(ImVec2(low.x, high.y), ImVec2(high.x, low.y), theme.accent,
                                theme.px(3));
        case GuideMark::circle:
            return draw.AddCircle(center, size * 0.36F, theme.text, 0, theme.px(1.5F));
    }
}

}  // namespace marginscope
