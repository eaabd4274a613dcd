// Characters of the fan in columns of equal width; branches hang on the row that they leave.
#include "ui/decode/particle_rows.h"

#include <algorithm>
#include <cmath>

#include "figures/decode/law_words.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kRow = 22.0F;    // design pixels
constexpr float kCell = 13.0F;   // a character
constexpr float kBar = 44.0F;    // the bar of a weight
constexpr float kShare = 46.0F;  // its number

struct Fan {
    const ParticleFrame& frame;
    const Theme& theme;
    ImVec2 at;  // of the first row
    float heaviest = 0;
    float first_cell() const { return at.x + theme.px(kBar + kShare + 10); }
    float x(int column) const {
        return first_cell() + static_cast<float>(column) * theme.px(kCell);
    }
    float y(std::size_t row) const { return at.y + static_cast<float>(row) * theme.px(kRow); }
};

// The row that a row's beginning is read in: the last one before it that prints the character in
// front of where it branches off.
std::size_t parent_of(const ParticleFrame& frame, std::size_t row) {
    std::size_t parent = row;
    while (parent > 0) {
        --parent;
        if (frame.rows[parent].shared < frame.rows[row].shared) break;
    }
    return parent;
}

void draw_weight(const Fan& fan, std::size_t row) {
    const Theme& theme = fan.theme;
    const float weight = fan.frame.rows[row].weight, height = theme.px(kRow);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float full = theme.px(kBar);
    const float share = fan.heaviest > 0 ? weight / fan.heaviest : 0.0F;
    bar(*draw, ImVec2(fan.at.x, fan.y(row) + height * 0.3F), ImVec2(full, height * 0.4F), share,
        theme.text, theme.raised);
    const float px = theme.px(type::kSmall);
    const std::string words = share_words(weight);
    draw->AddText(theme.fonts.mono, px,
                  ImVec2(fan.x(0) - theme.px(10) - width_of(theme.fonts.mono, px, words),
                         fan.y(row) + (height - px) / 2),
                  theme.dim, words.c_str());
}

void draw_branch(const Fan& fan, std::size_t row) {
    const int shared = fan.frame.rows[row].shared;
    if (row == 0) return;
    const Theme& theme = fan.theme;
    const float half = theme.px(kRow) / 2;
    const float x = fan.x(shared) - theme.px(2), y = fan.y(row) + half;
    const float top = fan.y(parent_of(fan.frame, row)) + half + theme.px(8);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddLine(ImVec2(x, top), ImVec2(x, y), theme.line_strong, theme.px(1));
    draw->AddLine(ImVec2(x, y), ImVec2(x + theme.px(3), y), theme.line_strong, theme.px(1));
}

void draw_characters(const Fan& fan, std::size_t row) {
    const ParticleRow& one = fan.frame.rows[row];
    const Theme& theme = fan.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float left = ImGui::GetWindowPos().x, right = left + ImGui::GetWindowSize().x;
    const float size = theme.px(type::kBody), middle = fan.y(row) + theme.px(kRow) / 2;
    // Rare branches fade, but stay readable.
    const float part = fan.heaviest > 0 ? one.weight / fan.heaviest : 1.0F;
    const ImU32 color = mix(theme.dim, theme.text, std::sqrt(part));
    for (int column = one.shared; column < static_cast<int>(one.symbols.size()); ++column) {
        const float x = fan.x(column) + theme.px(kCell) / 2;
        if (x < left - theme.px(kCell)) continue;
        if (x > right + theme.px(kCell)) break;
        draw_symbol(*draw, theme.fonts.mono, size, ImVec2(x, middle), color,
                    visible_symbol(one.symbols[static_cast<std::size_t>(column)]));
    }
}

std::string whole_text(const ParticleFrame& frame, const ParticleRow& row) {
    std::string text = frame.text.empty() ? "" : "…";
    for (const std::string& symbol : row.symbols) text += visible_symbol(symbol);
    return text;
}

void draw_card(const Fan& fan, const ParticleRow& row) {
    const auto known = [](float value, const char* unit) {
        return std::isnan(value) ? std::string("not known: no stage")
                                 : format_number(value) + " " + unit;
    };
    value_card(fan.theme,
               shortened(fan.theme.fonts.mono, fan.theme.px(type::kSmall),
                         whole_text(fan.frame, row), fan.theme.px(340)),
               {{"weight", format_number(100.0 * row.weight, 3) + " %"},
                {"particles", std::to_string(row.count)},
                {"log p", known(row.logprob, "nats")},
                {"sum of barriers", known(row.barrier, "nats")},
                {"", "a click walks this text: a branch", fan.theme.dim}});
}

}  // namespace

namespace {

void draw_rows(Fan& fan, float needed, ParticlesView& view, PanelContext& context) {
    const Theme& theme = fan.theme;
    const ParticleFrame& frame = fan.frame;
    fan.at = ImGui::GetCursorScreenPos();
    const float width = std::max(ImGui::GetContentRegionAvail().x, needed);
    view.first_row = fan.at;
    view.row_height = theme.px(kRow);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(frame.rows.size()), theme.px(kRow));
    while (clipper.Step()) {
        for (int k = clipper.DisplayStart; k < clipper.DisplayEnd; ++k) {
            const auto row = static_cast<std::size_t>(k);
            ImGui::PushID(k);
            ImGui::SetCursorScreenPos(ImVec2(fan.at.x, fan.y(row)));
            if (ImGui::InvisibleButton("##row", ImVec2(width, theme.px(kRow))) && !frame.running)
                context.out.push_back(TakeParticle{k});
            const bool hovered = ImGui::IsItemHovered();
            if (hovered)
                ImGui::GetWindowDrawList()->AddRectFilled(
                    ImVec2(fan.at.x, fan.y(row)),
                    ImVec2(fan.at.x + width, fan.y(row) + theme.px(kRow)), theme.hover,
                    theme.px(3));
            draw_weight(fan, row);
            draw_branch(fan, row);
            draw_characters(fan, row);
            if (hovered) draw_card(fan, frame.rows[row]);
            ImGui::PopID();
        }
    }
}

}  // namespace

void draw_particle_rows(const ParticleFrame& frame, ParticlesView& view, PanelContext& context) {
    if (frame.rows.empty()) return;
    const Theme& theme = context.theme;
    Fan fan{frame, theme, ImVec2(0, 0)};
    std::size_t longest = 0;
    for (const ParticleRow& row : frame.rows) {
        fan.heaviest = std::max(fan.heaviest, row.weight);
        longest = std::max(longest, row.symbols.size());
    }
    // Only the rows move sideways, and only where they are longer than the panel is wide.
    const float needed = fan.x(static_cast<int>(longest)) + theme.px(8);
    const bool wide = needed > ImGui::GetContentRegionAvail().x;
    const float height = static_cast<float>(frame.rows.size()) * theme.px(kRow) +
                         (wide ? ImGui::GetStyle().ScrollbarSize : 0.0F);
    if (ImGui::BeginChild(
            "##rows", ImVec2(0, height), ImGuiChildFlags_None,
            wide ? ImGuiWindowFlags_HorizontalScrollbar : ImGuiWindowFlags_NoScrollbar))
        draw_rows(fan, needed, view, context);
    ImGui::EndChild();
}

}  // namespace marginscope
