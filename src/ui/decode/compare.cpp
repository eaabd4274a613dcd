// Two rows of cells above each other.
#include "ui/decode/compare.h"

#include <algorithm>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kCell = 20, kGlyph = 22, kBar = 14, kBetween = 8;  // design pixels

/// What the lines say under the rows: the sums of both from the parting on.
struct Summary {
    double logprob = 0;
    float margin = kNoValue;
    int margin_at = -1, crossings = 0;
    bool whole = true;  // every number is there
};

Summary summary_of(const std::vector<ComparedCell>& cells, const BranchComparison& comparison) {
    Summary s;
    const auto first = static_cast<std::size_t>(comparison.parting - comparison.begin);
    for (std::size_t k = first; k < cells.size(); ++k) {
        const ComparedCell& cell = cells[k];
        if (std::isnan(cell.entropy)) s.whole = false;
        if (!std::isnan(cell.logprob)) s.logprob += cell.logprob;
        if (std::isnan(cell.margin) || cell.margin >= s.margin) continue;
        s.margin = cell.margin;
        s.margin_at = comparison.begin + static_cast<int>(k);
        s.crossings = cell.crossings;
    }
    return s;
}

std::string sentence_of(const char* name, const std::vector<ComparedCell>& cells,
                        const BranchComparison& comparison) {
    const Summary s = summary_of(cells, comparison);
    std::string words = std::string(name) + ": ";
    words += s.whole ? "log p " + format_amount(s.logprob, "nats") : "log p still to come";
    if (s.margin_at >= 0)
        words += ", lowest margin " + format_number(s.margin) + " at " +
                 std::to_string(s.margin_at) + ", " + side_words(s.crossings);
    return words;
}

MarginRange range_of(const BranchComparison& comparison) {
    MarginRange range;
    bool any = false;
    for (const auto* cells : {&comparison.here, &comparison.there})
        for (const ComparedCell& cell : *cells) {
            if (!std::isfinite(cell.margin)) continue;
            range.low = any ? std::min(range.low, cell.margin) : cell.margin;
            range.high = any ? std::max(range.high, cell.margin) : cell.margin;
            any = true;
        }
    return range;
}

void draw_cell(const ComparedCell& cell, ImVec2 at, bool differs, const MarginRange& range,
               const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float width = theme.px(kCell), glyph = theme.px(kGlyph);
    const ImVec2 low(at.x + theme.px(1), at.y), high(at.x + width - theme.px(1), at.y + glyph);
    if (differs) draw->AddRectFilled(low, high, mix(theme.panel, theme.select, 0.3F), theme.px(3));
    draw_symbol(*draw, theme.fonts.mono, theme.px(type::kToken),
                ImVec2(at.x + width / 2, at.y + glyph / 2), differs ? theme.text : theme.dim,
                visible_symbol(cell.symbol));
    if (cell.support) outline(*draw, low, high, theme.ring, theme.px(3), theme.px(1.5F));
    if (std::isnan(cell.margin)) return;
    const float unit = range.to_unit(cell.margin);
    const float tall = theme.px(kBar) * std::max(0.08F, unit);
    const float base = at.y + glyph + theme.px(2) + theme.px(kBar);
    draw->AddRectFilled(ImVec2(low.x + theme.px(2), base - tall),
                        ImVec2(high.x - theme.px(2), base),
                        cell.crossings > 0 ? theme.accent : margin_color(theme, unit));
}

void draw_card(const BranchComparison& comparison, int k, const Theme& theme) {
    const auto at = static_cast<std::size_t>(k);
    const auto column = [&](const std::vector<ComparedCell>& cells, auto value) {
        return at < cells.size() ? value(cells[at]) : std::string(kNoNumber);
    };
    const auto both = [&](auto value) {
        return column(comparison.here, value) + "   " + column(comparison.there, value);
    };
    value_card(
        theme, "At " + std::to_string(comparison.begin + k) + ": text, branch",
        {{"character", both([](const ComparedCell& c) { return visible_symbol(c.symbol); })},
         {"log p", both([](const ComparedCell& c) { return format_number(c.logprob); })},
         {"entropy", both([](const ComparedCell& c) { return format_number(c.entropy, 3); })},
         {"margin", both([](const ComparedCell& c) { return format_number(c.margin); })}});
}

}  // namespace

void draw_comparison(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.branches == nullptr || frames.branches->comparison.node < 0) {
        empty_state(theme, "Nothing is compared",
                    "Press C, or right-click a branch in Branches, to see it beside the text.");
        return;
    }
    const BranchFrame& frame = *frames.branches;
    const BranchComparison& comparison = frame.comparison;
    const std::string head = "The text above, the branch below; they part at " +
                             std::to_string(comparison.parting) + ". Bars: " + name_of(frame.kind) +
                             " margin, pink beyond.";
    small_paragraph(theme, theme.dim, head.c_str());
    small_paragraph(theme, theme.text, sentence_of("Text", comparison.here, comparison).c_str());
    small_paragraph(theme, theme.text, sentence_of("Branch", comparison.there, comparison).c_str());
    const int count = static_cast<int>(std::max(comparison.here.size(), comparison.there.size()));
    const float row = theme.px(kGlyph + kBar + 4), step = theme.px(kCell);
    ImGui::BeginChild(
        "##cells",
        ImVec2(0, std::max(2 * row + theme.px(kBetween + 14), ImGui::GetContentRegionAvail().y)), 0,
        ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoNavInputs);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy(ImVec2(step * static_cast<float>(count), 2 * row + theme.px(kBetween)));
    const MarginRange range = range_of(comparison);
    const ImVec2 clip_min = ImGui::GetWindowDrawList()->GetClipRectMin(),
                 clip_max = ImGui::GetWindowDrawList()->GetClipRectMax();
    const int first = std::clamp(static_cast<int>((clip_min.x - at.x) / step), 0, count);
    const int last = std::clamp(static_cast<int>((clip_max.x - at.x) / step) + 1, first, count);
    for (int k = first; k < last; ++k) {
        const auto i = static_cast<std::size_t>(k);
        const bool differs = i >= comparison.here.size() || i >= comparison.there.size() ||
                             comparison.here[i].symbol != comparison.there[i].symbol;
        const float x = at.x + step * static_cast<float>(k);
        if (i < comparison.here.size())
            draw_cell(comparison.here[i], ImVec2(x, at.y), differs, range, theme);
        if (i < comparison.there.size())
            draw_cell(comparison.there[i], ImVec2(x, at.y + row + theme.px(kBetween)), differs,
                      range, theme);
    }
    const float parting = at.x + step * static_cast<float>(comparison.parting - comparison.begin);
    ImGui::GetWindowDrawList()->AddLine(ImVec2(parting, at.y),
                                        ImVec2(parting, at.y + 2 * row + theme.px(kBetween)),
                                        theme.select, theme.px(1));
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const int hovered = static_cast<int>((mouse.x - at.x) / step);
    if (ImGui::IsWindowHovered() && mouse.x >= at.x && hovered < count) {
        context.selection.hover_index = comparison.begin + hovered;
        draw_card(comparison, hovered, theme);
    }
    ImGui::EndChild();
}

}  // namespace marginscope
