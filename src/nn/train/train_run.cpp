// The loop around a Trainer: what is due when, and in which order it goes to disk.
#include "nn/train/train_run.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/shown.h"
#include "nn/model/checkpoint.h"
#include "nn/model/checkpoint_parts.h"
#include "nn/model/config_json.h"
#include "nn/train/metrics_line.h"
#include "nn/train/run_agreement.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kReportEvery{50};

bool same_place(const RunEvent& a, const RunEvent& b) {
    return a.step == b.step && a.field == b.field;
}

bool contains(const std::vector<RunEvent>& events, const RunEvent& event) {
    return std::any_of(events.begin(), events.end(),
                       [&](const RunEvent& other) { return same_place(other, event); });
}

/// A live change as it is recorded; UserError for other fields and bad values.
RunEvent checked_event(std::int64_t step, const std::string& name, const FieldValue* value,
                       const std::string& text) {
    const Field* field = find_field(name);
    if (field == nullptr || !field->live)
        throw UserError(
            shown(name) + " cannot change while a model trains; start a new run for that.", 2);
    return {
        step, std::string(field->name),
        format_value(value != nullptr ? checked_value(*field, *value) : parse_value(*field, text))};
}

/// `changes` after `plan`'s, which they replace where both are of one field at one step; in order.
std::vector<RunEvent> merged(std::vector<RunEvent> plan, const std::vector<RunEvent>& changes) {
    for (const RunEvent& change : changes) {
        RunEvent checked = checked_event(change.step, change.field, nullptr, change.value);
        std::erase_if(plan, [&](const RunEvent& old) { return same_place(old, checked); });
        plan.push_back(std::move(checked));
    }
    std::stable_sort(plan.begin(), plan.end(),
                     [](const RunEvent& x, const RunEvent& y) { return x.step < y.step; });
    return plan;
}

}  // namespace

struct TrainRun::State {
    State(Trainer trained, std::optional<RunFolder> written, Callbacks called)
        : trainer(std::move(trained)), folder(std::move(written)), callbacks(std::move(called)) {}

    Trainer trainer;
    std::optional<RunFolder> folder;
    Callbacks callbacks;
    std::deque<RunEvent> waiting;  // recorded changes whose step is still to come
    std::vector<RunEvent> applied;
    RunPlan plan;
    std::optional<EvalReport> eval;
    std::int64_t saved_step = 0;
    bool fresh = true;  // nothing evaluated yet
    Clock::time_point since = Clock::now();
    std::int64_t since_step = 0;
    Clock::time_point reported;
    std::size_t unreported = 0;

    void apply(const RunEvent& event) {
        report_steps(true);  // first what came before
        trainer.set_live(event.field, event.value);
        applied.push_back(event);
        if (callbacks.on_live) callbacks.on_live(event.step, event.field, event.value);
    }

    const RunFolder* written() const { return folder ? &*folder : nullptr; }

    /// Recorded changes of this step first, as in the file; then the planned ones not yet made.
    void apply_due() {
        while (!waiting.empty() && waiting.front().step <= trainer.step_count()) {
            apply(waiting.front());
            waiting.pop_front();
        }
        for (const RunEvent& change : plan.changes)
            if (change.step == trainer.step_count() && !contains(applied, change)) record(change);
    }

    void keep(RunPlan changed) {
        if (folder && changed != plan) folder->write_plan(changed);
        plan = std::move(changed);
    }

    void record(const RunEvent& event) {
        if (folder) folder->append_event(event);
        waiting.clear();  // a change of one's own leaves the recorded history
        apply(event);
    }

    /// Hands out what is known of the steps so far: at once, or where reading waits now and then.
    /// UserError for a loss that is not finite.
    void report_steps(bool all = false) {
        const bool due = all || !trainer.reading_waits() || ++unreported >= Trainer::kMostReports ||
                         Clock::now() - reported >= kReportEvery;
        if (!due) return;
        for (const StepReport& report : trainer.take_reports()) {
            if (callbacks.on_step) callbacks.on_step(report);
            refuse_not_finite(report, written());
        }
        reported = Clock::now();
        unreported = 0;
    }

    void evaluate() {
        report_steps(true);
        const double secs = std::chrono::duration<double>(Clock::now() - since).count();
        const RunConfig& config = trainer.config();
        const auto steps = static_cast<double>(trainer.step_count() - since_step);
        const double rate =
            steps * config.train.batch * config.model.context / std::max(secs, 1e-9);
        eval = trainer.evaluate();
        if (folder) folder->append_metrics(metrics_line(trainer.report(), *eval, config, rate));
        if (callbacks.on_eval) callbacks.on_eval(*eval);
        refuse_not_finite(*eval, written());
        since = Clock::now();
        since_step = trainer.step_count();
    }

    std::filesystem::path save() {
        report_steps(true);
        if (!folder) return {};
        const std::int64_t step = trainer.step_count();
        const bool last = trainer.finished();
        const auto path = last ? folder->final_path() : folder->checkpoint_path(step);
        if (saved_step == step && (!last || folder->is_finished())) return path;
        const SafeTensors file = trainer.checkpoint();
        check_finite(file, path);
        folder->write_checkpoint(step, file);
        if (last) folder->write_final(file);
        saved_step = step;
        if (callbacks.on_saved) callbacks.on_saved(path.string());
        return path;
    }
};

TrainRun::TrainRun(std::unique_ptr<State> state) : state_(std::move(state)) {}
TrainRun::TrainRun(TrainRun&&) noexcept = default;
TrainRun& TrainRun::operator=(TrainRun&&) noexcept = default;
TrainRun::~TrainRun() = default;

TrainRun TrainRun::start(const RunConfig& config, const Corpus& corpus,
                         const std::filesystem::path& folder, const StartModel& from,
                         Callbacks callbacks, const std::vector<RunEvent>& changes) {
    Trainer trainer(config, corpus, from.model.get());
    const RunPlan planned{
        trainer.text_fingerprint(), from.file, from.sha256, {}, merged({}, changes)};
    std::optional<RunFolder> made;
    // A run that begins from another model cannot be begun again from its config alone.
    std::optional<SafeTensors> begin;
    if (from.model != nullptr && !folder.empty()) begin = trainer.checkpoint();
    if (!folder.empty())
        made = RunFolder::create(folder, config_to_json(trainer.config()),
                                 begin ? &*begin : nullptr, planned);
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

bool TrainRun::step() {
    State& s = *state_;
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
    const bool last = s.trainer.finished();
    if (step % train.eval_every == 0 || last) s.evaluate();
    if (step % train.checkpoint_every == 0 || last) (void)s.save();
    return !last;
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

void TrainRun::plan_steps(std::int64_t steps) {
    State& s = *state_;
    s.trainer.set_steps(steps);
    RunPlan plan = s.plan;
    plan.steps = steps;
    s.keep(std::move(plan));
}

std::filesystem::path TrainRun::save() { return state_->save(); }

bool TrainRun::has_unsaved_steps() const {
    return state_->folder.has_value() && state_->saved_step != state_->trainer.step_count();
}

Trainer& TrainRun::trainer() { return state_->trainer; }
const Trainer& TrainRun::trainer() const { return state_->trainer; }
std::filesystem::path TrainRun::folder() const {
    return state_->folder ? state_->folder->path() : std::filesystem::path();
}
const std::optional<EvalReport>& TrainRun::last_eval() const { return state_->eval; }

bool run_training(TrainRun& run, std::stop_token stop) {
    while (!stop.stop_requested())
        if (!run.step()) return true;
    (void)run.save();
    return false;
}

}  // namespace marginscope
