// The lambda_m that a rule proposes, and the paired differences it can be checked against.
#include "ui/path/proposal.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/path/plot_parts.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string signed_percent(double share) {
    if (!std::isfinite(share)) return "–";
    char text[24];
    // Beyond a hundred the decimals would only widen the column.
    std::snprintf(text, sizeof text, std::abs(share) < 1 ? "%+.1f" : "%+.0f", 100.0 * share);
    return text;
}

/// "noise 0.25 RMS" as "σ 0.25 RMS", for the narrow column; other names as they are.
std::string short_name(const std::string& quantity) {
    return quantity.starts_with("noise ") ? "σ " + quantity.substr(6) : quantity;
}

std::string full_name(const std::string& quantity) {
    if (quantity == "clean") return "Cross-entropy without noise";
    if (!quantity.starts_with("noise ")) return quantity;
    const bool relative = quantity.ends_with(" RMS");
    const std::string sigma = quantity.substr(6, quantity.size() - 6 - (relative ? 4 : 0));
    return "Cross-entropy under noise σ = " + sigma +
           (relative ? " times the model's own embedding RMS"
                     : " per coordinate of the embeddings");
}

void draw_card(const PathFrame& path, const Theme& theme) {
    if (!path.proposal) {
        paragraph(
            theme, theme.dim,
            "A proposal needs finished models at lambda_m 0 and at one other value at least.");
        return;
    }
    ImGui::PushFont(theme.fonts.semibold, type::kDisplay);
    ImGui::TextUnformatted(("lambda_m = " + format_number(path.proposal->lambda)).c_str());
    ImGui::PopFont();
    paragraph(theme, theme.text, path.proposal->reason.c_str());
    paragraph(theme, theme.dim, ("Rule: " + path.proposal->rule + ".").c_str());
}

void draw_rule(const PathFrame& path, PathView& view, PanelContext& context) {
    if (!view.rule_held) view.rule_percent = 100.0 * path.max_clean_loss;
    slider(context.theme,
           {.label = "May cost, %",
            .scale = {0.0, 20.0, false, false, false},
            .digits = 2,
            .hint = "Largest rise of the clean loss that the rule allows"},
           view.rule_percent);
    const bool differs = std::abs(view.rule_percent - 100.0 * path.max_clean_loss) > 1e-9;
    if (view.rule_held && !ImGui::IsAnyItemActive() && differs)
        context.out.push_back(SetCleanLossRule{view.rule_percent / 100.0});
    view.rule_held = ImGui::IsAnyItemActive();
}

std::string interval(const PairedDifference& one) {
    if (!std::isfinite(one.low)) return "one seed";
    return signed_percent(one.low) + " … " + signed_percent(one.high);
}

/// Right edges of the two columns of numbers, from the left of the line.
struct Columns {
    float mean = 0, interval = 0;
};

void put_right(const std::string& words, float right, ImU32 color, const Theme& theme) {
    ImGui::PushFont(theme.fonts.mono, type::kSmall - 0.5F);
    ImGui::SameLine(right - ImGui::CalcTextSize(words.c_str()).x);
    text_colored(color, words.c_str());
    ImGui::PopFont();
}

Columns columns_for(const PathFrame& path, const Theme& theme) {
    float widest = 0;
    ImGui::PushFont(theme.fonts.mono, type::kSmall - 0.5F);
    for (const PairedDifference& one : path.paired)
        widest = std::max(widest, ImGui::CalcTextSize(interval(one).c_str()).x);
    ImGui::PopFont();
    const float right = ImGui::GetContentRegionAvail().x - theme.px(2);
    return {right - widest - theme.px(10), right};
}

void draw_row(const PairedDifference& one, const Columns& columns, const Theme& theme) {
    const bool clear = std::isfinite(one.low) && (one.low > 0 || one.high < 0);
    const ImU32 color = clear ? theme.text : theme.dim;
    text_small(theme, color, short_name(one.quantity).c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("%s, over %d %s", full_name(one.quantity).c_str(), one.seeds,
                          one.seeds == 1 ? "seed" : "seeds");
    put_right(signed_percent(one.mean), columns.mean, color, theme);
    put_right(interval(one), columns.interval, color, theme);
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
    if (first.train_noise > 0) words += ", noise " + format_number(first.train_noise);
    text_colored(theme.text, words.c_str());
    ImGui::PopFont();
    ImGui::SameLine(0, theme.px(8));
    const std::string seeds = std::to_string(first.seeds) + (first.seeds == 1 ? " seed" : " seeds");
    text_small(theme, theme.dim, seeds.c_str());
}

void draw_table(const PathFrame& path, const Theme& theme) {
    if (path.paired.empty()) return;
    heading(theme, "Against lambda_m 0, same seeds");
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Relative differences paired over seeds, Student intervals;\n"
            "dim rows hold 0 within their interval");
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, theme.px(2)));
    const float height = std::max(theme.px(80), ImGui::GetContentRegionAvail().y);
    if (ImGui::BeginChild("##paired", ImVec2(0, height))) {
        const Columns columns = columns_for(path, theme);
        text_small(theme, theme.dim, "loss");
        put_right("mean %", columns.mean, theme.dim, theme);
        put_right("95 % interval", columns.interval, theme.dim, theme);
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

void draw_proposal(const Frames& frames, PathView& view, PanelContext& context) {
    const PathFrame* path = frames.path.get();
    if (path == nullptr || path->cells.empty()) {
        empty_state(context.theme, "No proposal yet",
                    "When a path is done, a rule proposes a lambda_m here and says why.");
        return;
    }
    draw_card(*path, context.theme);
    draw_rule(*path, view, context);
    draw_table(*path, context.theme);
}

}  // namespace marginscope
