// Lines and labels of live changes.
#include "ui/train/live_marks.h"

#include <implot.h>

#include <algorithm>

#include "core/run/run_config.h"
#include "ui/label_rows.h"

namespace marginscope {
namespace {

constexpr int kRows = 4;

/// Beside its line: to the right, or to the left where the plot ends before the label would.
LabelSpan span_of(float line, float width, float right_end, float gap) {
    const float left = line + gap;
    return left + width <= right_end ? LabelSpan{left, left + width}
                                     : LabelSpan{line - gap - width, line - gap};
}

}  // namespace

std::string mark_words(const std::string& label) {
    const std::size_t end = std::min(label.find(' '), label.size());
    const Field* field = find_field(label.substr(0, end));
    return field != nullptr ? field->label + label.substr(end) : label;
}

// The labels go straight to the draw list: ImPlot's own texts count as data of the automatic fit,
// and a label at the upper edge would push that edge up again in every frame.
void draw_live_marks(const TrainSeries& series, const Theme& theme, bool labels) {
    if (series.marks.empty()) return;
    const ImVec2 at = ImPlot::GetPlotPos(), size = ImPlot::GetPlotSize();
    const float gap = theme.px(4);
    ImDrawList* draw = ImPlot::GetPlotDrawList();
    std::vector<LabelSpan> spans;
    std::vector<std::string> words;
    ImPlot::PushPlotClipRect();
    for (const LiveMark& mark : series.marks) {
        const float x = ImPlot::PlotToPixels(static_cast<double>(mark.step), 0.0).x;
        if (x < at.x || x > at.x + size.x) continue;
        draw->AddLine(ImVec2(x, at.y), ImVec2(x, at.y + size.y), with_alpha(theme.select, 0.7F));
        words.push_back(mark_words(mark.label));
        spans.push_back(
            span_of(x, ImGui::CalcTextSize(words.back().c_str()).x, at.x + size.x, gap));
    }
    // A label that the plot has no room for is left to the hover card of its step.
    if (labels) {
        const std::vector<int> rows = label_rows(spans, kRows, gap);
        for (std::size_t k = 0; k < spans.size(); ++k)
            if (rows[k] >= 0 && spans[k].left >= at.x &&
                theme.px(2) + static_cast<float>(rows[k] + 1) * ImGui::GetTextLineHeight() <=
                    size.y)
                draw->AddText(ImVec2(spans[k].left,
                                     at.y + theme.px(2) +
                                         static_cast<float>(rows[k]) * ImGui::GetTextLineHeight()),
                              theme.text, words[k].c_str());
    }
    ImPlot::PopPlotClipRect();
}

void draw_moment_line(std::int64_t step, const Theme& theme, bool label) {
    if (step < 0) return;
    const ImVec2 at = ImPlot::GetPlotPos(), size = ImPlot::GetPlotSize();
    const float x = ImPlot::PlotToPixels(static_cast<double>(step), 0.0).x;
    if (x < at.x || x > at.x + size.x) return;
    ImDrawList* draw = ImPlot::GetPlotDrawList();
    ImPlot::PushPlotClipRect();
    draw->AddLine(ImVec2(x, at.y), ImVec2(x, at.y + size.y), theme.text, theme.px(1.5F));
    if (label) {
        const std::string words = "looked at: step " + std::to_string(step);
        const LabelSpan span =
            span_of(x, ImGui::CalcTextSize(words.c_str()).x, at.x + size.x, theme.px(4));
        const float y = at.y + size.y - ImGui::GetTextLineHeight() - theme.px(3);
        if (span.left >= at.x) draw->AddText(ImVec2(span.left, y), theme.text, words.c_str());
    }
    ImPlot::PopPlotClipRect();
}

}  // namespace marginscope
