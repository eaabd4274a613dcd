// The rows of the menu Robustness.
#include "ui/robustness/robustness_actions.h"

#include <vector>

#include "ui/robustness/robustness_form.h"

namespace marginscope {
namespace {

bool runs(const ActionContext& c) {
    return c.frames.robustness != nullptr && c.frames.robustness->running;
}

bool can_start(const ActionContext& c) {
    return !runs(c) && c.state.view<RobustnessView>().form.parts.any();
}

void start(ActionContext& c) {
    RobustnessForm& form = c.state.view<RobustnessView>().form;
    if (auto settings = settings_of(form))
        c.out.push_back(StartRobustness{std::move(*settings), form.parts});
}

void ask_for(ActionContext& c, RobustnessFile what) {
    BoxState& boxes = c.state.boxes;
    boxes.open = Box::open;
    boxes.wish = FileWish::open;
    boxes.path.clear();
    boxes.listing = {};  // read anew
    c.state.view<RobustnessView>().file = what;
}

}  // namespace

std::span<const Action> robustness_actions() {
    static const std::vector<Action> table = {
        {.id = "robustness.start",
         .menu = "Robustness",
         .name = "Measure",
         .enabled = can_start,
         .run = start},
        {.id = "robustness.stop",
         .menu = "Robustness",
         .name = "Stop measuring",
         .enabled = runs,
         .run = [](ActionContext& c) { c.out.push_back(StopRobustness{}); }},
        {.id = "robustness.add_model",
         .menu = "Robustness",
         .name = "Add a model…",
         .run = [](ActionContext& c) { ask_for(c, RobustnessFile::model); }},
        {.id = "robustness.text",
         .menu = "Robustness",
         .name = "Measure on a text of its own…",
         .run = [](ActionContext& c) { ask_for(c, RobustnessFile::text); }},
    };
    return table;
}

}  // namespace marginscope
