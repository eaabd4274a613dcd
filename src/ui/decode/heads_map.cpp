// The map as one picture, its marks, and what lies under the mouse.
#include "ui/decode/heads_map.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/attention_row.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// Both frames speak of the same window.
bool fits(const Frames& frames) {
    if (frames.attention == nullptr || frames.margins == nullptr) return false;
    const AttentionFrame& a = *frames.attention;
    return a.size > 0 && a.layers > 0 && a.heads > 0 &&
           frames.margins->head_logdet.size() ==
               static_cast<std::size_t>(a.layers * a.heads) * static_cast<std::size_t>(a.size);
}

// What is not computed yet gets the colour of what has no value; the scale leaves out the farthest
// fiftieth, so that one head does not flatten all others.
void read_values(const MarginFrame& margins, HeadsMapView& view) {
    if (view.version == margins.version && view.values.size() == margins.head_logdet.size()) return;
    view.version = margins.version;
    view.values = margins.head_logdet;
    view.lowest = -1;
    std::vector<float> sizes;
    for (std::size_t i = 0; i < view.values.size(); ++i) {
        float& value = view.values[i];
        if (std::isnan(value)) {
            value = kOutsideValue;
            continue;
        }
        if (std::isfinite(value)) sizes.push_back(std::abs(value));
        if (view.lowest < 0 || value < view.values[static_cast<std::size_t>(view.lowest)])
            view.lowest = static_cast<int>(i);
    }
    view.limit = 1;
    if (sizes.empty()) return;
    const auto at = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) * 49 / 50);
    std::nth_element(sizes.begin(), at, sizes.end());
    view.limit = std::max(*at, 1e-6F);
}

MatrixStyle style_of(const HeadsMapView& view, const Theme& theme) {
    MatrixStyle style;
    style.map = diverging_map(theme.dark());
    const double limit = view.limit;
    style.scale = ColorScale{-limit, limit, false, true};
    style.outside = outside_color(theme.dark());
    return style;
}

struct Map {
    const Frames& frames;
    const AttentionFrame& a;
    int rows = 0;
    ImVec2 at{0, 0}, size{0, 0};

    float row_height() const { return size.y / static_cast<float>(rows); }
    float column_width() const { return size.x / static_cast<float>(a.size); }
    ImVec2 corner(int row, int column) const {
        return ImVec2(at.x + static_cast<float>(column) * column_width(),
                      at.y + static_cast<float>(row) * row_height());
    }
    std::string place(int column) const {
        if (frames.decode == nullptr || column >= static_cast<int>(a.tokens.size()))
            return std::to_string(a.window_begin + column);
        return symbol_and_place(frames.decode.get(), a.tokens[static_cast<std::size_t>(column)],
                                a.window_begin + column);
    }
};

std::string head_words(const Map& map, int row) {
    return "layer " + std::to_string(row / map.a.heads) + ", head " +
           std::to_string(row % map.a.heads);
}

// "3.1" beside each row where there is room, else the layer beside its first.
void draw_labels(const Map& map, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float small = theme.px(11);
    const bool each = map.row_height() >= small + theme.px(1);
    const int every =
        each
            ? 1
            : map.a.heads * std::max(1, static_cast<int>(std::ceil(
                                            (small + theme.px(1)) /
                                            (map.row_height() * static_cast<float>(map.a.heads)))));
    for (int row = 0; row < map.rows; row += every) {
        const std::string layer = std::to_string(row / map.a.heads);
        const std::string words = each ? layer + "." + std::to_string(row % map.a.heads) : layer;
        const float y = map.corner(row, 0).y + (each ? (map.row_height() - small) / 2 : 0);
        draw->AddText(theme.fonts.mono, small,
                      ImVec2(map.at.x - theme.px(6) - width_of(theme.fonts.mono, small, words), y),
                      theme.faint, words.c_str());
    }
}

void draw_marks(const Map& map, const HeadsMapView& view, const PanelContext& context) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto column = [&](int index, ImU32 color) {
        const int at = index - map.a.window_begin;
        if (at < 0 || at >= map.a.size) return;
        const ImVec2 low = map.corner(0, at);
        draw->AddRect(low, ImVec2(low.x + map.column_width(), map.at.y + map.size.y), color, 0, 0,
                      theme.px(1));
    };
    column(context.selection.lit_index, theme.dim);
    column(selected_index(context.selection, map.frames.decode.get()), theme.select);
    const int chosen = context.selection.layer * map.a.heads + context.selection.head;
    if (chosen < map.rows) {
        const ImVec2 low = map.corner(chosen, 0);
        draw->AddRect(low, ImVec2(map.at.x + map.size.x, low.y + map.row_height()),
                      with_alpha(theme.select, 0.6F), 0, 0, theme.px(1));
    }
    if (view.lowest < 0) return;
    const ImVec2 low = map.corner(view.lowest / map.a.size, view.lowest % map.a.size);
    draw->AddCircle(ImVec2(low.x + map.column_width() / 2, low.y + map.row_height() / 2),
                    std::max(theme.px(5), map.row_height() / 2), theme.accent, 0, theme.px(1.5F));
}

void handle_mouse(const Map& map, const HeadsMapView& view, PanelContext& context) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const int column = static_cast<int>(std::floor((mouse.x - map.at.x) / map.column_width())),
              row = static_cast<int>(std::floor((mouse.y - map.at.y) / map.row_height()));
    if (column < 0 || row < 0 || column >= map.a.size || row >= map.rows ||
        !ImGui::IsWindowHovered())
        return;
    context.selection.hover_index = map.a.window_begin + column;
    if (ImGui::IsMouseClicked(0)) {
        context.selection.index = map.a.window_begin + column;
        context.selection.layer = row / map.a.heads;
        context.selection.head = row % map.a.heads;
    }
    const float value = head_logdet(map.frames, row / map.a.heads, row % map.a.heads, column);
    const bool lowest = row * map.a.size + column == view.lowest;
    value_card(
        context.theme, map.place(column),
        {{"head", head_words(map, row)},
         {"log|det|", std::isnan(value) ? "not computed yet" : format_amount(value, "nats")},
         {"", lowest ? "the nearest of the window" : "a click selects both", context.theme.dim}});
}

}  // namespace

void draw_heads_map(const Frames& frames, HeadsMapView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!fits(frames)) {
        empty_state(theme, "No heads yet",
                    "How near every attention head is to its own boundary is drawn here, character "
                    "by character, as soon as there is a text.");
        return;
    }
    read_values(*frames.margins, view);
    Map map{frames, *frames.attention, frames.attention->layers * frames.attention->heads};
    const std::string lowest =
        view.lowest < 0
            ? "The heads are being measured."
            : "Nearest its boundary: " + head_words(map, view.lowest / map.a.size) + " at " +
                  map.place(view.lowest % map.a.size) + ", " +
                  format_amount(view.values[static_cast<std::size_t>(view.lowest)], "nats", 3) +
                  ". Rows: layer.head.";
    small_paragraph(theme, theme.dim, lowest.c_str());
    const float gutter = width_of(theme.fonts.mono, theme.px(11), "00.00") + theme.px(8);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    map.at = ImVec2(at.x + gutter, at.y);
    map.size = ImVec2(std::max(theme.px(24), room.x - gutter),
                      std::max(theme.px(48), room.y - theme.px(54)));
    view.map_at = map.at;
    view.map_size = map.size;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 end(map.at.x + map.size.x, map.at.y + map.size.y);
    const MatrixStyle style = style_of(view, theme);
    if (context.pictures != nullptr) {
        const ImTextureID id = context.pictures->matrix(
            "heads", {view.values.data(), map.rows, map.a.size, 0}, view.version, style);
        draw->AddImage(ImTextureRef(id), map.at, end);
    } else {
        draw->AddRectFilled(map.at, end, theme.raised);
    }
    draw_labels(map, theme);
    draw_marks(map, view, context);
    handle_mouse(map, view, context);
    ImGui::SetCursorScreenPos(ImVec2(at.x, end.y + theme.px(6)));
    color_bar(theme, style.map, style.scale, "log|det| of a head, nats", room.x);
}

}  // namespace marginscope
