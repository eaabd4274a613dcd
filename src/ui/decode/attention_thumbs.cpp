// The grid of thumbnails.
#include "ui/decode/attention_thumbs.h"

#include <algorithm>
#include <cmath>

#include "ui/pictures.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void pick_head(const AttentionFrame& a, AttentionView& view, PanelContext& context, float side,
               float step) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool hover = ImGui::IsWindowHovered();
    for (int layer = 0; layer < a.layers; ++layer) {
        for (int head = 0; head < a.heads; ++head) {
            const ImVec2 at(view.thumb_at.x + static_cast<float>(head) * step,
                            view.thumb_at.y + static_cast<float>(layer) * step);
            const ImVec2 end(at.x + side, at.y + side);
            const bool on = layer == context.selection.layer && head == context.selection.head;
            const bool hot =
                hover && mouse.x >= at.x && mouse.x < end.x && mouse.y >= at.y && mouse.y < end.y;
            if (context.pictures == nullptr) draw->AddRectFilled(at, end, theme.raised);
            if (on || hot) {
                draw->AddRect(ImVec2(at.x - theme.px(1), at.y - theme.px(1)),
                              ImVec2(end.x + theme.px(1), end.y + theme.px(1)),
                              on ? theme.select : theme.dim, theme.px(2), 0, theme.px(1.5F));
            }
            if (!hot) continue;
            ImGui::SetTooltip("Layer %d (row), head %d (column): a click shows it large", layer,
                              head);
            if (ImGui::IsMouseClicked(0)) {
                context.selection.layer = layer;
                context.selection.head = head;
            }
        }
    }
}

}  // namespace

MatrixStyle attention_style(const Theme& theme, const AttentionView& view) {
    MatrixStyle style;
    style.map = ColorMap::viridis;
    style.scale =
        view.log_scale ? ColorScale{1e-3, 1.0, true, false} : ColorScale{0.0, 1.0, false, false};
    style.causal = true;
    style.outside = outside_color(theme.dark());
    return style;
}

void draw_thumbnails(const AttentionFrame& a, AttentionView& view, PanelContext& context, ImVec2 at,
                     float side, float step) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float small = theme.px(11), margin = theme.px(18);
    view.thumb_at = ImVec2(at.x + margin, at.y + margin);
    view.thumb_step = step;
    const int every = std::max(1, static_cast<int>(std::ceil(theme.px(14) / step)));
    for (int h = 0; h < a.heads; h += every) {
        const std::string name = std::to_string(h);
        const float width = theme.fonts.mono->CalcTextSizeA(small, 1e9F, 0, name.c_str()).x;
        draw->AddText(theme.fonts.mono, small,
                      ImVec2(view.thumb_at.x + static_cast<float>(h) * step + (side - width) / 2,
                             at.y + theme.px(3)),
                      theme.faint, name.c_str());
    }
    for (int l = 0; l < a.layers; l += every) {
        const std::string name = std::to_string(l);
        draw->AddText(theme.fonts.mono, small,
                      ImVec2(at.x + theme.px(4),
                             view.thumb_at.y + static_cast<float>(l) * step + (side - small) / 2),
                      theme.faint, name.c_str());
    }
    if (context.pictures != nullptr) {
        AtlasTexture& atlas =
            context.pictures->atlas("attention", a.weights, a.layers, a.heads, a.size, a.version,
                                    attention_style(theme, view));
        for (int layer = 0; layer < a.layers; ++layer) {
            for (int head = 0; head < a.heads; ++head) {
                const AtlasRect uv = atlas.rect(layer, head);
                const ImVec2 p(view.thumb_at.x + static_cast<float>(head) * step,
                               view.thumb_at.y + static_cast<float>(layer) * step);
                draw->AddImage(ImTextureRef(static_cast<ImTextureID>(atlas.texture())), p,
                               ImVec2(p.x + side, p.y + side), ImVec2(uv.u0, uv.v0),
                               ImVec2(uv.u1, uv.v1));
            }
        }
    }
    pick_head(a, view, context, side, step);
}

}  // namespace marginscope
