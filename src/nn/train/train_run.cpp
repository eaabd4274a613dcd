// How a run starts, goes on, forks and ends.
#include "nn/train/train_run.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/shown.h"
#include "nn/model/checkpoint.h"
#include "nn/model/checkpoint_parts.h"
#include "nn/model/config_json.h"
#include "nn/train/planned_changes.h"
#include "nn/train/run_agreement.h"
#include "nn/train/train_run_state.h"

namespace marginscope {

TrainRun::TrainRun(std::unique_ptr<State> state) : state_(std::move(state)) {}
TrainRun::TrainRun(TrainRun&&) noexcept = default;
TrainRun& TrainRun::operator=(TrainRun&&) noexcept = default;
TrainRun::~TrainRun() = default;

TrainRun TrainRun::start(const RunConfig& config, const Corpus& corpus,
                         const std::filesystem::path& folder, const StartModel& from,
                         Callbacks callbacks, const std::vector<RunEvent>& changes) {
    Trainer trainer(config, corpus, from.model.get());
    RunPlan planned;
    planned.text = trainer.text_fingerprint();
    planned.init = from.file;
    planned.init_sha256 = from.sha256;
    planned.changes = merged({}, changes);
    std::optional<RunFolder> made;
    // A run that begins from another model cannot be begun again from its config alone.
    std::optional<SafeTensors> begin;
    if (from.model != nullptr && !folder.empty()) begin = trainer.checkpoint();
    if (!folder.empty())
        made = RunFolder::create(folder, config_to_json(trainer.config()),
                                 {planned, begin ? &*begin : nullptr});
    auto state = std::make_unique<State>(std::move(trainer), std::move(made), std::move(callbacks));
    state->plan = planned;
    return TrainRun(std::move(state));
}

TrainRun TrainRun::resume(const std::filesystem::path& path, const Corpus& corpus,
                          Callbacks callbacks, int threads) {
    RunFolder folder = RunFolder::open_for_writing(path);
    const ResumePoint point = folder.prepare_resume();
    std::vector<std::string> warnings = point.warnings;
    RunPlan plan = folder.plan();
    plan.changes = merged(std::move(plan.changes), {});
    RunConfig config = config_from_json(folder.config(), shown_path(path / "config.json"));
    if (plan.steps) config.train.steps = static_cast<int>(*plan.steps);
    if (threads > 0) config.train.threads = threads;
    std::optional<Trainer> trainer;
    if (point.checkpoint) {
        const std::string name = shown_path(point.checkpoint->path);
        const SafeTensors file = read_safetensors(point.checkpoint->path);
        for (const std::string& note :
             check_agreement(config, checkpoint_config(file, name), point))
            warnings.push_back(note);
        trainer = Trainer::resume(file, name, config, corpus);
        if (trainer->step_count() != point.step)
            throw UserError("The checkpoint " + name + " is of step " +
                            std::to_string(trainer->step_count()) +
                            ", not of the step in its name; give it its name back.");
    } else {
        trainer.emplace(config, corpus);
        if (!plan.text.empty() && plan.text != trainer->text_fingerprint())
            throw UserError("The run in " + shown_path(path) +
                            " was begun with another text than the one given; resume it with the "
                            "same --text.");
    }
    for (const std::string& warning : warnings)
        if (callbacks.on_warning) callbacks.on_warning(warning);
    auto state =
        std::make_unique<State>(std::move(*trainer), std::move(folder), std::move(callbacks));
    state->plan = std::move(plan);
    state->waiting.assign(point.events.begin(), point.events.end());
    state->saved_step = point.step;
    state->since_step = point.step;
    state->fresh = point.step == 0;
    // Silently: these marks were shown when they were made. Those of this very step too: they came
    // after its checkpoint.
    while (!state->waiting.empty() && state->waiting.front().step <= point.step) {
        state->trainer.set_live(state->waiting.front().field, state->waiting.front().value);
        state->applied.push_back(state->waiting.front());
        state->waiting.pop_front();
    }
    return TrainRun(std::move(state));
}

TrainRun TrainRun::fork(const std::filesystem::path& path, const Corpus& corpus,
                        Callbacks callbacks) {
    State& s = *state_;
    s.report_steps(true);
    const std::int64_t step = s.trainer.step_count();
    const SafeTensors now = s.trainer.checkpoint();
    RunPlan plan = s.plan;
    plan.forked_from = s.folder ? s.folder->path().string() : "a training that is not written";
    plan.forked_at = step;
    std::optional<RunFolder> made;
    if (!path.empty()) {
        if (!s.folder)
            throw UserError(
                "The training writes nothing, so its fork cannot either: give the "
                "training a run folder first.");
        check_finite(now, path);
        made = RunFolder::create(path, s.folder->config(), {plan, &now, step, &*s.folder});
    }
    auto state = std::make_unique<State>(
        Trainer::resume(now, "the training as it is now", s.trainer.config(), corpus),
        std::move(made), std::move(callbacks));
    state->plan = std::move(plan);
    state->waiting = s.waiting;
    state->applied = s.applied;
    state->eval = s.eval;
    state->fresh = s.fresh;
    state->saved_step = state->folder ? step : 0;
    state->since_step = step;
    return TrainRun(std::move(state));
}

bool TrainRun::step() {
    State& s = *state_;
    if (!s.began) s.began = State::Clock::now();
    s.stopped = {};
    if (!s.trainer.finished()) s.apply_due();
    if (s.fresh) {
        s.fresh = false;
        s.evaluate();
    }
    if (s.trainer.finished()) {
        (void)s.save();
        return false;
    }
    s.trainer.step();
    s.report_steps();
    const std::int64_t step = s.trainer.step_count();
    const TrainConfig& train = s.trainer.config().train;
    if (step % train.eval_every == 0 || s.trainer.finished()) {
        s.evaluate();
        if (s.loss_is_reached()) s.plan_steps(step);
    }
    const bool last = s.trainer.finished();
    if (step % train.checkpoint_every == 0 || last) (void)s.save();
    return !last && !s.time_is_over();
}

void TrainRun::report_steps() { state_->report_steps(true); }

void TrainRun::set_live(const std::string& name, const FieldValue& value) {
    State& s = *state_;
    const RunEvent event = checked_event(s.trainer.step_count(), name, &value, {});
    s.apply_due();  // recorded changes of this very step come first, as in the file
    s.record(event);
}

void TrainRun::plan_changes(const std::vector<RunEvent>& changes) {
    State& s = *state_;
    RunPlan plan = s.plan;
    plan.changes = merged(plan.changes, changes);
    for (const RunEvent& change : changes)
        if (change.step < s.trainer.step_count() && !contains(s.applied, change) &&
            s.callbacks.on_warning)
            s.callbacks.on_warning("the change of " + change.field + " at step " +
                                   std::to_string(change.step) + " comes too late: the run is at " +
                                   std::to_string(s.trainer.step_count()) + " already.");
    s.keep(std::move(plan));
}

void TrainRun::plan_steps(std::int64_t steps) { state_->plan_steps(steps); }

std::filesystem::path TrainRun::save() { return state_->save(); }

bool TrainRun::has_unsaved_steps() const {
    return state_->folder.has_value() && state_->saved_step != state_->trainer.step_count();
}

const StopReason& TrainRun::stopped_by() const { return state_->stopped; }

Trainer& TrainRun::trainer() { return state_->trainer; }
const Trainer& TrainRun::trainer() const { return state_->trainer; }
std::filesystem::path TrainRun::folder() const {
    return state_->folder ? state_->folder->path() : std::filesystem::path();
}
const std::optional<EvalReport>& TrainRun::last_eval() const { return state_->eval; }

bool run_training(TrainRun& run, std::stop_token stop) {
    while (!stop.stop_requested()) {
        if (run.step()) continue;
        if (run.trainer().finished()) return true;
        break;
    }
    (void)run.save();
    return false;
}

}  // namespace marginscope
