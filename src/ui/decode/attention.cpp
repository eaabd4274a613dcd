// The large matrix, how the panel is divided, and what lies under the mouse.
#include "ui/decode/attention.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/attention_row.h"
#include "ui/decode/attention_thumbs.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::size_t matrix_offset(const AttentionFrame& a, int layer, int head) {
    const auto size = static_cast<std::size_t>(a.size);
    return static_cast<std::size_t>(layer * a.heads + head) * size * size;
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
            context.pictures->matrix("attention", matrix, version, attention_style(theme, view));
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

// What is chosen, and its two numbers for the selected character, each with its card.
void draw_title(const Frames& frames, const Selection& s, int query, const Theme& theme) {
    ImGui::PushTextWrapPos(0.0F);
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    text_colored(theme.text,
                 ("Layer " + std::to_string(s.layer) + ", head " + std::to_string(s.head)).c_str());
    ImGui::PopFont();
    if (query >= 0) {
        ImGui::PushFont(theme.fonts.text, type::kSmall);
        const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
        const auto number = [&](Quantity quantity, const std::string& words) {
            const float next = ImGui::GetItemRectMax().x + theme.px(10);
            if (next + ImGui::CalcTextSize(words.c_str()).x <= right)
                ImGui::SameLine(0, theme.px(10));
            quantity_label(theme, quantity, words, words.c_str());
        };
        const double entropy = row_numbers(*frames.attention, s.layer, s.head, query).entropy;
        number(Quantity::attention_entropy, "entropy " + format_amount(entropy, "nats", 3));
        const float logdet = head_logdet(frames, s.layer, s.head, query);
        if (std::isfinite(logdet))
            number(Quantity::lowest_head, "margin " + format_amount(logdet, "nats", 3));
        ImGui::PopFont();
    }
    ImGui::PopTextWrapPos();
}

struct Places {
    float side = 0;       // of the large matrix
    float row = 0;        // height of the bars under it
    float step = 0;       // from one thumbnail to the next
    ImVec2 thumbs{0, 0};  // from the matrix' corner
    float bottom = 0;     // of matrix, bars and thumbnails
};

// Thumbnails stand beside the matrix or below it, whichever leaves the matrix larger.
Places places_of(const AttentionFrame& a, const Theme& theme, ImVec2 room) {
    const float gap = theme.px(12), label = theme.px(18), least_row = theme.px(24);
    const auto heads = static_cast<float>(a.heads), layers = static_cast<float>(a.layers);
    const float most = theme.px(96);
    Places beside;
    beside.side = std::floor(std::min(room.y - least_row, room.x * 0.63F));
    beside.step =
        std::min({(room.x - beside.side - gap - label) / heads, (room.y - label) / layers, most});
    beside.thumbs = ImVec2(beside.side + gap, 0);
    beside.row = std::min(room.y - beside.side - theme.px(4), theme.px(90));
    beside.bottom = std::max(beside.side + beside.row + theme.px(4), label + layers * beside.step);
    Places below;
    below.side = std::floor(std::min(room.x, 0.6F * (room.y - least_row)));
    below.row = least_row;
    const float under = below.side + below.row + gap;
    below.step = std::min({(room.x - label) / heads, (room.y - under - label) / layers, most});
    below.thumbs = ImVec2(0, under);
    below.bottom = under + label + layers * below.step;
    const float least = theme.px(7);
    if (below.step < least) return beside;
    return beside.step < least || below.side > beside.side ? below : beside;
}

// The colour bar and the scale's switch, on one row where there is room.
void draw_footer(const Theme& theme, AttentionView& view, float width) {
    const std::initializer_list<Choice> scales = {
        {"lin", "Linear: colour is the weight itself, 0 to 1"},
        {"log", "Logarithmic: tells small weights apart, 0.001 to 1"}};
    const float switches = segmented_width(theme, scales) + theme.px(20);
    const bool one_row = width > switches + theme.px(110);
    color_bar(theme, ColorMap::viridis, attention_style(theme, view).scale, "α, attention",
              one_row ? width - switches : width);
    if (one_row) ImGui::SameLine(0, theme.px(12));
    int mode = view.log_scale ? 1 : 0;
    if (segmented(theme, "scale", scales, mode)) view.log_scale = mode == 1;
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
    draw_title(frames, s, has_row ? query : -1, theme);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float footer = theme.px(room.x > theme.px(220) ? 48.0F : 78.0F);
    const Places places =
        places_of(a, theme, ImVec2(room.x, std::max(theme.px(110), room.y - footer)));
    const float thumb = places.step - theme.px(places.step > theme.px(16) ? 4.0F : 1.0F);
    draw_matrix(frames.decode.get(), a, view, context, at, places.side);
    draw_thumbnails(a, view, context, ImVec2(at.x + places.thumbs.x, at.y + places.thumbs.y),
                    std::max(1.0F, thumb), places.step);
    if (has_row && places.row >= theme.px(12)) {
        draw_attention_row(a, context, query, ImVec2(at.x, at.y + places.side + theme.px(4)),
                           ImVec2(places.side, places.row));
    }
    ImGui::SetCursorScreenPos(ImVec2(at.x, at.y + places.bottom + theme.px(6)));
    draw_footer(theme, view, room.x);
}

}  // namespace marginscope
