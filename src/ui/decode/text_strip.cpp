// Lays the cells out in lines, draws those in sight, and turns clicks into a selection or a jump.
#include "ui/decode/text_strip.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/cell_layout.h"
#include "ui/decode/text_card.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kGlyph = 22.0F;  // of the character's box
constexpr float kTrack = 11.0F;  // of the longest bar above the zero line
constexpr float kBelow = 11.0F;  // and below it, for a token beyond the boundary: the same scale
constexpr float kGap = 3.0F;

struct Strip {
    const DecodeFrame& decode;
    const MarginFrame* margins;
    const Theme& theme;
    MarginRange range{};
    int selected = -1;
    int lit = -1;
    float font_px = 0;
    const float* attention = nullptr;  // of the selected character in the selected head, or nullptr
    int attention_begin = 0, attention_end = 0;
    std::vector<int> dragged{};  // sorted
    std::vector<int> holes{};    // sorted
};

// Not computed yet: a dot where the bar will stand.
void draw_pending(const Theme& theme, float x, float zero) {
    ImGui::GetWindowDrawList()->AddCircleFilled(ImVec2(x, zero - theme.px(3)), theme.px(1.2F),
                                                theme.faint);
}

void draw_margin_bar(const Strip& strip, const MarginCell& cell, ImVec2 at, float width) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = strip.theme;
    const float zero = at.y + theme.px(kGlyph + kTrack), left = at.x + theme.px(2),
                right = at.x + width - theme.px(2);
    if (!cell.valid && cell.pending) draw_pending(theme, (left + right) / 2, zero);
    if (!cell.valid) return;
    const float value = shown_margin(cell, strip.margins->kind);
    const float unit = strip.range.to_unit(value);
    if (std::isnan(unit)) {
        if (strip.margins->kind != MarginKind::geometric) {
            draw->AddRectFilled(ImVec2(left, zero - theme.px(kTrack)), ImVec2(right, zero),
                                theme.nan, theme.px(1));
        } else if (cell.geometric_known) {  // none found within the radius: far away, a hollow bar
            outline(*draw, ImVec2(left, zero - theme.px(kTrack)), ImVec2(right, zero),
                    theme.line_strong, theme.px(1), theme.px(1));
        } else {
            draw_pending(theme, (left + right) / 2, zero);
        }
        return;
    }
    if (cell.crossings > 0) {
        const float depth = theme.px(2) + unit * theme.px(kBelow - 2);
        draw->AddRectFilled(ImVec2(left, zero + theme.px(1)),
                            ImVec2(right, zero + theme.px(1) + depth), theme.accent, theme.px(1));
    } else {
        const float height = theme.px(2) + unit * theme.px(kTrack - 2);
        draw->AddRectFilled(ImVec2(left, zero - height), ImVec2(right, zero),
                            margin_color(theme, unit), theme.px(1));
    }
}

void draw_cell(const Strip& strip, const TextStripView& view, int index, ImVec2 at) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = strip.theme;
    const TokenCell& token = strip.decode.line[static_cast<std::size_t>(index)];
    const bool future = index >= strip.decode.cursor;
    const bool forgotten = index < strip.decode.window_begin;
    const float width = view.cell_size.x;
    const ImVec2 box_end(at.x + width, at.y + theme.px(kGlyph));
    const float rounding = theme.px(3);
    if (strip.attention != nullptr && index >= strip.attention_begin &&
        index < strip.attention_end) {
        const float weight = strip.attention[index - strip.attention_begin];
        if (weight > 0.01F) {  // NaN is not
            draw->AddRectFilled(at, box_end,
                                with_alpha(theme.select, 0.5F * std::sqrt(std::min(weight, 1.0F))),
                                rounding);
        }
    }
    if (index == strip.lit && index != strip.selected)
        draw->AddRectFilled(at, box_end, theme.hover, rounding);
    const MarginCell* cell = future ? nullptr : margin_at(strip.margins, index);
    const std::string symbol = symbol_at(strip.decode, token.token);
    const bool space = symbol == "·" || symbol == "↵" || symbol == "⇥";
    ImU32 color = future || forgotten || space ? theme.faint : theme.text;
    if (future) color = with_alpha(theme.faint, 0.7F);
    // What stands in a hole is not read by its law: it is there, but faint.
    const bool hole = std::binary_search(strip.holes.begin(), strip.holes.end(), index);
    if (hole) {
        color = with_alpha(theme.faint, 0.7F);
        const float low = box_end.y - theme.px(2);
        draw->AddLine(ImVec2(at.x + theme.px(3), low), ImVec2(box_end.x - theme.px(3), low),
                      theme.text, theme.px(1.5F));
    }
    if (is_unknown(strip.decode, token.token)) {  // the user's own character, which it cannot read
        color = theme.error;
        draw->AddLine(ImVec2(at.x + theme.px(2), box_end.y),
                      ImVec2(box_end.x - theme.px(2), box_end.y), theme.error, theme.px(1));
    }
    draw_symbol(*draw, theme.fonts.mono, strip.font_px,
                ImVec2(at.x + width / 2, at.y + theme.px(kGlyph) / 2), color, symbol);
    if (std::binary_search(strip.dragged.begin(), strip.dragged.end(), index)) {
        draw->AddTriangleFilled(ImVec2(box_end.x - theme.px(6), at.y), ImVec2(box_end.x, at.y),
                                ImVec2(box_end.x, at.y + theme.px(6)), theme.select);
    }
    // The ring lies inside the selection's frame, so that both are seen.
    const float thick = theme.px(1.5F),
                inset = index == strip.selected ? thick + theme.px(0.5F) : 0;
    if (cell != nullptr) draw_margin_bar(strip, *cell, at, width);
    if (cell != nullptr && cell->support)
        outline(*draw, ImVec2(at.x + inset, at.y + inset),
                ImVec2(box_end.x - inset, box_end.y - inset), theme.ring, rounding, thick);
    if (index == strip.selected) outline(*draw, at, box_end, theme.select, rounding, thick);
}

void draw_cells(const Strip& strip, const TextStripView& view) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = strip.theme;
    const int count = static_cast<int>(strip.decode.line.size());
    const ImVec2 clip_min = draw->GetClipRectMin(), clip_max = draw->GetClipRectMax();
    for (std::size_t line = 0; line < view.line_begin.size(); ++line) {
        const float y = view.first_cell.y + static_cast<float>(line) * view.cell_size.y;
        if (y > clip_max.y || y + view.cell_size.y < clip_min.y) continue;
        const int begin = view.line_begin[line];
        const int end = line + 1 < view.line_begin.size() ? view.line_begin[line + 1] : count;
        const int first = begin, last = std::min(end, strip.decode.cursor);
        if (last > first && strip.margins != nullptr && strip.margins->measurable()) {
            // The boundary: bars stand on it or hang from it.
            const float zero = y + theme.px(kGlyph + kTrack) + 0.5F;
            const auto x = [&](int i) {
                return view.first_cell.x + static_cast<float>(i - begin) * view.cell_size.x;
            };
            draw->AddLine(ImVec2(x(first), zero), ImVec2(x(last), zero), theme.line_strong);
        }
        for (int i = begin; i < end; ++i) {
            draw_cell(
                strip, view, i,
                ImVec2(view.first_cell.x + static_cast<float>(i - begin) * view.cell_size.x, y));
        }
    }
    const int last = strip.decode.cursor - 1;
    ImVec2 at = last >= 0 ? cell_place(view, std::min(last, count - 1)) : view.first_cell;
    if (last >= 0) at.x += view.cell_size.x;
    draw->AddRectFilled(ImVec2(at.x - theme.px(1), at.y + theme.px(1)),
                        ImVec2(at.x + theme.px(1), at.y + theme.px(kGlyph - 1)), theme.select);
}

void handle_mouse(const Strip& strip, const TextStripView& view, PanelContext& context) {
    if (!ImGui::IsWindowHovered()) return;
    const int index =
        cell_under(view, ImGui::GetIO().MousePos, static_cast<int>(strip.decode.line.size()));
    if (index < 0) return;
    context.selection.hover_index = index;
    if (ImGui::IsMouseDoubleClicked(0)) {
        context.selection.index = -1;
        context.out.push_back(JumpDecode{index});
    } else if (ImGui::IsMouseClicked(0) && index < strip.decode.cursor) {
        context.selection.index = index;
    }
    draw_text_card(strip.decode, strip.margins, view, index, strip.theme);
}

// The row of the selected head that belongs to the selected character.
void find_attention(Strip& strip, const AttentionFrame* a, const Selection& selection) {
    if (a == nullptr || a->size <= 0 || a->heads <= 0 || a->layers <= 0) return;
    const int query = strip.selected - a->window_begin;
    const int layer = std::clamp(selection.layer, 0, a->layers - 1),
              head = std::clamp(selection.head, 0, a->heads - 1);
    const auto size = static_cast<std::size_t>(a->size);
    if (query < 0 || query >= a->size ||
        a->weights.size() < static_cast<std::size_t>(a->layers * a->heads) * size * size)
        return;
    strip.attention =
        a->weights.data() + (static_cast<std::size_t>(layer * a->heads + head) * size +
                             static_cast<std::size_t>(query)) *
                                size;
    strip.attention_begin = a->window_begin;
    strip.attention_end = strip.selected;
}

// Keeps the selected character in sight when it, the panel or the scale changes; a user who scrolls
// is left alone.
void follow(const Strip& strip, TextStripView& view) {
    const ImVec2 window = ImGui::GetWindowSize();
    const bool same = strip.selected == view.selected_seen && window.x == view.window_seen.x &&
                      window.y == view.window_seen.y && view.cell_size.y == view.cell_seen;
    if (same) return;
    view.selected_seen = strip.selected;
    view.window_seen = window;
    view.cell_seen = view.cell_size.y;
    const int last = static_cast<int>(strip.decode.line.size()) - 1;
    const float y = cell_place(view, std::clamp(strip.selected, 0, last)).y - view.first_cell.y;
    const float top = ImGui::GetScrollY();
    if (y < top) ImGui::SetScrollY(y);
    if (y + view.cell_size.y > top + window.y) ImGui::SetScrollY(y + view.cell_size.y - window.y);
}

}  // namespace

void draw_text_strip(const Frames& frames, TextStripView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.decode->line.empty()) {
        view.line_begin.clear();
        empty_state(theme, "No text yet",
                    "Type a prompt and press Enter, or press Space to let the model begin.");
        return;
    }
    const DecodeFrame& decode = *frames.decode;
    Strip strip{decode, frames.margins.get(), theme};
    strip.selected = selected_index(context.selection, &decode);
    strip.lit = context.selection.lit_index;
    strip.font_px = theme.px(type::kToken);
    if (strip.margins != nullptr) strip.range = margin_range(*strip.margins);
    find_attention(strip, frames.attention.get(), context.selection);
    strip.dragged = decode.dragged;
    std::sort(strip.dragged.begin(), strip.dragged.end());
    if (frames.holes != nullptr)
        for (const HoleLaw& hole : frames.holes->holes) strip.holes.push_back(hole.index);

    ImGui::BeginChild("##cells",
                      ImVec2(0, std::max(theme.px(52), ImGui::GetContentRegionAvail().y)), 0,
                      ImGuiWindowFlags_NoNavInputs);
    const float glyph = width_of(theme.fonts.mono, strip.font_px, "M");
    view.cell_size = ImVec2(std::round(glyph + theme.px(3)),
                            std::round(theme.px(kGlyph + kTrack + kBelow + kGap)));
    const float room = ImGui::GetContentRegionAvail().x;
    const int columns = std::max(1, static_cast<int>(room / view.cell_size.x));
    break_lines(decode, columns, view.line_begin);
    view.first_cell = ImGui::GetCursorScreenPos();
    follow(strip, view);
    ImGui::Dummy(ImVec2(1, static_cast<float>(view.line_begin.size()) * view.cell_size.y));
    draw_cells(strip, view);
    handle_mouse(strip, view, context);
    ImGui::EndChild();
}

}  // namespace marginscope
