// Two lambda_m or two models of a path, figure by figure.
#include "ui/path/compare_panel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/messages/split_words.h"
#include "figures/path/path_comparison.h"
#include "ui/flow.h"
#include "ui/path/adopt.h"
#include "ui/path/plot_parts.h"
#include "ui/widgets.h"
#include "ui/words.h"

namespace marginscope {
namespace {

/// One of the lambda, and all of its seeds or one.
void choice_row(const char* id, const PathFrame& path, PathChoice& choice, const Theme& theme) {
    ImGui::PushID(id);
    text_small(theme, theme.dim, id);
    PathChoice shown = choice;
    shown.seed.reset();
    const float seeds = theme.px(118), gap = ImGui::GetStyle().ItemSpacing.x;
    const float room = ImGui::GetContentRegionAvail().x;
    const bool one_line = room > seeds + gap + theme.px(150);
    if (begin_list("##lambda", choice_words(shown),
                   one_line ? std::min(theme.px(300), room - seeds - gap) : room, theme)) {
        for (const PathChoice& one : choices_of(path))
            if (ImGui::Selectable(choice_words(one).c_str(), one == shown)) choice = one;
        ImGui::EndCombo();
    }
    if (one_line) ImGui::SameLine();
    const std::string seed = choice.seed ? "seed " + std::to_string(*choice.seed) : "all seeds";
    if (begin_list("##seed", seed, seeds, theme)) {
        if (ImGui::Selectable("all seeds", !choice.seed)) choice.seed.reset();
        for (const PathCell& cell : path.cells)
            if (cell.lambda == choice.lambda && cell.train_noise == choice.train_noise &&
                ImGui::Selectable(("seed " + std::to_string(cell.seed)).c_str(),
                                  choice.seed == cell.seed))
                choice.seed = cell.seed;
        ImGui::EndCombo();
    }
    ImGui::PopID();
}

/// Decimals of a row: the interval's half width in two digits, or four digits of the values.
int decimals_of(const ComparedQuantity& row) {
    double step = 0.5 * (row.difference.high - row.difference.low);
    if (!(step > 0) || !std::isfinite(step))
        step = 0.01 * std::max(std::abs(row.first.value_or(0)), std::abs(row.second.value_or(0)));
    if (!(step > 0)) return 3;
    return std::clamp(1 + static_cast<int>(std::ceil(-std::log10(step))), 0, 6);
}

std::string fixed(double value, int decimals, bool sign) {
    if (!std::isfinite(value)) return kNoNumber;
    char text[64];
    std::snprintf(text, sizeof text, sign ? "%+.*f" : "%.*f", decimals, value);
    const bool zero = std::string_view(text).find_first_of("123456789") == std::string_view::npos;
    if (!zero) return text;
    return value == 0 ? "0" : format_number(value, 2);
}

struct RowWords {
    std::string name;
    std::array<std::string, 4> numbers;  // first, second, difference, interval
    ImU32 color = 0;
};
constexpr std::array<const char*, 4> kHeads = {"first", "second", "difference", "95 % interval"};

RowWords words_of(const ComparedQuantity& row, const PathComparison& of, const Theme& theme) {
    RowWords words{row.quantity.name, {}, row.told() ? theme.text : theme.dim};
    if (!row.first || !row.second) {
        words.numbers = {kNoNumber, kNoNumber, kNoNumber, "no pair yet"};
        return words;
    }
    const int decimals = decimals_of(row);
    words.numbers = {fixed(*row.first, decimals, false), fixed(*row.second, decimals, false),
                     fixed(row.difference.value, decimals, true),
                     std::isfinite(row.difference.low)
                         ? fixed(row.difference.low, decimals, true) + " … " +
                               fixed(row.difference.high, decimals, true)
                     : of.same_seeds ? "one seed"
                                     : "two models"};
    return words;
}

float mono_width(const std::string& words, const Theme& theme) {
    return width_of(theme.fonts.mono, theme.px(type::kSmall - 0.5F), words);
}

/// Right edges of the numbers; none where a line has no room for all of them.
std::array<float, 4> edges_of(const std::vector<RowWords>& rows, const Theme& theme) {
    float names = 0;
    std::array<float, 4> widths{};
    for (std::size_t k = 0; k < widths.size(); ++k) widths[k] = mono_width(kHeads[k], theme);
    for (const RowWords& row : rows) {
        names = std::max(names, width_of(theme.fonts.text, theme.px(type::kSmall), row.name));
        for (std::size_t k = 0; k < widths.size(); ++k)
            widths[k] = std::max(widths[k], mono_width(row.numbers[k], theme));
    }
    std::array<float, 4> edges{};
    float at = names;
    for (std::size_t k = 0; k < widths.size(); ++k) edges[k] = at += theme.px(12) + widths[k];
    return at <= ImGui::GetContentRegionAvail().x ? edges : std::array<float, 4>{};
}

void draw_line(const RowWords& row, const std::array<float, 4>& edges, const Theme& theme) {
    text_small(theme, row.color, row.name.c_str());
    ImGui::PushFont(theme.fonts.mono, type::kSmall - 0.5F);
    for (std::size_t k = 0; k < edges.size(); ++k) {
        ImGui::SameLine(edges[k] - ImGui::CalcTextSize(row.numbers[k].c_str()).x);
        text_colored(row.color, row.numbers[k].c_str());
    }
    ImGui::PopFont();
}

/// The same below each other, where the panel is narrow.
void draw_block(const RowWords& row, const Theme& theme) {
    text_small(theme, theme.text, row.name.c_str());
    for (std::size_t k = 0; k < kHeads.size(); ++k)
        value_row(theme, kHeads[k], row.numbers[k], row.color);
}

void hover_row(const ComparedQuantity& row) {
    if (!ImGui::IsItemHovered()) return;
    std::string words = row.quantity.name;
    if (!row.quantity.unit.empty()) words += ", " + row.quantity.unit;
    if (!row.quantity.direction.empty()) words += "; " + row.quantity.direction;
    if (row.first && row.second && *row.first != 0)
        words += "\ndifference: " + format_number(100 * row.difference.value / *row.first, 3) +
                 " % of the first";
    words += row.told() ? "\nTold from 0: its interval lies on one side" : "\nNot told from 0: dim";
    ImGui::SetTooltip("%s", words.c_str());
}

void draw_table(const PathComparison& comparison, const Theme& theme) {
    std::vector<RowWords> rows;
    for (const ComparedQuantity& row : comparison.rows)
        rows.push_back(words_of(row, comparison, theme));
    const std::array<float, 4> edges = edges_of(rows, theme);
    const bool wide = edges[0] > 0;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, theme.px(3)));
    if (wide)
        draw_line({"", {kHeads[0], kHeads[1], kHeads[2], kHeads[3]}, theme.dim}, edges, theme);
    for (std::size_t k = 0; k < rows.size(); ++k) {
        ImGui::BeginGroup();
        if (wide)
            draw_line(rows[k], edges, theme);
        else
            draw_block(rows[k], theme);
        ImGui::EndGroup();
        hover_row(comparison.rows[k]);
    }
    ImGui::PopStyleVar();
}

std::string pairs_words(const PathComparison& comparison) {
    if (comparison.pairs == 0) return "No seed is done in both yet.";
    if (!comparison.same_seeds)
        return "Two models of different seeds: their difference holds their luck as well.";
    if (comparison.pairs == 1) return "One seed that both have: no interval.";
    return "Over the " + std::to_string(comparison.pairs) +
           " seeds that both have; differences of the same seed.";
}

}  // namespace

void draw_path_compare(const Frames& frames, PathView& view, RunConfig& of_train,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    const PathFrame* path = frames.path.get();
    if (path == nullptr || path->cells.empty()) {
        empty_state(theme, "Nothing to compare yet",
                    "Two lambda_m or two models of a path side by side: choose them here, or click "
                    "one in the grid and another one with Ctrl.");
        return;
    }
    CompareView& compared = view.compare;
    PathLook& look = view.look;
    const auto [first, second] = compared_choices(*path, look.first, look.second);
    std::array<PathChoice, 2> choices = {first, second};
    for (std::size_t k = 0; k < choices.size(); ++k) {
        choice_row(kHeads[k], *path, choices[k], theme);
        ImGui::PushID(kHeads[k]);
        draw_adopt(*path, choices[k], compared, of_train, context);
        ImGui::PopID();
    }
    // Only what was chosen is kept: what is usual may change with the path.
    if (choices[0] != first) look.first = choices[0];
    if (choices[1] != second) look.second = choices[1];
    draw_adopted(compared, of_train, context);
    const PathComparison comparison = compare_choices(*path, choices[0], choices[1]);
    small_paragraph(theme, theme.dim, pairs_words(comparison).c_str());
    for (const SeedSplit& split : path->splits)
        if (std::find(choices.begin(), choices.end(),
                      PathChoice{split.lambda, split.train_noise, std::nullopt}) != choices.end())
            small_paragraph(theme, theme.text, split_sentence(split).c_str());
    draw_table(comparison, theme);
}

}  // namespace marginscope
