// The large matrix, the grid of thumbnails, and what lies under the mouse.
#include "ui/decode/attention.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/attention_row.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::size_t matrix_offset(const AttentionFrame& a, int layer, int head) {
    const auto size = static_cast<std::size_t>(a.size);
    return static_cast<std::size_t>(layer * a.heads + head) * size * size;
}

MatrixStyle style_of(const Theme& theme, const AttentionView& view) {
    MatrixStyle style;
    style.map = ColorMap::viridis;
    style.scale =
        view.log_scale ? ColorScale{1e-3, 1.0, true, false} : ColorScale{0.0, 1.0, false, false};
    style.causal = true;
    style.outside = outside_color(theme.dark());
    return style;
}

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
            ImGui::SetTooltip("Layer %d, head %d", layer, head);
            if (ImGui::IsMouseClicked(0)) {
                context.selection.layer = layer;
                context.selection.head = head;
            }
        }
    }
}

// Layers go down, heads across.
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
        AtlasTexture& atlas = context.pictures->atlas("attention", a.weights, a.layers, a.heads,
                                                      a.size, a.version, style_of(theme, view));
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

std::string token_name(const DecodeFrame* decode, const AttentionFrame& a, int position) {
    const int index = a.window_begin + position;
    std::string name = std::to_string(index);
    if (decode != nullptr && position < static_cast<int>(a.tokens.size()))
        name = symbol_at(*decode, a.tokens[static_cast<std::size_t>(position)]) + " " + name;
    return name;
}

void hover_matrix(const DecodeFrame* decode, const AttentionFrame& a, const AttentionView& view,
                  int layer, int head, PanelContext& context) {
    const Theme& theme = context.theme;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const float cell = view.matrix_size.x / static_cast<float>(a.size);
    const int key = static_cast<int>((mouse.x - view.matrix_at.x) / cell),
              query = static_cast<int>((mouse.y - view.matrix_at.y) / cell);
    if (mouse.x < view.matrix_at.x || mouse.y < view.matrix_at.y || key >= a.size ||
        query >= a.size || !ImGui::IsWindowHovered())
        return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 end(view.matrix_at.x + view.matrix_size.x, view.matrix_at.y + view.matrix_size.y);
    const float x = view.matrix_at.x + (static_cast<float>(key) + 0.5F) * cell,
                y = view.matrix_at.y + (static_cast<float>(query) + 0.5F) * cell;
    const ImU32 line = IM_COL32(255, 255, 255, 110);
    draw->AddLine(ImVec2(x, view.matrix_at.y), ImVec2(x, end.y), line);
    draw->AddLine(ImVec2(view.matrix_at.x, y), ImVec2(end.x, y), line);
    context.selection.hover_index = a.window_begin + key;
    if (ImGui::IsMouseClicked(0)) context.selection.index = a.window_begin + query;
    const RowNumbers row = row_numbers(a, layer, head, query);
    const bool future = key > query;
    value_card(theme, "Layer " + std::to_string(layer) + ", head " + std::to_string(head),
               {{"query (row)", token_name(decode, a, query)},
                {"key (column)", token_name(decode, a, key)},
                {"α", future ? std::string("future: masked")
                             : format_number(weight_at(a, layer, head, query, key), 6)},
                {"row sum", format_number(row.sum, 7)},
                {"row entropy", format_number(row.entropy) + " nats"}});
}

void draw_matrix(const DecodeFrame* decode, const AttentionFrame& a, AttentionView& view,
                 PanelContext& context, ImVec2 at, float side) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const int layer = context.selection.layer, head = context.selection.head;
    view.matrix_at = at;
    view.matrix_size = ImVec2(side, side);
    const ImVec2 end(at.x + side, at.y + side);
    if (context.pictures != nullptr) {
        const MatrixView matrix{a.weights.data() + matrix_offset(a, layer, head), a.size, a.size,
                                0};
        const std::uint64_t version =
            a.version * 65536 + static_cast<std::uint64_t>(layer * a.heads + head);
        const ImTextureID id =
            context.pictures->matrix("attention", matrix, version, style_of(theme, view));
        draw->AddImage(ImTextureRef(id), at, end);
    } else {
        draw->AddRectFilled(at, end, theme.raised);
    }
    const float cell = side / static_cast<float>(a.size);
    const auto mark = [&](int index, ImU32 color) {
        const int position = index - a.window_begin;
        if (position < 0 || position >= a.size) return;
        const float y = at.y + static_cast<float>(position) * cell;
        draw->AddRect(ImVec2(at.x, y),
                      ImVec2(at.x + static_cast<float>(position + 1) * cell, y + cell), color, 0, 0,
                      theme.px(1));
    };
    mark(context.selection.lit_index, theme.dim);
    mark(selected_index(context.selection, decode), theme.select);
    hover_matrix(decode, a, view, layer, head, context);
}

void draw_title(const AttentionFrame& a, const Selection& s, int query, const Theme& theme) {
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    text_colored(theme.text,
                 ("Layer " + std::to_string(s.layer) + ", head " + std::to_string(s.head)).c_str());
    ImGui::PopFont();
    if (query < 0) return;
    ImGui::SameLine(0, theme.px(10));
    const auto row = static_cast<std::size_t>((s.layer * a.heads + s.head) * a.size + query);
    std::string words = "H(α) " + format_number(row_numbers(a, s.layer, s.head, query).entropy, 3);
    if (row < a.head_logdet.size()) {
        words += "   log|det| " + format_number(a.head_logdet[row], 3);
    }
    text_small(theme, theme.dim, words.c_str());
}

bool is_complete(const AttentionFrame& a) {
    const auto size = static_cast<std::size_t>(std::max(0, a.size));
    return a.size > 0 && a.layers > 0 && a.heads > 0 &&
           a.weights.size() == static_cast<std::size_t>(a.layers * a.heads) * size * size;
}

}  // namespace

void draw_attention(const Frames& frames, AttentionView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.attention == nullptr || !is_complete(*frames.attention)) {
        empty_state(
            theme, "No attention yet",
            "It appears when the text has a character. Press Space to play, or type a prompt.");
        return;
    }
    const AttentionFrame& a = *frames.attention;
    Selection& s = context.selection;
    s.layer = std::clamp(s.layer, 0, a.layers - 1);
    s.head = std::clamp(s.head, 0, a.heads - 1);

    const int query = selected_index(s, frames.decode.get()) - a.window_begin;
    const bool has_row = query >= 0 && query < a.size;
    draw_title(a, s, has_row ? query : -1, theme);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float footer = theme.px(36), gap = theme.px(12), margin = theme.px(18);
    const float height = std::max(theme.px(40), room.y - footer);
    const float side =
        std::floor(std::max(theme.px(40), std::min(height - theme.px(34), room.x * 0.63F)));
    const float step =
        std::max(theme.px(6), std::min((room.x - side - gap - margin) / static_cast<float>(a.heads),
                                       (height - margin) / static_cast<float>(a.layers)));
    const float largest = std::min(step, theme.px(84));
    const float thumb = largest - theme.px(largest > theme.px(16) ? 4.0F : 1.0F);
    draw_matrix(frames.decode.get(), a, view, context, at, side);
    draw_thumbnails(a, view, context, ImVec2(at.x + side + gap, at.y - margin), thumb, largest);
    const float row = std::min(height - side - theme.px(6), theme.px(90));
    if (has_row && row >= theme.px(12)) {
        draw_attention_row(a, context, query, ImVec2(at.x, at.y + side + theme.px(4)),
                           ImVec2(side, row));
    }
    ImGui::SetCursorScreenPos(ImVec2(at.x, at.y + side + row + theme.px(10)));
    color_bar(theme, ColorMap::viridis, style_of(theme, view).scale, "α",
              std::min(side, room.x - theme.px(76)));
    ImGui::SameLine(0, theme.px(12));
    int mode = view.log_scale ? 1 : 0;
    if (segmented(theme, "scale", {"lin", "log"}, mode)) view.log_scale = mode == 1;
}

}  // namespace marginscope
