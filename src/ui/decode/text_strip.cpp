// Lays the cells out in lines, draws those in sight, and turns clicks into a selection or a jump.
#include "ui/decode/text_strip.h"

#include <algorithm>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kGlyph = 24.0F;  // of the character's box
constexpr float kTrack = 14.0F;  // of the bar above its zero line
constexpr float kBelow = 7.0F;   // of the bar of a token beyond the boundary
constexpr float kGap = 7.0F;

struct Strip {
    const DecodeFrame& decode;
    const MarginFrame* margins;
    const Theme& theme;
    MarginRange range;
    int selected = -1;
    int lit = -1;
    float font_px = 0;
};

// Lines end where the panel does and after a line break of the text.
void break_lines(const DecodeFrame& decode, int columns, std::vector<int>& line_begin) {
    line_begin.assign(1, 0);
    int column = 0;
    const int count = static_cast<int>(decode.line.size());
    for (int i = 0; i < count; ++i) {
        ++column;
        const int token = decode.line[static_cast<std::size_t>(i)].token;
        const bool newline =
            decode.symbols != nullptr && token >= 0 &&
            token < static_cast<int>(decode.symbols->size()) &&
            visible_symbol((*decode.symbols)[static_cast<std::size_t>(token)]) == "↵";
        if ((newline || column >= columns) && i + 1 < count) {
            line_begin.push_back(i + 1);
            column = 0;
        }
    }
}

ImVec2 cell_place(const TextStripView& view, int index) {
    const auto after = std::upper_bound(view.line_begin.begin(), view.line_begin.end(), index);
    const auto line = static_cast<int>(after - view.line_begin.begin()) - 1;
    const int column = index - view.line_begin[static_cast<std::size_t>(line)];
    return ImVec2(view.first_cell.x + static_cast<float>(column) * view.cell_size.x,
                  view.first_cell.y + static_cast<float>(line) * view.cell_size.y);
}

int cell_under(const TextStripView& view, ImVec2 mouse, int count) {
    const int line = static_cast<int>(std::floor((mouse.y - view.first_cell.y) / view.cell_size.y));
    const int column =
        static_cast<int>(std::floor((mouse.x - view.first_cell.x) / view.cell_size.x));
    if (line < 0 || column < 0 || line >= static_cast<int>(view.line_begin.size())) return -1;
    const auto at = static_cast<std::size_t>(line);
    const int end = at + 1 < view.line_begin.size() ? view.line_begin[at + 1] : count;
    const int index = view.line_begin[at] + column;
    return index < end ? index : -1;
}

void draw_margin_bar(const Strip& strip, const MarginCell& cell, ImVec2 at, float width) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = strip.theme;
    const float zero = at.y + theme.px(kGlyph + kTrack), left = at.x + theme.px(2),
                right = at.x + width - theme.px(2);
    if (!cell.valid) return;
    const float value = shown_margin(cell, strip.margins->kind);
    const float unit = strip.range.to_unit(value);
    if (std::isnan(unit)) {
        if (strip.margins->kind ==
            MarginKind::geometric) {  // none found within the radius: far away is not trouble
            draw->AddRectFilled(ImVec2(left, zero - theme.px(1)), ImVec2(right, zero),
                                theme.line_strong);
        } else {
            draw->AddRectFilled(ImVec2(left, zero - theme.px(kTrack)), ImVec2(right, zero),
                                theme.nan, theme.px(1));
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
    if (index == strip.selected) {
        draw->AddRectFilled(at, box_end, with_alpha(theme.select, 0.28F), rounding);
    } else if (index == strip.lit) {
        draw->AddRectFilled(at, box_end, theme.hover, rounding);
    }
    const MarginCell* cell = future ? nullptr : margin_at(strip.margins, index);
    const std::string symbol = symbol_at(strip.decode, token.token);
    const bool space = symbol == "·" || symbol == "↵" || symbol == "⇥";
    ImU32 color = future || forgotten || space ? theme.faint : theme.text;
    if (cell != nullptr && cell->valid && cell->crossings > 0 && !space) color = theme.accent;
    if (future) color = with_alpha(theme.faint, 0.7F);
    const float glyph =
        strip.theme.fonts.mono->CalcTextSizeA(strip.font_px, 1e9F, 0, symbol.c_str()).x;
    draw->AddText(theme.fonts.mono, strip.font_px,
                  ImVec2(at.x + (width - glyph) / 2, at.y + (theme.px(kGlyph) - strip.font_px) / 2),
                  color, symbol.c_str());
    if (cell == nullptr) return;
    draw_margin_bar(strip, *cell, at, width);
    if (cell->support) {
        draw->AddRect(ImVec2(at.x + theme.px(0.5F), at.y + theme.px(0.5F)),
                      ImVec2(box_end.x - theme.px(0.5F), box_end.y - theme.px(0.5F)), theme.ring,
                      rounding, 0, theme.px(1.5F));
    }
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
        const int present = std::min(end, strip.decode.cursor);
        if (present > begin && strip.margins != nullptr &&
            strip.margins->has_stage) {  // the boundary: bars stand on it or hang from it
            const float zero = y + theme.px(kGlyph + kTrack);
            draw->AddLine(
                ImVec2(view.first_cell.x, zero + 0.5F),
                ImVec2(view.first_cell.x + static_cast<float>(present - begin) * view.cell_size.x,
                       zero + 0.5F),
                theme.line_strong);
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

void hover_cell(const Strip& strip, int index) {
    const Theme& theme = strip.theme;
    const TokenCell& token = strip.decode.line[static_cast<std::size_t>(index)];
    const std::string title =
        symbol_at(strip.decode, token.token) + "   at " + std::to_string(index);
    const std::string logprob = format_number(token.logprob) + " nats",
                      entropy = format_number(token.entropy) + " nats";
    const MarginCell* cell =
        index < strip.decode.cursor ? margin_at(strip.margins, index) : nullptr;
    if (cell == nullptr || !cell->valid) {
        value_card(theme, title, {{"log p", logprob}, {"entropy", entropy}});
        return;
    }
    const ImU32 warn = cell->crossings > 0 ? theme.accent : 0;
    value_card(theme, title,
               {{text_of(Quantity::logdet).symbol, format_number(cell->logdet) + " nats", warn},
                {"side",
                 cell->crossings > 0 ? "beyond, " + std::to_string(cell->crossings) + " crossing(s)"
                                     : "this side",
                 warn},
                {"σ_min", format_number(cell->sigma_min)},
                {"support token", cell->support ? "yes" : "no", cell->support ? theme.ring : 0},
                {"log p", logprob},
                {"entropy", entropy}});
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
    hover_cell(strip, index);
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
    Strip strip{decode,
                frames.margins.get(),
                theme,
                {},
                selected_index(context.selection, &decode),
                context.selection.lit_index,
                theme.px(type::kToken)};
    if (strip.margins != nullptr) strip.range = margin_range(*strip.margins);

    ImGui::BeginChild("##cells", ImVec2(0, 0), 0, ImGuiWindowFlags_NoNavInputs);
    const float glyph = theme.fonts.mono->CalcTextSizeA(strip.font_px, 1e9F, 0, "M").x;
    view.cell_size = ImVec2(std::round(glyph + theme.px(3)),
                            std::round(theme.px(kGlyph + kTrack + kBelow + kGap)));
    const float room = ImGui::GetContentRegionAvail().x;
    const int columns = std::max(1, static_cast<int>(room / view.cell_size.x));
    break_lines(decode, columns, view.line_begin);
    view.first_cell = ImGui::GetCursorScreenPos();
    if (decode.cursor != view.cursor_seen) {
        view.cursor_seen = decode.cursor;
        const float y = cell_place(view, std::clamp(decode.cursor - 1, 0,
                                                    static_cast<int>(decode.line.size()) - 1))
                            .y -
                        view.first_cell.y;
        const float top = ImGui::GetScrollY(), height = ImGui::GetWindowHeight();
        if (y < top) ImGui::SetScrollY(y);
        if (y + view.cell_size.y > top + height) ImGui::SetScrollY(y + view.cell_size.y - height);
    }
    ImGui::Dummy(ImVec2(1, static_cast<float>(view.line_begin.size()) * view.cell_size.y));
    draw_cells(strip, view);
    handle_mouse(strip, view, context);
    ImGui::EndChild();
}

}  // namespace marginscope
