// Sums, entropies and the bars of a row.
#include "ui/decode/attention_row.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets.h"

namespace marginscope {

bool is_complete(const AttentionFrame& a) {
    const auto size = static_cast<std::size_t>(std::max(0, a.size));
    return a.size > 0 && a.layers > 0 && a.heads > 0 &&
           a.weights.size() == static_cast<std::size_t>(a.layers * a.heads) * size * size;
}

float head_logdet(const Frames& frames, int layer, int head, int query) {
    if (frames.attention == nullptr || frames.margins == nullptr) return kNoValue;
    const AttentionFrame& a = *frames.attention;
    const std::vector<float>& all = frames.margins->head_logdet;
    // Of another window while one of the two frames is late.
    if (all.size() != static_cast<std::size_t>(a.layers * a.heads * a.size)) return kNoValue;
    return all[static_cast<std::size_t>((layer * a.heads + head) * a.size + query)];
}

float weight_at(const AttentionFrame& a, int layer, int head, int query, int key) {
    return a.weights[static_cast<std::size_t>(layer * a.heads + head) *
                         static_cast<std::size_t>(a.size) * static_cast<std::size_t>(a.size) +
                     static_cast<std::size_t>(query) * static_cast<std::size_t>(a.size) +
                     static_cast<std::size_t>(key)];
}

RowNumbers row_numbers(const AttentionFrame& a, int layer, int head, int query) {
    RowNumbers row;
    for (int key = 0; key <= query; ++key) {
        const double w = weight_at(a, layer, head, query, key);
        row.sum += w;
        if (w != 0) row.entropy -= w * std::log(w);
    }
    return row;
}

void draw_attention_row(const AttentionFrame& a, PanelContext& context, int query, ImVec2 at,
                        ImVec2 size) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const int layer = context.selection.layer, head = context.selection.head;
    float largest = 0;
    for (int key = 0; key <= query; ++key) {
        const float w = weight_at(a, layer, head, query, key);
        if (std::isfinite(w)) largest = std::max(largest, w);
    }
    const float cell = size.x / static_cast<float>(a.size), base = at.y + size.y;
    draw->AddLine(ImVec2(at.x, base), ImVec2(at.x + size.x, base), theme.line_strong);
    for (int key = 0; key <= query && largest > 0; ++key) {
        const float w = weight_at(a, layer, head, query, key);
        if (!std::isfinite(w)) continue;
        const float x = at.x + static_cast<float>(key) * cell;
        const bool lit = a.window_begin + key == context.selection.lit_index;
        draw->AddRectFilled(ImVec2(x, base - w / largest * size.y),
                            ImVec2(x + std::max(1.0F, cell - 1), base),
                            lit ? theme.text : with_alpha(theme.select, 0.75F));
    }
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const int key = static_cast<int>(std::floor((mouse.x - at.x) / cell));
    const bool inside = mouse.y >= at.y && mouse.y <= base && key >= 0 && key <= query;
    if (!inside || !ImGui::IsWindowHovered()) return;
    context.selection.hover_index = a.window_begin + key;
    value_card(theme, "Attention of the selected character",
               {{"to", std::to_string(a.window_begin + key)},
                {"α", format_number(weight_at(a, layer, head, query, key), 6)}});
}

}  // namespace marginscope
