// A choice as the settings of a training.
#include "ui/path/adopt.h"

#include <algorithm>

#include "core/messages/cell_config.h"
#include "core/messages/recipe_words.h"
#include "core/run/config_words.h"
#include "core/shell_word.h"
#include "figures/path/path_comparison.h"
#include "ui/flow.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

bool same_settings(const RunConfig& a, const RunConfig& b) {
    return std::all_of(config_fields().begin(), config_fields().end(),
                       [&](const Field& field) { return field.get(a) == field.get(b); });
}

PathRecipe recipe_of(const PathFrame& path) {
    return path.cells.empty() ? PathRecipe{} : path.cells.front().recipe;
}

}  // namespace

RunConfig config_of(const PathFrame& path, const PathChoice& choice) {
    PathCell cell;
    cell.lambda = choice.lambda;
    cell.train_noise = choice.train_noise;
    cell.seed = choice.seed.value_or(path.plan.config.train.seed);
    cell.recipe = recipe_of(path);
    return cell_config(path.plan, cell);
}

std::string cell_command(const PathFrame& path, const PathChoice& choice) {
    RunConfig config = config_of(path, choice);
    config.train.threads = 1;  // as each model of a path
    std::string command = "marginscope train --out RUN";
    if (!path.plan.text.empty()) command += " --text " + shell_path(path.plan.text);
    if (path.plan.init.empty()) return command + config_flags(config);
    command += " --init " + shell_path(path.plan.init);
    return command + config_flags(config, [](const Field& field) {
               return field.name.starts_with("model.");
           });
}

void draw_adopt(const PathFrame& path, const PathChoice& choice, CompareView& view,
                RunConfig& of_train, PanelContext& context) {
    const std::string words = "Adopt " + format_number(choice.lambda);
    if (ImGui::SmallButton(words.c_str())) {
        const int threads = of_train.train.threads;
        of_train = config_of(path, choice);
        of_train.train.threads = threads;
        view.adopted = of_train;
        view.adopted_words = "Train's next run: " + choice_words(choice) + "; " +
                             recipe_words(recipe_of(path)) + "; everything else as in this path.";
    }
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Takes %s and everything it was trained with into\nTrain's form; "
            "text and threads stay as they are there.",
            choice_words(choice).c_str());
    const char* copy = "Copy as command";
    flow(button_width(copy), context.theme.px(6));
    if (ImGui::SmallButton(copy)) ImGui::SetClipboardText(cell_command(path, choice).c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("%s", "The command line of exactly this training");
}

void draw_adopted(const CompareView& view, const RunConfig& of_train, PanelContext& context) {
    if (!view.adopted || !same_settings(*view.adopted, of_train)) return;
    small_paragraph(context.theme, context.theme.good, view.adopted_words.c_str());
    if (ImGui::SmallButton("Show Train")) context.asked.emplace_back("workspace.train");
}

}  // namespace marginscope
