// The lambda_m that a rule proposes, and the paired differences it can be checked against.
#include "ui/path/proposal.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string signed_percent(double share) {
    if (!std::isfinite(share)) return "–";
    char text[24];
    std::snprintf(text, sizeof text, "%+.1f", 100.0 * share);
    return text;
}

void draw_card(const PathFrame& path, const Theme& theme) {
    if (!path.proposal) {
        paragraph(theme, theme.dim, "A proposal needs finished models at lambda_m 0 and at one other value at least.");
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
    slider(context.theme, {.label = "May cost, %", .scale = {0.0, 20.0, false, false, false}, .digits = 2, .hint = "Largest rise of the clean loss that the rule allows"},
           view.rule_percent);
    const bool differs = std::abs(view.rule_percent - 100.0 * path.max_clean_loss) > 1e-9;
    if (view.rule_held && !ImGui::IsAnyItemActive() && differs) context.out.push_back(SetCleanLossRule{view.rule_percent / 100.0});
    view.rule_held = ImGui::IsAnyItemActive();
}

void draw_row(const PairedDifference& one, const Theme& theme) {
    const bool clear = std::isfinite(one.low) && (one.low > 0 || one.high < 0);
    const ImU32 color = clear ? theme.text : theme.dim;
    const auto cell = [&](const std::string& words) {
        ImGui::TableNextColumn();
        text_small(theme, color, words.c_str());
    };
    ImGui::TableNextRow();
    cell(format_number(one.lambda) + (one.train_noise > 0 ? " + noise " + format_number(one.train_noise) : ""));
    cell(one.quantity);
    cell(signed_percent(one.mean));
    cell(signed_percent(one.low) + " … " + signed_percent(one.high));
    cell(std::to_string(one.seeds));
}

void draw_table(const PathFrame& path, const Theme& theme) {
    if (path.paired.empty()) return;
    heading(theme, "Against lambda_m 0, same seeds");
    constexpr ImGuiTableFlags kTable = ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingStretchProp;
    if (!ImGui::BeginTable("##paired", 5, kTable, ImVec2(0, std::max(theme.px(80), ImGui::GetContentRegionAvail().y)))) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    for (const char* name : {"lambda_m", "loss", "mean, %", "95 %", "seeds"}) ImGui::TableSetupColumn(name);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    ImGui::TableHeadersRow();
    ImGui::PopFont();
    for (const PairedDifference& one : path.paired) draw_row(one, theme);
    ImGui::EndTable();
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("Paired over seeds, Student intervals; dim rows hold 0 within their interval");
}

}  // namespace

void draw_proposal(const Frames& frames, PathView& view, PanelContext& context) {
    const PathFrame* path = frames.path.get();
    if (path == nullptr || path->cells.empty()) {
        empty_state(context.theme, "No proposal yet", "When a path is done, a rule proposes a lambda_m here and says why.");
        return;
    }
    draw_card(*path, context.theme);
    draw_rule(*path, view, context);
    draw_table(*path, context.theme);
}

}  // namespace marginscope
