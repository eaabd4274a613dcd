// Limits, labels at line ends and legends of a path's plots.
#include "ui/path/plot_parts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/messages/split_words.h"
#include "figures/path/path_bands.h"
#include "ui/flow.h"
#include "ui/run_hue.h"
#include "ui/widgets.h"
#include "ui/words.h"

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
    if (mark == Mark::square)
        draw->AddRectFilled({center.x - r, center.y - r}, {center.x + r, center.y + r}, color);
    if (mark == Mark::line)
        draw->AddLine({center.x - r, center.y + r / 2}, {center.x + r, center.y - r / 2}, color,
                      theme.px(1.25F));
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
    // The first ones where there is not room for all; hovering the plot tells the rest.
    const auto rows = static_cast<std::size_t>(std::max(0.0F, (high - low) / line));
    const std::size_t count = std::min(labels.size(), rows);
    std::vector<float> wanted;
    for (std::size_t k = 0; k < count; ++k) wanted.push_back(labels[k].from.y);
    const std::vector<float> middle = spread(wanted, line, low + line / 2, high - line / 2);
    const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (std::size_t k = 0; k < count; ++k) {
        const EndLabel& label = labels[k];
        const float x = left + theme.px(10);
        // Only outside the plot: inside it a leader would look like data.
        draw->AddLine(ImVec2(left, label.from.y), ImVec2(x - theme.px(2), middle[k]),
                      with_alpha(label.color, 0.45F));
        ImGui::SetCursorScreenPos(ImVec2(x, middle[k] - theme.px(type::kSmall) * 0.62F));
        const std::string words =
            shortened(theme.fonts.text, theme.px(type::kSmall), label.words, right - x);
        text_small(theme, label.color, words.c_str());
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
        text_small(theme, theme.dim,
                   shortened(theme.fonts.text, theme.px(type::kSmall), entry.words,
                             width - mark_width(entry, theme))
                       .c_str());
    });
    ImGui::EndGroup();
}

bool begin_list(const char* id, const std::string& words, float width, const Theme& theme) {
    width = std::min(width, ImGui::GetContentRegionAvail().x);
    ImGui::SetNextItemWidth(width);
    const float room =
        width - ImGui::GetFrameHeight() - 2 * ImGui::GetStyle().FramePadding.x - theme.px(2);
    return ImGui::BeginCombo(
        id, shortened(theme.fonts.text, ImGui::GetFontSize(), words, room).c_str());
}

ImU32 lambda_color(const PathFrame& path, double lambda, const Theme& theme) {
    const std::vector<double> all = lambdas_of(path);
    return run_hue(
        theme, static_cast<int>(std::lower_bound(all.begin(), all.end(), lambda) - all.begin()));
}

void seeds_note(const SharedSeeds& shared, const Theme& theme, bool same_line) {
    const std::size_t count = shared.seeds.size();
    const std::string words = count == 0 ? "no seed yet"
                              : count == 1
                                  ? "one seed, no range"
                                  : "mean and range of " + std::to_string(count) + " seeds";
    if (same_line) flow(words_width(words, theme), theme.px(12));
    small_paragraph(theme, theme.dim, words.c_str());
    if (!ImGui::IsItemHovered()) return;
    std::string hint =
        "Lines are means, bands go from the smallest to the largest, over the seeds that are done "
        "at every lambda_m of a line.";
    if (shared.left_out > 0)
        hint += "\n" + std::to_string(shared.left_out) +
                " more finished models wait for the same seed at the other lambda_m.";
    ImGui::SetTooltip("%s", hint.c_str());
}

void splits_note(const PathFrame& path, const Theme& theme) {
    if (path.splits.empty()) return;
    std::vector<std::string> told;
    for (const SeedSplit& split : path.splits) told.push_back(split_sentence(split));
    std::string line = told.front();
    if (told.size() > 1)
        line += " At " + std::to_string(told.size() - 1) + " more lambda_m they split, too.";
    small_paragraph(theme, theme.text, line.c_str());
    if (!ImGui::IsItemHovered()) return;
    std::string hint =
        "Two groups lie more than four times as far apart as each is wide, and that is much "
        "beside "
        "what lambda_m does:\nthe same settings ended in two kinds of model. A mean would be of "
        "neither, so rings mark the two.";
    for (const std::string& one : told) hint += "\n" + one;
    ImGui::SetTooltip("%s", hint.c_str());
}

}  // namespace marginscope
