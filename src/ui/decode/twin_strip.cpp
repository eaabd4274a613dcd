// Columns of the twin.
#include "ui/decode/twin_strip.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kGlyph = 22.0F;  // a row of characters
constexpr float kBars = 30.0F;   // a row of bars
constexpr float kGap = 3.0F;

struct BarRow {
    const char* name;
    Quantity quantity;
    float TwinCell::*value;
    float most = 0;  // the end of the scale; of a signed one both ends
    bool is_signed = false;
};

struct Strip {
    const DecodeFrame& decode;
    const TwinFrame& twin;
    const Theme& theme;
    std::array<BarRow, 3> bars;
    int selected = -1, lit = -1, first = -1;  // first: where any draw differs first

    float bars_top() const { return 3 * theme.px(kGlyph) + theme.px(2 * kGap); }
    float row_top(std::size_t row) const {
        return bars_top() + static_cast<float>(row) * theme.px(kBars + kGap);
    }
    float height() const { return row_top(bars.size()); }
};

/// As far as the values go; shares as far as they can.
void find_scales(Strip& strip) {
    for (BarRow& row : strip.bars) {
        for (const TwinCell& cell : strip.twin.cells) {
            const float value = std::abs(cell.*row.value);
            if (std::isfinite(value)) row.most = std::max(row.most, value);
        }
        if (row.value == &TwinCell::share_flipped) row.most = 1;
    }
}

void draw_bar(const Strip& strip, const BarRow& row, float value, ImVec2 at, float width,
              float alpha) {
    if (!std::isfinite(value) || row.most <= 0) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = strip.theme;
    const float height = theme.px(kBars), half = row.is_signed ? height / 2 : height;
    const float zero = at.y + half, tall = std::abs(value) / row.most * (half - theme.px(1));
    const ImU32 color = with_alpha(mix(theme.dim, theme.text, 0.3F), alpha);
    const float left = at.x + theme.px(2), right = at.x + width - theme.px(2);
    if (value > 0)
        draw->AddRectFilled(ImVec2(left, zero - tall), ImVec2(right, zero), color);
    else if (value < 0)
        draw->AddRectFilled(ImVec2(left, zero), ImVec2(right, zero + tall), color);
}

void draw_expected(const Strip& strip, const TwinCell& cell, ImVec2 at, float width, float alpha) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = strip.theme;
    const float row = theme.px(kGlyph), size = theme.px(type::kToken);
    const bool differs = cell.clean != cell.noisy;
    for (int k = 0; k < 2; ++k) {
        const int token = k == 0 ? cell.clean : cell.noisy;
        const ImVec2 top(at.x, at.y + static_cast<float>(k + 1) * row + theme.px(kGap));
        if (k == 1 && differs)
            draw->AddRectFilled(ImVec2(top.x + theme.px(1), top.y),
                                ImVec2(top.x + width - theme.px(1), top.y + row),
                                with_alpha(theme.text, 0.2F * alpha), theme.px(3));
        if (token < 0) continue;
        draw_symbol(*draw, differs ? theme.fonts.mono_bold : theme.fonts.mono, size,
                    ImVec2(top.x + width / 2, top.y + row / 2),
                    with_alpha(differs ? theme.text : theme.dim, alpha),
                    symbol_at(strip.decode, token));
    }
}

void draw_column(const Strip& strip, int index, ImVec2 at, float width) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = strip.theme;
    const TwinCell& cell = strip.twin.cells[static_cast<std::size_t>(index)];
    const float row = theme.px(kGlyph);
    if (index == strip.lit)
        draw->AddRectFilled(at, ImVec2(at.x + width, at.y + strip.height()), theme.hover);
    draw_symbol(*draw, theme.fonts.mono, theme.px(type::kToken),
                ImVec2(at.x + width / 2, at.y + row / 2), theme.faint,
                symbol_at(strip.decode, cell.token));
    const std::vector<int>& chosen = strip.twin.noise.positions;
    if (std::ranges::binary_search(chosen, index))
        draw->AddLine(ImVec2(at.x + theme.px(2), at.y + row),
                      ImVec2(at.x + width - theme.px(2), at.y + row), theme.text, theme.px(2));
    if (!cell.known) {
        draw->AddCircleFilled(ImVec2(at.x + width / 2, at.y + 2 * row), theme.px(1.2F),
                              theme.faint);
    } else {
        const float alpha = cell.stale ? 0.35F : 1.0F;
        draw_expected(strip, cell, at, width, alpha);
        for (std::size_t k = 0; k < strip.bars.size(); ++k)
            draw_bar(strip, strip.bars[k], cell.*strip.bars[k].value,
                     ImVec2(at.x, at.y + strip.row_top(k)), width, alpha);
    }
    if (index == strip.first)
        draw->AddLine(at, ImVec2(at.x, at.y + strip.height()), with_alpha(theme.text, 0.7F),
                      theme.px(1.5F));
    if (index == strip.selected)
        outline(*draw, at, ImVec2(at.x + width, at.y + strip.height()), theme.select, theme.px(3),
                theme.px(1.5F));
}

std::string stated(float value, const TwinCell& cell, const char* unit) {
    if (!cell.known) return "not computed yet";
    if (std::isnan(value)) return "none here";
    return format_amount(value, unit) + (cell.stale ? ", of the noise before" : "");
}

void hover(const Strip& strip, int index, PanelContext& context) {
    const TwinCell& cell = strip.twin.cells[static_cast<std::size_t>(index)];
    context.selection.hover_index = index;
    const auto symbol = [&](int token) {
        return token < 0 ? std::string(kNoNumber) : symbol_at(strip.decode, token);
    };
    value_card(strip.theme, symbol_and_place(&strip.decode, cell.token, index),
               {{"expected without noise", symbol(cell.clean)},
                {"under the first draw", symbol(cell.noisy)},
                {"draws that flip", cell.known && !std::isnan(cell.share_flipped)
                                        ? format_percent(cell.share_flipped)
                                        : stated(kNoValue, cell, "")},
                {"KL(clean ‖ noisy)", stated(cell.kl, cell, "nats")},
                {"margin, noisy − clean",
                 stated(cell.margin_gap, cell, text_of(quantity_of(strip.twin.kind)).unit)}});
}

void handle_mouse(const Strip& strip, const TwinView& view, PanelContext& context) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const int index =
        static_cast<int>(std::floor((mouse.x - view.first_cell.x) / view.cell_size.x));
    if (!ImGui::IsWindowHovered() || index < 0 ||
        index >= static_cast<int>(strip.twin.cells.size()) || mouse.y < view.first_cell.y ||
        mouse.y > view.first_cell.y + strip.height())
        return;
    if (ImGui::IsMouseClicked(0) && index < strip.decode.cursor) context.selection.index = index;
    hover(strip, index, context);
}

/// Keeps the selected character in sight when it changes; who scrolls is left alone.
void follow(const Strip& strip, TwinView& view) {
    if (strip.selected == view.selected_seen) return;
    view.selected_seen = strip.selected;
    const float x = static_cast<float>(strip.selected) * view.cell_size.x,
                room = ImGui::GetWindowWidth();
    if (x < ImGui::GetScrollX() || x + view.cell_size.x > ImGui::GetScrollX() + room)
        ImGui::SetScrollX(std::max(0.0F, x - room / 2));
}

// Names of the rows and the ends of their scales.
void draw_names(const Strip& strip, ImVec2 at, float width) {
    const Theme& theme = strip.theme;
    const float small = theme.px(type::kSmall), row = theme.px(kGlyph);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto name = [&](const char* words, float y, ImU32 color) {
        const std::string fit = shortened(theme.fonts.text, small, words, width);
        draw->AddText(theme.fonts.text, small, ImVec2(at.x, at.y + y), color, fit.c_str());
    };
    const float inside = (row - small) / 2;
    name("text", inside, theme.faint);
    name("expected", row + theme.px(kGap) + inside, theme.dim);
    name("under noise", 2 * row + theme.px(kGap) + inside, theme.text);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    for (std::size_t k = 0; k < strip.bars.size(); ++k) {
        const BarRow& bars = strip.bars[k];
        const float top = at.y + strip.row_top(k);
        ImGui::SetCursorScreenPos(ImVec2(at.x, top));
        quantity_label(theme, bars.quantity, {},
                       shortened(theme.fonts.text, small, bars.name, width).c_str());
        std::string end = format_number(bars.most, 2);
        if (bars.value == &TwinCell::share_flipped) end = "100 %";
        if (bars.is_signed) end = "±" + end;
        end = shortened(theme.fonts.mono, theme.px(11), end, width);
        draw->AddText(theme.fonts.mono, theme.px(11), ImVec2(at.x, top + small + theme.px(2)),
                      theme.faint, end.c_str());
    }
    ImGui::PopFont();
}

}  // namespace

void draw_twin_strip(const Frames& frames, TwinView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    Strip strip{*frames.decode,
                *frames.twin,
                theme,
                {{{"flips", Quantity::share_flipped, &TwinCell::share_flipped},
                  {"KL", Quantity::kl, &TwinCell::kl},
                  {"margin gap", Quantity::margin_gap, &TwinCell::margin_gap, 0, true}}}};
    strip.selected = selected_index(context.selection, frames.decode.get());
    strip.lit = context.selection.lit_index;
    for (const int index : strip.twin.first_divergence)
        if (index >= 0 && (strip.first < 0 || index < strip.first)) strip.first = index;
    find_scales(strip);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float room = ImGui::GetContentRegionAvail().x;
    const float names = std::min(theme.px(84), 0.4F * room);
    draw_names(strip, at, names - theme.px(6));
    ImGui::SetCursorScreenPos(ImVec2(at.x + names, at.y));
    view.cell_size.x =
        std::round(width_of(theme.fonts.mono, theme.px(type::kToken), "M") + theme.px(3));
    view.cell_size.y = strip.height();
    ImGui::BeginChild("##columns",
                      ImVec2(std::max(theme.px(40), room - names),
                             strip.height() + ImGui::GetStyle().ScrollbarSize + theme.px(2)),
                      0, ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoNavInputs);
    follow(strip, view);
    view.first_cell = ImGui::GetCursorScreenPos();
    const auto count = static_cast<int>(strip.twin.cells.size());
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float left = draw->GetClipRectMin().x, right = draw->GetClipRectMax().x;
    const auto column = [&](float x) {
        return static_cast<int>(std::floor((x - view.first_cell.x) / view.cell_size.x));
    };
    const float zero = view.first_cell.y + strip.row_top(2) + theme.px(kBars) / 2;
    draw->AddLine(ImVec2(left, zero), ImVec2(right, zero), theme.line_strong);
    for (int i = std::max(0, column(left)); i < std::min(count, column(right) + 1); ++i)
        draw_column(
            strip, i,
            ImVec2(view.first_cell.x + static_cast<float>(i) * view.cell_size.x, view.first_cell.y),
            view.cell_size.x);
    ImGui::Dummy(ImVec2(static_cast<float>(count) * view.cell_size.x, strip.height()));
    handle_mouse(strip, view, context);
    ImGui::EndChild();
}

}  // namespace marginscope
