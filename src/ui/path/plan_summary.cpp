// What a path is made of, as rows.
#include "ui/path/plan_summary.h"

#include <filesystem>
#include <set>

#include "figures/path/path_curves.h"
#include "figures/path/path_recipes.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string folder_name(const std::string& folder) {
    std::filesystem::path path(folder);
    if (!path.has_filename()) path = path.parent_path();
    return path.filename().empty() ? folder : path.filename().string();
}

/// A row of numbers; where they do not fit, the ends and how many.
void numbers_row(const Theme& theme, const char* name, const std::vector<double>& values) {
    if (values.empty()) return;
    std::string all;
    for (const double value : values) all += (all.empty() ? "" : "  ") + format_number(value);
    std::string words = all;
    ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
    if (ImGui::CalcTextSize(all.c_str()).x > ImGui::GetContentRegionAvail().x - theme.px(112))
        words = format_number(values.front()) + " … " + format_number(values.back()) + " (" +
                std::to_string(values.size()) + ")";
    ImGui::PopFont();
    value_row(theme, name, words);
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", all.c_str());
}

/// What every cell was trained with.
void draw_settings(const PathPlan& plan, const Theme& theme) {
    const ModelConfig& model = plan.config.model;
    const TrainConfig& train = plan.config.train;
    value_row(theme, "Text", plan.text.empty() ? "built-in stories" : folder_name(plan.text));
    if (ImGui::IsItemHovered() && !plan.text.empty()) ImGui::SetTooltip("%s", plan.text.c_str());
    if (!plan.init.empty()) {
        value_row(theme, "Begun from", folder_name(plan.init));
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", plan.init.c_str());
    }
    value_row(theme, "Layers × heads",
              std::to_string(model.layers) + " × " + std::to_string(model.heads));
    value_row(theme, "Width, context",
              std::to_string(model.width) + ", " + std::to_string(model.context));
    value_row(theme, "Steps × batch",
              std::to_string(train.steps) + " × " + std::to_string(train.batch));
    value_row(theme, "Learning rate", format_number(train.lr));
    value_row(theme, "Head",
              plan.both_heads          ? "tied, own"
              : plan.config.model.tied ? "tied"
                                       : "own");
    std::string sigmas;
    for (const std::string& sigma : plan.stage_sigmas)
        sigmas += (sigmas.empty() ? "" : ", ") + sigma;
    if (sigmas.empty()) sigmas = format_value(find_field("stage.sigma")->get(plan.config));
    value_row(theme, "Stage sigma", sigmas);
    if (plan.config.stage.sigma_floor > 0)
        value_row(theme, "Sigma floor × RMS", format_number(plan.config.stage.sigma_floor));
    if (plan.config.stage.input_rms > 0)
        value_row(theme, "Stage input RMS", format_number(plan.config.stage.input_rms));
    value_row(theme, "Barrier sits on", std::string(name_of(plan.config.barrier.site)));
    value_row(theme, "Stage is trained by", std::string(name_of(plan.config.stage.fit)));
}

}  // namespace

void draw_plan_summary(const PathFrame& path, const Theme& theme) {
    std::set<std::int64_t> seeds;
    for (const PathCell& cell : path.cells) seeds.insert(cell.seed);
    const std::vector<double> lambdas = lambdas_of(path), trained = train_noises_of(path);
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    std::string grid = std::to_string(lambdas.size()) + " lambda_m × " +
                       std::to_string(seeds.size()) + (seeds.size() == 1 ? " seed" : " seeds");
    if (const std::size_t recipes = recipes_of(path).size(); recipes > 1)
        grid.append(" × ").append(std::to_string(recipes)).append(" of head and sigma");
    if (trained.size() > 1) grid.append(" × ").append(std::to_string(trained.size()));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(8), theme.px(3)));
    value_row(theme, "Folder", folder_name(path.folder));
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", path.folder.c_str());
    value_row(theme, "Grid", grid);
    numbers_row(theme, "lambda_m", lambdas);
    numbers_row(theme, "Seeds", {seeds.begin(), seeds.end()});
    if (trained.back() > 0) numbers_row(theme, "Noise in training", trained);
    numbers_row(theme, "Judged at noise", sigmas_of(path, false));
    numbers_row(theme, "Judged at noise × RMS", sigmas_of(path, true));
    draw_settings(path.plan, theme);
    ImGui::PopStyleVar();
    ImGui::Dummy(ImVec2(0, theme.px(2)));
}

}  // namespace marginscope
