// Words, hover cards, rows, chips and colour bars.
#include "ui/widgets.h"

#include <algorithm>
#include <cmath>

namespace marginscope {
namespace {

void begin_card(const Theme& theme) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(12), theme.px(10)));
    ImGui::BeginTooltip();
}

void end_card() {
    ImGui::EndTooltip();
    ImGui::PopStyleVar();
}

// Behind the last item, which began at `left` of a row `room` wide; below it where that is too
// narrow.
void right_aligned(const Theme& theme, const std::string& words, ImU32 color, float left,
                   float room) {
    ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
    const float width = ImGui::CalcTextSize(words.c_str()).x;
    if (ImGui::GetItemRectSize().x + theme.px(8) + width <= room) ImGui::SameLine();
    ImGui::SetCursorPosX(left + std::max(0.0F, room - width));
    ImGui::PushTextWrapPos(width <= room ? -1.0F : 0.0F);
    text_colored(color != 0 ? color : theme.text, words.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
}

}  // namespace

void text_colored(ImU32 color, const char* words) {
    ImGui::PushStyleColor(ImGuiCol_Text, color);
    ImGui::TextUnformatted(words);
    ImGui::PopStyleColor();
}

void text_small(const Theme& theme, ImU32 color, const char* words) {
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    text_colored(color, words);
    ImGui::PopFont();
}

void paragraph(const Theme& theme, ImU32 color, const char* words) {
    ImGui::PushFont(theme.fonts.text, type::kBody);
    ImGui::PushTextWrapPos(0.0F);
    text_colored(color, words);
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
}

void small_paragraph(const Theme& theme, ImU32 color, const char* words) {
    ImGui::PushTextWrapPos(0.0F);
    text_small(theme, color, words);
    ImGui::PopTextWrapPos();
}

void heading(const Theme& theme, const char* words) {
    ImGui::PushFont(theme.fonts.semibold, type::kSmall);
    ImGui::PushTextWrapPos(0.0F);
    text_colored(theme.dim, words);
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
}

void empty_state(const Theme& theme, const char* title, const char* sentence) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float width = std::max(1.0F, std::min(room.x, theme.px(360)));
    const float left = ImGui::GetCursorPosX() + (room.x - width) / 2;
    const auto centred = [&](ImFont* font, float size, ImU32 color, const char* words) {
        ImGui::PushFont(font, size);
        const float line = std::min(width, ImGui::CalcTextSize(words).x);
        ImGui::SetCursorPosX(left + (width - line) / 2);
        ImGui::PushTextWrapPos(left + width);
        text_colored(color, words);
        ImGui::PopTextWrapPos();
        ImGui::PopFont();
    };
    const float height =
        theme.fonts.text->CalcTextSizeA(theme.px(type::kBody), FLT_MAX, width, sentence).y +
        theme.px(30);
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::max(0.0F, (room.y - height) / 2));
    centred(theme.fonts.semibold, type::kTitle, theme.dim, title);
    centred(theme.fonts.text, type::kBody, theme.faint, sentence);
}

void formula_card(const Theme& theme, Quantity quantity, const std::string& live) {
    const QuantityText& q = text_of(quantity);
    begin_card(theme);
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    text_colored(theme.text, q.name);
    ImGui::PopFont();
    if (q.unit[0] != 0) {
        ImGui::SameLine();
        text_small(theme, theme.faint, q.unit);
    }
    ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
    text_colored(theme.select, q.formula);
    if (!live.empty()) text_colored(theme.text, live.c_str());
    ImGui::PopFont();
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + theme.px(340));
    text_colored(theme.dim, q.sentence);
    ImGui::PopTextWrapPos();
    end_card();
}

void quantity_label(const Theme& theme, Quantity quantity, const std::string& live,
                    const char* words) {
    text_colored(theme.dim, words != nullptr ? words : text_of(quantity).name);
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort)) formula_card(theme, quantity, live);
}

void value_card(const Theme& theme, const std::string& title,
                std::initializer_list<CardLine> lines) {
    value_card(theme, title, std::span<const CardLine>(lines.begin(), lines.size()));
}

void value_card(const Theme& theme, const std::string& title, std::span<const CardLine> lines) {
    begin_card(theme);
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    text_colored(theme.text, title.c_str());
    ImGui::PopFont();
    float names = 0;
    for (const CardLine& line : lines)
        names = std::max(names, ImGui::CalcTextSize(line.name.c_str()).x);
    for (const CardLine& line : lines) {
        text_colored(theme.dim, line.name.c_str());
        ImGui::SameLine(ImGui::GetStyle().WindowPadding.x + names + theme.px(16));
        ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
        text_colored(line.color != 0 ? line.color : theme.text, line.value.c_str());
        ImGui::PopFont();
    }
    end_card();
}

void value_row(const Theme& theme, Quantity quantity, const std::string& value, ImU32 color,
               const char* name) {
    const float left = ImGui::GetCursorPosX(), room = ImGui::GetContentRegionAvail().x;
    ImGui::PushTextWrapPos(0.0F);
    quantity_label(theme, quantity,
                   value.empty() ? "" : std::string(text_of(quantity).symbol) + " = " + value,
                   name);
    ImGui::PopTextWrapPos();
    right_aligned(theme, value, color, left, room);
}

void value_row(const Theme& theme, const char* name, const std::string& value, ImU32 color) {
    const float left = ImGui::GetCursorPosX(), room = ImGui::GetContentRegionAvail().x;
    ImGui::PushTextWrapPos(0.0F);
    text_colored(theme.dim, name);
    ImGui::PopTextWrapPos();
    right_aligned(theme, value, color, left, room);
}

void chip(const Theme& theme, const char* words, ImU32 color) {
    ImGui::PushFont(theme.fonts.semibold, type::kSmall);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 pad(theme.px(7), theme.px(2));
    const std::string fit =
        shortened(ImGui::GetFont(), ImGui::GetFontSize(), words,
                  std::max(theme.px(24), ImGui::GetContentRegionAvail().x - 2 * pad.x));
    const ImVec2 size = ImGui::CalcTextSize(fit.c_str());
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 end(at.x + size.x + 2 * pad.x, at.y + size.y + 2 * pad.y);
    draw->AddRectFilled(at, end, with_alpha(color, 0.16F), theme.px(4));
    ImGui::SetCursorScreenPos(ImVec2(at.x + pad.x, at.y + pad.y));
    text_colored(color, fit.c_str());
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy(ImVec2(end.x - at.x, end.y - at.y));
    ImGui::PopFont();
}

void progress_chip(const Theme& theme, const char* words, double progress, double eta_secs,
                   float width) {
    text_colored(theme.text, words);
    if (progress < 0) return;
    ImGui::SameLine();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float line = ImGui::GetTextLineHeight();
    const float height = theme.px(4);
    bar(*ImGui::GetWindowDrawList(), ImVec2(at.x, at.y + (line - height) / 2),
        ImVec2(width, height), static_cast<float>(progress), theme.select, theme.active);
    ImGui::Dummy(ImVec2(width, line));
    const std::string left = eta_secs > 0 ? format_duration(eta_secs) + " left" : "";
    if (!left.empty()) {
        ImGui::SameLine();
        text_colored(theme.dim, left.c_str());
    }
}

void key_hint(const Theme& theme, const char* key) {
    ImGui::PushFont(theme.fonts.mono, type::kSmall);
    const ImVec2 size = ImGui::CalcTextSize(key);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 pad(theme.px(5), theme.px(1));
    const ImVec2 end(at.x + size.x + 2 * pad.x, at.y + size.y + 2 * pad.y);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, end, theme.active, theme.px(3));
    ImGui::SetCursorScreenPos(ImVec2(at.x + pad.x, at.y + pad.y));
    text_colored(theme.text, key);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy(ImVec2(end.x - at.x, end.y - at.y));
    ImGui::PopFont();
}

void bar(ImDrawList& draw, ImVec2 at, ImVec2 size, float share, ImU32 color, ImU32 track) {
    const float rounding = std::min(size.x, size.y) / 2;
    if (track != 0) draw.AddRectFilled(at, ImVec2(at.x + size.x, at.y + size.y), track, rounding);
    const float width = size.x * std::clamp(share, 0.0F, 1.0F);
    if (width > 0.5F) draw.AddRectFilled(at, ImVec2(at.x + width, at.y + size.y), color, rounding);
}

void outline(ImDrawList& draw, ImVec2 low, ImVec2 high, ImU32 color, float rounding, float thick) {
    const float width = std::max(1.0F, std::round(thick));
    // AddRect itself moves both corners half a pixel inwards.
    const float inset = width / 2 - 0.5F;
    draw.AddRect(ImVec2(std::round(low.x) + inset, std::round(low.y) + inset),
                 ImVec2(std::round(high.x) - inset, std::round(high.y) - inset), color, rounding, 0,
                 width);
}

void color_bar(const Theme& theme, const std::function<ImU32(float)>& color_at, const char* low,
               const char* middle, const char* high, const char* label, float width) {
    ImGui::BeginGroup();
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const float left = ImGui::GetCursorScreenPos().x, line = ImGui::GetTextLineHeight();
    if (label[0] != 0) {
        text_colored(theme.dim, label);
        if (ImGui::GetItemRectSize().x + theme.px(60) < width) ImGui::SameLine();
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float bar_width = std::max(theme.px(20), width - (at.x - left));
    const float height = theme.px(6);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    constexpr int kSteps = 48;
    const float top = at.y + (line - height) / 2 - theme.px(1);
    for (int i = 0; i < kSteps; ++i) {
        const float x0 = at.x + bar_width * static_cast<float>(i) / kSteps;
        const float x1 = at.x + bar_width * static_cast<float>(i + 1) / kSteps;
        draw->AddRectFilled(ImVec2(x0, top), ImVec2(x1, top + height),
                            color_at((static_cast<float>(i) + 0.5F) / kSteps));
    }
    ImGui::Dummy(ImVec2(bar_width, line));
    const float gap = theme.px(8), low_width = ImGui::CalcTextSize(low).x,
                middle_width = ImGui::CalcTextSize(middle).x,
                high_width = ImGui::CalcTextSize(high).x;
    const auto put = [&](const char* words, float words_width, float anchor, float row) {
        ImGui::SetCursorScreenPos(
            ImVec2(at.x + std::max(0.0F, (bar_width - words_width) * anchor), at.y + row * line));
        text_colored(theme.faint, words);
    };
    if (low[0] != 0) put(low, low_width, 0.0F, 1);
    if (middle[0] != 0 && bar_width / 2 > std::max(low_width, high_width) + middle_width / 2 + gap)
        put(middle, middle_width, 0.5F, 1);
    if (high[0] != 0)
        put(high, high_width, 1.0F, low_width + high_width + gap <= bar_width ? 1.0F : 2.0F);
    ImGui::PopFont();
    ImGui::EndGroup();
}

void color_bar(const Theme& theme, ColorMap map, const ColorScale& scale, const char* label,
               float width) {
    // As few digits as tell the three ticks apart.
    std::string low, middle, high;
    for (int digits = 2; digits <= 6 && (digits == 2 || low == middle || middle == high);
         ++digits) {
        low = format_number(scale.from_unit(0), digits);
        middle = format_number(scale.from_unit(0.5), digits);
        high = format_number(scale.from_unit(1), digits);
    }
    color_bar(
        theme, [map](float t) { return to_u32(sample(map, t)); }, low.c_str(), middle.c_str(),
        high.c_str(), label, width);
}

}  // namespace marginscope
