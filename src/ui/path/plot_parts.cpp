// Limits, labels at line ends and legends of a path's plots.
#include "ui/path/plot_parts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "ui/path/path_curves.h"
#include "ui/run_hue.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

float words_width(const std::string& words, const Theme& theme) {
    return theme.fonts.text->CalcTextSizeA(theme.px(type::kSmall), 1e9F, 0, words.c_str()).x;
}

float mark_width(const LegendEntry& entry, const Theme& theme) {
    return entry.mark == Mark::none ? 0 : theme.px(13);
}

float row_height(const Theme& theme) { return theme.px(18); }

/// Calls `put` with every entry's place relative to the legend's corner; returns the height.
template <typename Put>
float lay_out(const std::vector<LegendEntry>& entries, float width, const Theme& theme, Put put) {
    ImVec2 at(0, 0);
    for (const LegendEntry& entry : entries) {
        const float own = mark_width(entry, theme) + words_width(entry.words, theme);
        if (at.x > 0 && at.x + own > width) at = ImVec2(0, at.y + row_height(theme));
        put(entry, at);
        at.x += own + theme.px(12);
    }
    return at.y + row_height(theme);
}

void draw_mark(Mark mark, ImVec2 center, ImU32 color, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float r = theme.px(4);
    if (mark == Mark::disc) draw->AddCircleFilled(center, r, color);
    if (mark == Mark::ring) draw->AddCircle(center, r, color, 0, theme.px(1.5F));
    if (mark != Mark::cross) return;
    const float s = r * 0.75F;
    draw->AddLine({center.x - s, center.y - s}, {center.x + s, center.y + s}, color,
                  theme.px(1.5F));
    draw->AddLine({center.x - s, center.y + s}, {center.x + s, center.y - s}, color,
                  theme.px(1.5F));
}

}  // namespace

std::vector<float> spread(const std::vector<float>& wanted, float height, float low, float high) {
    std::vector<float> at = wanted;
    if (at.empty()) return at;
    std::vector<std::size_t> order(at.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
    if (at.size() > 1)
        height = std::min(height, std::max(0.0F, high - low) / static_cast<float>(at.size() - 1));
    float from = low;
    for (const std::size_t k : order) {
        at[k] = std::max(at[k], from);
        from = at[k] + height;
    }
    float to = high;
    for (auto k = order.rbegin(); k != order.rend(); ++k) {
        at[*k] = std::min(at[*k], to);
        to = at[*k] - height;
    }
    return at;
}

float end_label_width(const std::vector<std::string>& words, const Theme& theme) {
    float width = 0;
    for (const std::string& one : words) width = std::max(width, words_width(one, theme));
    return width + theme.px(14);
}

void draw_end_labels(const std::vector<EndLabel>& labels, float left, float low, float high,
                     const Theme& theme) {
    const float line = theme.px(type::kSmall + 2);
    std::vector<float> wanted;
    for (const EndLabel& label : labels) wanted.push_back(label.from.y);
    const std::vector<float> middle = spread(wanted, line, low + line / 2, high - line / 2);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (std::size_t k = 0; k < labels.size(); ++k) {
        const EndLabel& label = labels[k];
        const float x = left + theme.px(10);
        const ImU32 faint = with_alpha(label.color, 0.45F);
        draw->AddLine(ImVec2(left, label.from.y), ImVec2(x - theme.px(2), middle[k]), faint);
        draw->AddLine(ImVec2(label.from.x + theme.px(5), label.from.y), ImVec2(left, label.from.y),
                      faint);
        ImGui::SetCursorScreenPos(ImVec2(x, middle[k] - theme.px(type::kSmall) * 0.62F));
        text_small(theme, label.color, label.words.c_str());
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", label.full.c_str());
    }
}

float legend_height(const std::vector<LegendEntry>& entries, float width, const Theme& theme) {
    return lay_out(entries, width, theme, [](const LegendEntry&, ImVec2) {});
}

void draw_legend(const std::vector<LegendEntry>& entries, float width, const Theme& theme) {
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    ImGui::BeginGroup();
    lay_out(entries, width, theme, [&](const LegendEntry& entry, ImVec2 at) {
        const ImVec2 place(corner.x + at.x, corner.y + at.y);
        draw_mark(entry.mark, ImVec2(place.x + theme.px(5), place.y + row_height(theme) / 2),
                  entry.color, theme);
        ImGui::SetCursorScreenPos(
            ImVec2(place.x + mark_width(entry, theme), place.y + theme.px(2)));
        text_small(theme, theme.dim, entry.words.c_str());
    });
    ImGui::EndGroup();
}

ImU32 lambda_color(const PathFrame& path, double lambda, const Theme& theme) {
    const std::vector<double> all = lambdas_of(path);
    return run_hue(
        theme, static_cast<int>(std::lower_bound(all.begin(), all.end(), lambda) - all.begin()));
}

void seeds_note(const PathFrame& path, const Theme& theme, bool same_line) {
    std::map<std::pair<double, double>, int> seeds;  // of each line's point
    for (const PathCell& cell : path.cells)
        if (cell.status == CellStatus::done) ++seeds[{cell.lambda, cell.train_noise}];
    int fewest = 0, most = 0;
    for (const auto& [point, count] : seeds) {
        fewest = most == 0 ? count : std::min(fewest, count);
        most = std::max(most, count);
    }
    const std::string words = most == 1 ? "one seed"
                                        : std::string("mean and range of ") +
                                              (fewest < most ? "up to " : "") +
                                              std::to_string(most) + " seeds";
    if (same_line) {
        ImGui::SameLine(0, theme.px(12));
        if (ImGui::GetContentRegionAvail().x < words_width(words, theme)) ImGui::NewLine();
    }
    text_small(theme, theme.dim, words.c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Lines are means over the finished seeds of each lambda_m,\nbands go from the smallest "
            "to the largest of them.");
}

}  // namespace marginscope
