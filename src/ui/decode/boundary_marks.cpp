// Points, circles and the token.
#include "ui/decode/boundary_marks.h"

#include <algorithm>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

bool finite(PlanePoint p) { return std::isfinite(p.x) && std::isfinite(p.y); }

void draw_past(const BoundaryFrame& f, const DecodeFrame* decode, const PlaneMap& map,
               PanelContext& context) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const PastPoint* hot = nullptr;
    for (const PastPoint& p : f.past) {
        if (!finite(p.at)) continue;
        const ImVec2 at = map.to_pixel(p.at);
        const float weight =
            std::isfinite(p.attention) ? std::clamp(p.attention, 0.0F, 1.0F) : 0.0F;
        const float radius = theme.px(2.0F + 11.0F * std::sqrt(weight));
        const bool lit = p.index == context.selection.lit_index;
        draw->AddCircleFilled(
            at, radius, with_alpha(theme.dark() ? IM_COL32_WHITE : theme.text, lit ? 0.9F : 0.42F));
        draw->AddCircle(at, radius,
                        with_alpha(theme.dark() ? IM_COL32_BLACK : IM_COL32_WHITE, 0.6F));
        if (lit) draw->AddCircle(at, radius + theme.px(3), theme.select, 0, theme.px(2));
        const float dx = mouse.x - at.x, dy = mouse.y - at.y, reach = std::max(radius, theme.px(5));
        if (dx * dx + dy * dy <= reach * reach) hot = &p;
    }
    if (hot == nullptr || !ImGui::IsWindowHovered()) return;
    context.selection.hover_index = hot->index;
    value_card(theme, symbol_and_place(decode, hot->token, hot->index),
               {{"attention α", format_number(hot->attention)},
                {"volume share", format_number(hot->volume_share)},
                {"trace share", format_number(hot->trace_share)}});
}

void dashed_circle(ImVec2 center, float radius, ImU32 color, float thick) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    constexpr int kDashes = 40;
    for (int i = 0; i < kDashes; ++i) {
        const float from = 6.2831853F * static_cast<float>(i) / kDashes;
        draw->PathArcTo(center, radius, from, from + 0.09F, 3);
        draw->PathStroke(color, 0, thick);
    }
}

void draw_circle(const BoundaryFrame& f, const PlaneMap& map, PlanePoint token,
                 const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImU32 color = theme.dark() ? IM_COL32(255, 255, 255, 220) : IM_COL32(20, 22, 28, 220);
    const ImVec2 center = map.to_pixel(token);
    if (f.geometric.has_value() && std::isfinite(*f.geometric) && !f.geometric_pending) {
        const float radius = std::abs(*f.geometric) * map.pixels_per_unit();
        if (f.touches)
            draw->AddCircle(center, radius, color, 96, theme.px(1.5F));
        else
            dashed_circle(center, radius, color, theme.px(1.5F));
    }
    if (f.nearest.has_value() && finite(*f.nearest)) {
        const ImVec2 at = map.to_pixel(*f.nearest);
        draw->AddLine(center, at, with_alpha(color, 0.5F), theme.px(1));
        draw->AddCircleFilled(at, theme.px(4), theme.accent);
        draw->AddCircle(at, theme.px(4.5F), color, 0, theme.px(1));
    }
}

void draw_token(const BoundaryFrame& f, const DecodeFrame* decode, const PlaneMap& map,
                PlanePoint token, bool dragging, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 at = map.to_pixel(token), home = map.to_pixel({0, 0});
    const bool beyond = f.crossings_now > 0;
    if (std::abs(token.x) + std::abs(token.y) > 0) {
        draw->AddLine(home, at, with_alpha(theme.dark() ? IM_COL32_WHITE : theme.text, 0.6F),
                      theme.px(1));
        draw->AddCircle(home, theme.px(4),
                        with_alpha(theme.dark() ? IM_COL32_WHITE : theme.text, 0.7F), 0,
                        theme.px(1.5F));
    }
    const float radius = theme.px(dragging ? 12.0F : 11.0F);
    draw->AddCircleFilled(at, radius, theme.panel);
    draw->AddCircle(at, radius, beyond ? theme.accent : theme.select, 0, theme.px(2));
    draw_symbol(*draw, theme.fonts.mono_bold, theme.px(13), at, theme.text,
                decode != nullptr ? symbol_at(*decode, f.token) : "?");
    if (!dragging) return;
    const std::string words = "log|det J| " + format_amount(f.logdet_now, "nats");
    const float label_px = theme.px(type::kSmall),
                label = theme.fonts.mono->CalcTextSizeA(label_px, 1e9F, 0, words.c_str()).x;
    const bool left = at.x + radius + label + theme.px(16) > map.at.x + map.size.x;
    const ImVec2 box(left ? at.x - radius - label - theme.px(16) : at.x + radius + theme.px(6),
                     at.y - theme.px(10));
    draw->AddRectFilled(box, ImVec2(box.x + label + theme.px(10), box.y + theme.px(20)),
                        with_alpha(theme.panel, 0.92F), theme.px(4));
    draw->AddText(theme.fonts.mono, label_px, ImVec2(box.x + theme.px(5), box.y + theme.px(3)),
                  beyond ? theme.accent : theme.text, words.c_str());
}

}  // namespace

void draw_marks(const BoundaryFrame& f, const DecodeFrame* decode, const PlaneMap& map,
                PlanePoint token, bool dragging, PanelContext& context) {
    draw_past(f, decode, map, context);
    draw_circle(f, map, token, context.theme);
    draw_token(f, decode, map, token, dragging, context.theme);
}

}  // namespace marginscope
