// Rows with a swatch, a name and a cross.
#include "ui/robustness/model_list.h"

#include <algorithm>
#include <filesystem>

#include "files/paths.h"
#include "ui/flow.h"
#include "ui/path/plot_parts.h"
#include "ui/robustness/robustness_form.h"
#include "ui/run_hue.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string cell_words(const PathCell& cell) {
    std::string words = "path: lambda_m " + format_number(cell.lambda);
    if (cell.train_noise > 0) words += ", trained with noise " + format_number(cell.train_noise);
    return words + ", seed " + std::to_string(cell.seed);
}

/// A row; true when its cross was clicked.
bool draw_row(const std::string& words, int hue, bool removable, const Theme& theme) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float cross = removable ? theme.px(22) : 0, swatch = theme.px(14);
    // As high as the cross.
    const float width = ImGui::GetContentRegionAvail().x, height = theme.px(removable ? 28 : 20);
    const float px = theme.px(type::kSmall);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddCircleFilled({at.x + theme.px(5), at.y + height / 2}, theme.px(4),
                          run_hue(theme, hue));
    const std::string fits =
        shortened(theme.fonts.text, px, words, std::max(1.0F, width - cross - swatch));
    draw->AddText(theme.fonts.text, px, {at.x + swatch, at.y + (height - px) / 2 - theme.px(1)},
                  theme.text, fits.c_str());
    ImGui::Dummy(ImVec2(std::max(1.0F, width - cross - theme.px(4)), height));
    if (ImGui::IsItemHovered() && fits != words) ImGui::SetTooltip("%s", words.c_str());
    if (!removable) return false;
    ImGui::SameLine(0, theme.px(2));
    return icon_button(theme, "##remove", Icon::close, "Measure without this model");
}

}  // namespace

std::vector<OfferedModel> offered_models(const Frames& frames) {
    std::vector<OfferedModel> all = {{model_words("", frames), ""}};
    for (const std::string_view asset : {kSmallModelAsset, kPlainModelAsset})
        if (has_asset(asset)) {
            const std::filesystem::path path = asset_path(asset);
            all.push_back({"comes with the program: " + path.stem().string(), path.string()});
        }
    if (frames.path == nullptr) return all;
    for (const bool rival : {true, false})
        for (const PathCell& cell : frames.path->cells)
            if (cell.status == CellStatus::done && !cell.run.empty() &&
                (cell.train_noise > 0) == rival)
                all.push_back({cell_words(cell),
                               (std::filesystem::path(cell.run) / "fitted.safetensors").string()});
    return all;
}

void draw_model_list(const Frames& frames, RobustnessForm& form, PanelContext& context) {
    const Theme& theme = context.theme;
    std::vector<std::string>& models = form.settings.models;
    heading(theme, "Models");
    for (std::size_t k = 0; k < models.size(); ++k) {
        ImGui::PushID(static_cast<int>(k));
        const bool removed =
            draw_row(model_words(models[k], frames), static_cast<int>(k), models.size() > 1, theme);
        ImGui::PopID();
        if (!removed) continue;
        models.erase(models.begin() + static_cast<std::ptrdiff_t>(k));
        break;
    }
    if (begin_list("##offered", "Add a model", ImGui::GetContentRegionAvail().x, theme)) {
        if (ImGui::Selectable("A checkpoint, run or samples…"))
            context.asked.emplace_back("robustness.add_model");
        ImGui::Separator();
        int id = 0;
        for (const OfferedModel& offered : offered_models(frames)) {
            // Of some finished cells the results are kept, not the weights.
            std::error_code none;
            if (!offered.path.empty() && !std::filesystem::exists(offered.path, none)) continue;
            ImGui::PushID(id++);
            const bool there =
                std::find(models.begin(), models.end(), offered.path) != models.end();
            if (ImGui::Selectable(offered.words.c_str(), there)) add_model(form, offered.path);
            ImGui::PopID();
        }
        ImGui::EndCombo();
    }
}

}  // namespace marginscope
