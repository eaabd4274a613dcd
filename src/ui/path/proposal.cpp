// The lambda_m that a rule proposes, and the paired differences it can be checked against.
#include "ui/path/proposal.h"

#include <algorithm>
#include <cmath>

#include "core/messages/split_words.h"
#include "figures/path/change_words.h"
#include "ui/flow.h"
#include "ui/path/add_seeds.h"
#include "ui/path/adopt.h"
#include "ui/path/plot_parts.h"
#include "ui/widgets.h"
#include "ui/words.h"

namespace marginscope {
namespace {

/// "noise 0.25 RMS" as "σ 0.25 RMS", for the narrow column; other names as they are.
std::string short_name(const std::string& quantity) {
    return quantity.starts_with("noise ") ? "σ " + quantity.substr(6) : quantity;
}

void headline(const Theme& theme, float size, const std::string& words) {
    ImGui::PushFont(theme.fonts.semibold, size);
    ImGui::PushTextWrapPos(0.0F);
    ImGui::TextUnformatted(words.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
}

/// A value in the largest letters only where the seeds tell it from 0.
void draw_card(const PathFrame& path, const Theme& theme) {
    if (!path.proposal) {
        paragraph(theme, theme.dim,
                  "A proposal needs models of the same seed that are done at lambda_m 0 and at one "
                  "other value at least.");
        return;
    }
    const PathProposal& proposal = *path.proposal;
    if (proposal.settled) {
        headline(theme, type::kDisplay, "lambda_m = " + format_number(proposal.lambda));
        paragraph(theme, theme.text, proposal.reason.c_str());
    } else {
        const std::size_t colon = proposal.reason.find(": ");
        headline(theme, type::kTitle, proposal.reason.substr(0, colon));
        if (colon != std::string::npos)
            paragraph(theme, theme.text, proposal.reason.substr(colon + 2).c_str());
    }
    paragraph(theme, theme.dim, ("Rule: " + proposal.rule + ".").c_str());
}

/// What settles an open question, or takes over what is settled.
void draw_next(const PathFrame& path, PathView& view, RunConfig& of_train, PanelContext& context) {
    if (!path.proposal) return;
    const PathProposal& proposal = *path.proposal;
    const bool shown = path.cells.front().recipe == proposal.recipe;
    if (proposal.settled && proposal.lambda > 0 && shown)
        draw_adopt(path, {proposal.lambda, 0, std::nullopt}, view.compare, of_train, context);
    draw_adopted(view.compare, of_train, context);
    draw_add_seeds(path, context);
}

void draw_rule(const PathFrame& path, PathView& view, PanelContext& context) {
    if (!view.rule_held) view.rule_percent = 100.0 * path.max_clean_loss;
    slider(
        context.theme,
        {.label = "Clean cost, %",
         .scale = {0.0, 20.0, false, false, false},
         .digits = 2,
         .hint = "What a proposed lambda_m may cost: the largest rise of the loss on clean text"},
        view.rule_percent);
    const bool differs = std::abs(view.rule_percent - 100.0 * path.max_clean_loss) > 1e-9;
    if (view.rule_held && !ImGui::IsAnyItemActive() && differs)
        context.out.push_back(SetCleanLossRule{view.rule_percent / 100.0});
    view.rule_held = ImGui::IsAnyItemActive();
}

constexpr const char* kLossHead = "loss";
constexpr const char* kMeanHead = "mean %";
constexpr const char* kIntervalHead = "95 % interval";

/// Right edges of the two columns of numbers, from the left of the line; heads count as cells. With
/// `stacked` the numbers stand below the names, where a line is too narrow for all three.
struct Columns {
    float mean = 0, interval = 0;
    bool stacked = false;
};

float mono_width(const std::string& words, const Theme& theme) {
    const float size = theme.px(type::kSmall - 0.5F);
    return theme.fonts.mono->CalcTextSizeA(size, 1e9F, 0, words.c_str()).x;
}

void put_right(const std::string& words, float right, ImU32 color, const Theme& theme) {
    ImGui::PushFont(theme.fonts.mono, type::kSmall - 0.5F);
    ImGui::SameLine(std::max(0.0F, right - ImGui::CalcTextSize(words.c_str()).x));
    text_colored(color, words.c_str());
    ImGui::PopFont();
}

Columns columns_for(const PathFrame& path, const Theme& theme) {
    float means = mono_width(kMeanHead, theme), intervals = mono_width(kIntervalHead, theme);
    float names = 0;
    for (const PairedDifference& one : path.paired) {
        means = std::max(means, mono_width(mean_words(one), theme));
        intervals = std::max(intervals, mono_width(interval_words(one), theme));
        const std::string name = short_name(one.quantity);
        names = std::max(
            names,
            theme.fonts.text->CalcTextSizeA(theme.px(type::kSmall), 1e9F, 0, name.c_str()).x);
    }
    const float gap = theme.px(10);
    const float right = ImGui::GetContentRegionAvail().x - theme.px(2);
    const float line = names + gap + means + gap + intervals;
    return {right - intervals - gap, right, line > right};
}

void draw_line(const char* name, const std::string& mean, const std::string& interval, ImU32 color,
               const Columns& columns, const Theme& theme) {
    text_small(theme, color, name);
    if (columns.stacked) ImGui::Dummy(ImVec2(0, 0));
    put_right(mean, columns.mean, color, theme);
    put_right(interval, columns.interval, color, theme);
}

void draw_row(const PairedDifference& one, const Columns& columns, const Theme& theme) {
    const ImU32 color = one.told() ? theme.text : theme.dim;
    ImGui::BeginGroup();
    draw_line(short_name(one.quantity).c_str(), mean_words(one), interval_words(one), color,
              columns, theme);
    ImGui::EndGroup();
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "%s, over %d %s\n%s", full_name(one.quantity).c_str(), one.seeds,
            one.seeds == 1 ? "seed" : "seeds",
            one.told() ? "Told from 0: its interval lies on one side" : "Not told from 0: dim");
}

/// "lambda_m 0.01, 2 seeds" over the rows of one lambda, with its colour.
void draw_group(const PathFrame& path, const PairedDifference& first, const Theme& theme) {
    ImGui::Dummy(ImVec2(0, theme.px(1)));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float radius = theme.px(4);
    ImGui::GetWindowDrawList()->AddCircleFilled(
        ImVec2(at.x + radius, at.y + theme.px(type::kSmall) * 0.62F), radius,
        lambda_color(path, first.lambda, theme));
    ImGui::Dummy(ImVec2(2 * radius, 1));
    ImGui::SameLine(0, theme.px(5));
    ImGui::PushFont(theme.fonts.semibold, type::kSmall);
    std::string words = "lambda_m " + format_number(first.lambda);
    if (first.train_noise > 0) words += ", trained with noise " + format_number(first.train_noise);
    text_colored(theme.text, shortened(theme.fonts.semibold, theme.px(type::kSmall), words,
                                       ImGui::GetContentRegionAvail().x)
                                 .c_str());
    ImGui::PopFont();
    const std::string seeds = std::to_string(first.seeds) + (first.seeds == 1 ? " seed" : " seeds");
    flow(theme.fonts.text->CalcTextSizeA(theme.px(type::kSmall), 1e9F, 0, seeds.c_str()).x,
         theme.px(8));
    text_small(theme, theme.dim, seeds.c_str());
    for (const SeedSplit& split : path.splits) {
        if (split.lambda != first.lambda || split.train_noise != first.train_noise) continue;
        const char* note = "seeds split";
        flow(width_of(theme.fonts.text, theme.px(type::kSmall), note), theme.px(8));
        text_small(theme, theme.text, note);
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", split_sentence(split).c_str());
    }
}

void draw_table(const PathFrame& path, const Theme& theme) {
    if (path.paired.empty()) return;
    heading(theme, "Against lambda_m 0, same seeds");
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Relative differences of the loss, paired over seeds, with Student's 95 %% intervals.\n"
            "Below 0 is better. Bright rows are told from 0, dim rows hold 0 in their interval.");
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, theme.px(2)));
    const float height = std::max(theme.px(80), ImGui::GetContentRegionAvail().y);
    if (ImGui::BeginChild("##paired", ImVec2(0, height))) {
        const Columns columns = columns_for(path, theme);
        draw_line(kLossHead, kMeanHead, kIntervalHead, theme.dim, columns, theme);
        const PairedDifference* before = nullptr;
        for (const PairedDifference& one : path.paired) {
            const bool same = before != nullptr && before->lambda == one.lambda &&
                              before->train_noise == one.train_noise;
            if (!same) draw_group(path, one, theme);
            draw_row(one, columns, theme);
            before = &one;
        }
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

}  // namespace

void draw_proposal(const Frames& frames, PathView& view, RunConfig& of_train,
                   PanelContext& context) {
    const PathFrame* path = frames.path.get();
    if (path == nullptr || path->cells.empty()) {
        empty_state(context.theme, "No proposal yet",
                    "When a path is done, a rule proposes a lambda_m here and says why.");
        return;
    }
    draw_card(*path, context.theme);
    draw_next(*path, view, of_train, context);
    draw_rule(*path, view, context);
    draw_table(*path, context.theme);
}

}  // namespace marginscope
