// The rows of the list.
#include "figures/figure_list.h"

#include <array>

#include "figures/decode/decode_figures.h"
#include "figures/path/path_figures.h"
#include "figures/playground/playground_figures.h"
#include "figures/robustness/robustness_figures.h"
#include "figures/train/train_figures.h"

namespace marginscope {
namespace {

constexpr std::array kFigures = std::to_array<FigureInfo>({
    {"decode.text", "decode.text", "Text with margins", make_text_figure},
    {"decode.candidates", "decode.candidates", "Next character", make_candidates_figure},
    {"decode.support", "decode.support", "Support tokens", make_support_figure},
    {"decode.attention", "decode.attention", "Attention", make_attention_figure},
    {"decode.attention_heads", "decode.attention", "Attention of all heads", make_heads_figure},
    {"decode.heads", "decode.heads", "Margins of all heads", make_head_margins_figure},
    {"decode.boundary", "decode.boundary", "Boundary", make_boundary_figure},
    {"decode.causes", "decode.causes", "Causes", make_causes_figure},
    {"decode.spectrum", "decode.causes", "Spectrum", make_spectrum_figure},
    {"decode.why", "decode.why", "Why", make_why_figure},
    {"decode.traces", "decode.traces", "Traces along the text", make_traces_figure},
    {"decode.branches", "decode.branches", "Branches", make_branches_figure},
    {"decode.compare", "decode.compare", "Two branches", make_comparison_figure},
    {"decode.twin", "decode.twin", "Twin under noise", make_twin_figure},
    {"decode.holes", "decode.holes", "What could stand in the holes", make_holes_figure},
    {"decode.fillings", "decode.holes", "Fillings of all holes", make_fillings_figure},
    {"decode.particles", "decode.particles", "Particles", make_particles_figure},
    {"decode.particle_worth", "decode.particles", "What particles are worth",
     make_particle_worth_figure},
    {"train.loss", "train.loss", "Loss and barrier", make_loss_figure},
    {"train.margins", "train.margins", "Margins over time", make_margin_history_figure},
    {"train.heads", "train.heads", "Heads over time", make_head_history_figure},
    {"path.grid", "path.grid", "Grid of a path", make_grid_figure},
    {"path.changes", "path.grid", "Changes in each head and sigma", make_path_changes_figure},
    {"path.losses", "path.losses", "Losses of a path", make_path_losses_figure},
    {"path.margins", "path.margins", "Margins of a path", make_path_margins_figure},
    {"path.pareto", "path.pareto", "Clean against noisy loss", make_pareto_figure},
    {"path.compare", "path.compare", "Two of a path", make_path_comparison_figure},
    {"path.proposal", "path.proposal", "Proposal", make_proposal_figure},
    {"playground.plane", "playground.plane", "Plane of a token", make_plane_figure},
    {"playground.tokens", "playground.tokens", "Margins of all tokens", make_tokens_figure},
    {"playground.barrier", "playground.barrier", "Barrier at work", make_objective_figure},
    {"playground.rests", "playground.rests", "The U of lambda_m", make_rests_figure},
    {"playground.svm", "playground.svm", "SVM", make_svm_figure},
    {"robustness.loss", "robustness.loss", "Loss under noise", make_robustness_loss_figure},
    {"robustness.flips", "robustness.flips", "Changed predictions", make_robustness_flips_figure},
    {"robustness.fragility", "robustness.fragility", "Margin against flipping noise",
     make_fragility_figure},
    {"robustness.predictors", "robustness.predictors", "What predicts fragility",
     make_predictors_figure},
    {"robustness.support", "robustness.support", "Noise on support tokens",
     make_support_noise_figure},
    {"robustness.stories", "robustness.stories", "Well-formed stories", make_stories_figure},
});

std::string_view workspace_of(std::string_view id) { return id.substr(0, id.find('.')); }
std::string_view name_of_figure(std::string_view id) { return id.substr(id.find('.') + 1); }

}  // namespace

std::span<const FigureInfo> figure_list() { return kFigures; }

const FigureInfo* find_figure(std::string_view workspace, std::string_view name) {
    for (const FigureInfo& figure : kFigures)
        if (workspace_of(figure.id) == workspace &&
            (figure.id == name || name_of_figure(figure.id) == name))
            return &figure;
    return nullptr;
}

std::vector<const FigureInfo*> figures_of_panel(std::string_view panel) {
    std::vector<const FigureInfo*> found;
    for (const FigureInfo& figure : kFigures)
        if (figure.panel == panel) found.push_back(&figure);
    return found;
}

std::vector<std::string> figure_names(std::string_view workspace) {
    std::vector<std::string> names;
    for (const FigureInfo& figure : kFigures)
        if (workspace_of(figure.id) == workspace) names.emplace_back(name_of_figure(figure.id));
    return names;
}

Figure make_figure(const FigureInfo& info, const FigureSource& source) {
    Figure figure;
    figure.id = info.id;
    figure.title = info.title;
    if (source.frames.decode != nullptr && workspace_of(info.id) == "decode")
        figure.metadata.emplace_back("model", source.frames.decode->model_path.empty()
                                                  ? source.frames.decode->model_label
                                                  : source.frames.decode->model_path);
    info.make(source, figure);
    if (!source.command.empty()) figure.metadata.emplace_back("command", source.command);
    return figure;
}

}  // namespace marginscope
