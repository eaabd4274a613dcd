// View state of the panels of the Path workspace.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/messages/command.h"
#include "figures/path_look.h"
#include "ui/path/band_cache.h"

namespace marginscope {

/// What the user typed; made into a plan when the path starts.
struct PlanForm {
    std::string lambdas = "0, 0.005, 0.01, 0.02, 0.05, 0.1";
    std::string train_noises = "0";
    std::string sigmas = "0.02, 0.05, 0.1";
    std::string relative_sigmas = "0.25, 0.5";
    std::string stage_sigmas;  // "": the one of `config`
    bool both_heads = false;
    int seeds = 2;
    int jobs = 0;  // 0: one for each core
    std::string folder;
    std::string text;  // "": the window's
    std::string init;  // "": new weights
    std::string open_folder;
    RunConfig config;
    std::string problem;  // what is wrong, in a sentence
    bool open = false;    // shown although a path is there
};

/// What was asked of Compare, and what was taken over into Train.
struct CompareView {
    bool asked = false;  // a second was chosen elsewhere: the panel comes to the front
    std::optional<RunConfig> adopted;  // by Train's form, as it was then
    std::string adopted_words;
};

struct PathView {
    PlanForm form;
    PathLook look;
    std::shared_ptr<const PathFrame> of;     // the frame and
    std::shared_ptr<const PathFrame> shown;  // its part that is shown, as of the last draw
    int quantity = 0;                        // of the grid's colours
    bool changes = false;                    // the grid shows what lambda_m changes in each recipe
    CompareView compare;
    BandCache bands;         // of the plots
    bool relative = false;   // unit of the noise in grid and plots
    std::string unit_of;     // the path whose own unit that is, until it is chosen
    bool rule_held = false;  // the slider of the rule is being moved
    double rule_percent = 2;
};

/// The path of `frames` as far as it is of the recipe that is shown.
std::shared_ptr<const PathFrame> shown_part(const std::shared_ptr<const PathFrame>& path,
                                            PathView& view);

}  // namespace marginscope
