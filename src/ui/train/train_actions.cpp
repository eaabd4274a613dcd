// The rows of the menu Train.
#include "ui/train/train_actions.h"

#include "core/error.h"
#include "ui/train/train_view.h"

namespace marginscope {
namespace {

bool is(const ActionContext& c, TrainingState state) {
    return c.frames.training != nullptr && c.frames.training->state == state;
}
bool goes_on(const ActionContext& c) {
    return is(c, TrainingState::running) || is(c, TrainingState::paused);
}
bool forked(const ActionContext& c) { return c.frames.fork != nullptr; }
bool may_fork(const ActionContext& c) {
    return !forked(c) && (goes_on(c) || is(c, TrainingState::finished));
}
bool may_start(const ActionContext& c) { return !goes_on(c); }

void start(ActionContext& c) {
    RunFormView& form = c.state.view<TrainView>().form;
    c.state.workspace = "train";
    try {
        validate(form.config);
        form.problem.clear();
        c.out.push_back(StartTraining{form.config, form.from_loaded, form.run_folder});
    } catch (const UserError& error) {
        form.problem = error.what();
    }
}

void pause_or_resume(ActionContext& c) {
    if (is(c, TrainingState::running))
        c.out.push_back(PauseTraining{});
    else
        c.out.push_back(ResumeTraining{});
}

bool can_undo(const ActionContext& c) {
    return !c.state.view<TrainView>().settings.undo_words({c.frames, c.state.history}).empty();
}
bool can_redo(const ActionContext& c) {
    return !c.state.view<TrainView>().settings.redo_words({c.frames, c.state.history}).empty();
}

void undo(ActionContext& c) {
    TrainView& view = c.state.view<TrainView>();
    view.settings.undo(view.form.config, {c.frames, c.state.history}, c.out);
}
void redo(ActionContext& c) {
    TrainView& view = c.state.view<TrainView>();
    view.settings.redo(view.form.config, {c.frames, c.state.history}, c.out);
}

std::vector<Action> run_rows() {
    return {
        {.id = "train.start",
         .menu = "Train",
         .name = "Start training",
         .enabled = may_start,
         .run = start},
        {.id = "train.pause",
         .menu = "Train",
         .name = "Pause or resume training",
         .keys = {ImGuiKey_Space},
         .only_in = "train",
         .enabled = goes_on,
         .run = pause_or_resume},
        {.id = "train.again",
         .menu = "Train",
         .name = "Start anew with the settings of the form",
         .enabled = goes_on,
         .run = start},
        {.id = "train.stop",
         .menu = "Train",
         .name = "Stop training; its model stays loaded",
         .enabled = goes_on,
         .run = [](ActionContext& c) { c.out.push_back(StopTraining{}); }},
        {.id = "train.step",
         .menu = "Train",
         .name = "One training step",
         .keys = {ImGuiKey_N},
         .repeats = true,
         .enabled = goes_on,
         .run = [](ActionContext& c) { c.out.push_back(StepTraining{1}); }},
    };
}

std::vector<Action> fork_rows() {
    return {
        {.id = "train.fork",
         .menu = "Train",
         .name = "Fork the training at this step",
         .enabled = may_fork,
         .run = [](ActionContext& c) { c.out.push_back(ForkTraining{}); }},
        {.id = "train.fork_keep",
         .menu = "Train",
         .name = "Keep the fork, leave its parent",
         .enabled = forked,
         .run = [](ActionContext& c) { c.out.push_back(CloseFork{true}); }},
        {.id = "train.fork_close",
         .menu = "Train",
         .name = "Close the fork",
         .enabled = forked,
         .run = [](ActionContext& c) { c.out.push_back(CloseFork{false}); }},
    };
}

std::vector<Action> settings_rows() {
    return {
        {.id = "train.undo",
         .menu = "Train",
         .name = "Undo the last change of a setting",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_Z},
         .repeats = true,
         .only_in = "train",
         .enabled = can_undo,
         .run = undo},
        {.id = "train.redo",
         .menu = "Train",
         .name = "Redo it",
         .keys = {ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z, ImGuiMod_Ctrl | ImGuiKey_Y},
         .repeats = true,
         .only_in = "train",
         .enabled = can_redo,
         .run = redo},
    };
}

}  // namespace

std::span<const Action> train_actions() {
    static const std::vector<Action> table = [] {
        std::vector<Action> all;
        for (auto part : {run_rows(), fork_rows(), settings_rows()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return table;
}

}  // namespace marginscope
