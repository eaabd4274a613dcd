// What is due when, and in which order it goes to disk.
#include "nn/train/train_run_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/words.h"
#include "nn/model/checkpoint.h"
#include "nn/train/metrics_line.h"
#include "nn/train/planned_changes.h"
#include "nn/train/run_agreement.h"

namespace marginscope {
namespace {

constexpr std::chrono::milliseconds kReportEvery{50};

}  // namespace

void TrainRun::State::apply(const RunEvent& event) {
    report_steps(true);  // first what came before
    trainer.set_live(event.field, event.value);
    applied.push_back(event);
    if (callbacks.on_live) callbacks.on_live(event.step, event.field, event.value);
}

void TrainRun::State::apply_due() {
    while (!waiting.empty() && waiting.front().step <= trainer.step_count()) {
        apply(waiting.front());
        waiting.pop_front();
    }
    for (const RunEvent& change : plan.changes)
        if (change.step == trainer.step_count() && !contains(applied, change)) record(change);
}

void TrainRun::State::keep(RunPlan changed) {
    if (folder && changed != plan) folder->write_plan(changed);
    plan = std::move(changed);
}

void TrainRun::State::record(const RunEvent& event) {
    if (folder) folder->append_event(event);
    waiting.clear();  // a change of one's own leaves the recorded history
    apply(event);
}

void TrainRun::State::report_steps(bool all) {
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

void TrainRun::State::evaluate() {
    report_steps(true);
    const double secs = std::chrono::duration<double>(Clock::now() - since).count();
    const RunConfig& config = trainer.config();
    const auto steps = static_cast<double>(trainer.step_count() - since_step);
    const double rate = steps * config.train.batch * config.model.context / std::max(secs, 1e-9);
    eval = trainer.evaluate();
    if (folder) folder->append_metrics(metrics_line(trainer.report(), *eval, config, rate));
    if (callbacks.on_eval) callbacks.on_eval(*eval);
    refuse_not_finite(*eval, written());
    since = Clock::now();
    since_step = trainer.step_count();
}

bool TrainRun::State::loss_is_reached() {
    const double wanted = trainer.config().train.stop_loss;
    if (trainer.finished() || !(wanted > 0) || !(eval->val_ce <= wanted)) return false;
    stopped = {StopReason::Kind::loss_reached,
               "The validation loss is " + format_number(eval->val_ce, 6) + ", at most the " +
                   format_value(wanted) + " to stop at; the run ends at step " +
                   std::to_string(trainer.step_count()) + "."};
    return true;
}

bool TrainRun::State::time_is_over() {
    const double minutes = trainer.config().train.stop_minutes;
    const std::chrono::duration<double> spent = Clock::now() - *began;
    if (!(minutes > 0) || spent.count() < 60.0 * minutes) return false;
    stopped = {StopReason::Kind::time_over, "The " + format_value(minutes) +
                                                " minutes of this run are over at step " +
                                                std::to_string(trainer.step_count()) + "."};
    began.reset();  // who goes on has as many again
    return true;
}

std::filesystem::path TrainRun::State::save() {
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

void TrainRun::State::plan_steps(std::int64_t steps) {
    trainer.set_steps(steps);
    RunPlan changed = plan;
    changed.steps = steps;
    keep(std::move(changed));
}

}  // namespace marginscope
