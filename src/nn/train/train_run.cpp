// The loop around a Trainer: what is due when, and in which order it goes to disk.
#include "nn/train/train_run.h"

#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "nn/barrier/barrier_estimate.h"
#include "nn/model/config_json.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kReportEvery{50};

nlohmann::json metrics_line(const StepReport& step, const EvalReport& eval, const RunConfig& config,
                            double tokens_per_s) {
    const bool trained = step.step > 0;
    const auto of_step = [&](double value) {
        return trained ? json_number(value) : nlohmann::json();
    };
    const auto estimated = [&](double value) {
        return is_estimated(config.barrier) ? json_number(value) : nlohmann::json();
    };
    return {{"step", eval.step},
            {"ce", of_step(step.ce)},
            {"val_ce", json_number(eval.val_ce)},
            {"barrier", json_number(eval.barrier)},
            {"barrier_error", json_number(eval.barrier_error)},
            {"barrier_estimate", estimated(eval.barrier_estimate)},
            {"barrier_estimate_error", estimated(eval.barrier_estimate_error)},
            {"barrier_bound", estimated(eval.barrier_bound)},
            {"logdet_mean", json_number(eval.logdet_mean)},
            {"sigma_min_min", json_number(eval.sigma_min_min)},
            {"share_beyond", json_number(eval.share_beyond)},
            {"capped", eval.capped},
            {"singular", eval.singular},
            {"embedding_rms", json_number(eval.embedding_rms)},
            {"grad_norm", of_step(step.grad_norm)},
            {"lr", of_step(step.lr)},
            {"lambda", json_number(config.barrier.lambda)},
            {"train_noise", json_number(config.train.noise)},
            {"tokens_per_s", of_step(tokens_per_s)}};
}

}  // namespace

struct TrainRun::State {
    State(Trainer trained, std::optional<RunFolder> written, Callbacks called)
        : trainer(std::move(trained)), folder(std::move(written)), callbacks(std::move(called)) {}

    Trainer trainer;
    std::optional<RunFolder> folder;
    Callbacks callbacks;
    std::deque<RunEvent> waiting;  // recorded changes whose step is still to come
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
        if (callbacks.on_live) callbacks.on_live(event.step, event.field, event.value);
    }

    void apply_due() {
        while (!waiting.empty() && waiting.front().step <= trainer.step_count()) {
            apply(waiting.front());
            waiting.pop_front();
        }
    }

    /// Hands out what is known of the steps so far: at once, or where reading waits now and then.
    void report_steps(bool all = false) {
        if (!callbacks.on_step) return;
        const bool due = all || !trainer.reading_waits() || ++unreported >= Trainer::kMostReports ||
                         Clock::now() - reported >= kReportEvery;
        if (!due) return;
        for (const StepReport& report : trainer.take_reports()) callbacks.on_step(report);
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
                         const std::filesystem::path& folder, const Model* from,
                         Callbacks callbacks) {
    Trainer trainer(config, corpus, from);
    std::optional<RunFolder> made;
    // A run that begins from another model cannot be begun again from its config alone.
    std::optional<SafeTensors> begin;
    if (from != nullptr && !folder.empty()) begin = trainer.checkpoint();
    if (!folder.empty())
        made =
            RunFolder::create(folder, config_to_json(trainer.config()), begin ? &*begin : nullptr);
    auto state = std::make_unique<State>(std::move(trainer), std::move(made), std::move(callbacks));
    return TrainRun(std::move(state));
}

TrainRun TrainRun::resume(const std::filesystem::path& path, const Corpus& corpus,
                          Callbacks callbacks, int threads) {
    RunFolder folder = RunFolder::open_for_writing(path);
    const ResumePoint point = folder.prepare_resume();
    for (const std::string& warning : point.warnings)
        if (callbacks.on_warning) callbacks.on_warning(warning);
    RunConfig config = config_from_json(folder.config(), (path / "config.json").string());
    if (threads > 0) config.train.threads = threads;
    std::optional<Trainer> trainer;
    if (point.checkpoint) {
        const std::string name = point.checkpoint->path.string();
        trainer = Trainer::resume(read_safetensors(point.checkpoint->path), name, config, corpus);
    } else {
        trainer.emplace(config, corpus);
    }
    auto state =
        std::make_unique<State>(std::move(*trainer), std::move(folder), std::move(callbacks));
    state->waiting.assign(point.events.begin(), point.events.end());
    state->saved_step = point.step;
    state->since_step = point.step;
    state->fresh = point.step == 0;
    // Silently: these marks were shown when they were made. Those of this very step too: they came
    // after its checkpoint.
    while (!state->waiting.empty() && state->waiting.front().step <= point.step) {
        state->trainer.set_live(state->waiting.front().field, state->waiting.front().value);
        state->waiting.pop_front();
    }
    return TrainRun(std::move(state));
}

bool TrainRun::step() {
    State& s = *state_;
    if (s.fresh) {
        s.fresh = false;
        s.evaluate();
    }
    if (s.trainer.finished()) {
        (void)s.save();
        return false;
    }
    s.apply_due();
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
    const Field* field = find_field(name);
    if (field == nullptr || !field->live)
        throw UserError(
            "\"" + name + "\" cannot change while a model trains; start a new run for that.", 2);
    const RunEvent event{s.trainer.step_count(), std::string(field->name),
                         format_value(checked_value(*field, value))};
    s.apply_due();  // recorded changes of this very step come first, as in the file
    if (s.folder) s.folder->append_event(event);
    s.waiting.clear();  // a change of one's own leaves the recorded history
    s.apply(event);
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
