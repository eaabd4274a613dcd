// First and second choice by clicks.
#include "ui/path/choice.h"

#include <imgui.h>

namespace marginscope {
namespace {

/// The second choice, which brings Compare to the front. Without a first it is compared with
/// lambda 0.
void compare_with(const PathChoice& choice, PathView& view) {
    view.look.second = choice;
    view.compare.asked = true;
}

}  // namespace

void choose_model(const PathCell& cell, PathView& view, PanelContext& context) {
    const PathChoice choice{cell.lambda, cell.train_noise, cell.seed};
    if (ImGui::GetIO().KeyCtrl) return compare_with(choice, view);
    view.look.first = choice;
    context.selection.path_run = cell.run;
    context.out.push_back(LoadPathCell{cell.run});
}

void choose_lambda(double lambda, double train_noise, PathView& view) {
    const PathChoice choice{lambda, train_noise, std::nullopt};
    if (ImGui::GetIO().KeyCtrl) return compare_with(choice, view);
    view.look.first = choice;
}

std::vector<CardLine> choice_lines(const Theme& theme, bool one_model) {
    return {{"click", one_model ? "opens this model everywhere" : "takes it as first of Compare",
             theme.dim},
            {"Ctrl+click", "compares it with the first", theme.dim}};
}

}  // namespace marginscope
