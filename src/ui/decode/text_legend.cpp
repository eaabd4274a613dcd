// Small marks with their words, flowing from row to row.
#include "ui/decode/text_legend.h"

#include <algorithm>

#include "ui/flow.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

enum class Mark { stands, hangs, ring, shade, hole };

void draw_mark(const Theme& theme, Mark mark, ImVec2 at, float line) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float middle = at.y + line / 2, width = theme.px(9);
    switch (mark) {
        case Mark::stands:
        case Mark::hangs: {
            const float height = mark == Mark::stands ? -theme.px(8) : theme.px(7);
            const float zero = middle + (mark == Mark::stands ? theme.px(4) : -theme.px(3));
            draw->AddRectFilled(ImVec2(at.x, std::min(zero, zero + height)),
                                ImVec2(at.x + width, std::max(zero, zero + height)),
                                mark == Mark::stands ? margin_color(theme, 1.0F) : theme.accent);
            draw->AddLine(ImVec2(at.x - theme.px(1), zero), ImVec2(at.x + width, zero),
                          theme.line_strong);
            return;
        }
        case Mark::ring:
            outline(*draw, ImVec2(at.x, middle - width / 2),
                    ImVec2(at.x + width, middle + width / 2), theme.ring, theme.px(2),
                    theme.px(1.5F));
            return;
        case Mark::shade:
            draw->AddRectFilled(ImVec2(at.x, middle - width / 2),
                                ImVec2(at.x + width, middle + width / 2),
                                with_alpha(theme.select, 0.45F), theme.px(2));
            return;
        case Mark::hole:
            draw->AddLine(ImVec2(at.x, middle + theme.px(4)),
                          ImVec2(at.x + width, middle + theme.px(4)), theme.text, theme.px(1.5F));
            return;
    }
}

// Behind the last item, or on the next row where it does not fit.
void entry(const Theme& theme, Mark mark, const std::string& words, const char* hint) {
    const float line = theme.px(type::kSmall) + theme.px(8), icon = theme.px(14),
                gap = theme.px(12);
    const float width = icon + width_of(theme.fonts.text, theme.px(type::kSmall), words);
    const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
    if (ImGui::GetItemRectMax().x + gap + width <= right) ImGui::SameLine(0, gap);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_mark(theme, mark, at, line);
    ImGui::GetWindowDrawList()->AddText(
        theme.fonts.text, theme.px(type::kSmall),
        ImVec2(at.x + icon, at.y + (line - theme.px(type::kSmall)) / 2 - theme.px(1)), theme.dim,
        shortened(theme.fonts.text, theme.px(type::kSmall), words, right - at.x - icon).c_str());
    ImGui::Dummy(ImVec2(std::min(width, right - at.x), line));
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort)) ImGui::SetTooltip("%s", hint);
}

// Which margin, and whose.
void draw_choices(SetView& asked, const Theme& theme) {
    const std::initializer_list<Choice> kinds = {
        {"determinant",
         "Bars, rings and traces show the determinant margin, "
         "log|det J| in nats"},
        {"singular", "… the singular margin, sigma_min of J"},
        {"geometric", "… the geometric margin: how far the token must move; of the stage only"}};
    const std::initializer_list<Choice> views = {
        {"stage", "Margins of the stage that is fitted to the model's embeddings"},
        {"heads", "… of the model's own attention heads: of each character's nearest head"},
        {"layers", "… of whole layers of attention: of each character's nearest layer"}};
    int kind = static_cast<int>(asked.kind), view = static_cast<int>(asked.view);
    if (segmented(theme, "kind", kinds, kind)) asked.kind = static_cast<MarginKind>(kind);
    flow(segmented_width(theme, views) + theme.px(4), theme.px(12));
    if (segmented(theme, "view", views, view)) asked.view = static_cast<MarginView>(view);
}

}  // namespace

void draw_text_legend(const Frames& frames, SetView& asked, const Theme& theme) {
    const float room = ImGui::GetContentRegionAvail().y;
    if (room < theme.px(104)) return;  // the menu Model has the choice, too
    const bool low = room < theme.px(136);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(8), theme.px(2)));
    draw_choices(asked, theme);
    if (frames.margins != nullptr && !frames.margins->sentence.empty())
        small_paragraph(theme, theme.text, frames.margins->sentence.c_str());
    if (!low && frames.margins != nullptr && frames.margins->measurable()) {
        const MarginFrame& margins = *frames.margins;
        const MarginRange range = margin_range(margins);
        const char* unit = margins.kind == MarginKind::determinant ? " nats" : "";
        const std::string ends =
            "shortest " + format_number(range.low, 2) + ", tallest " + format_number(range.high, 2);
        entry(theme, Mark::stands, "this side, " + ends + unit,
              "A bar that stands: how far the character is from the boundary, on this side of it.\n"
              "The shortest and tallest twentieth all have the height of the ends.\n"
              "A dot: not computed yet. Hollow: no boundary found in reach.");
        entry(theme, Mark::hangs, "beyond",
              "A bar that hangs: the character lies beyond the boundary, and this far from it.");
        entry(theme, Mark::ring, "support token", "Among the characters with the least margin");
        entry(theme, Mark::shade, "attended to",
              "How much the selected character attends to this one, in the chosen head");
        if (frames.holes != nullptr)
            entry(theme, Mark::hole, "hole",
                  "Taken as not given: the panel Holes shows what could stand there");
    }
    ImGui::PopStyleVar();
}

}  // namespace marginscope
