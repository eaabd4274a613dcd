// One training as the window sees it.
#include "engine/train/training.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <deque>
#include <filesystem>

#include "core/error.h"
#include "core/sampling.h"
#include "engine/model/save_target.h"
#include "engine/train/moments.h"
#include "engine/train/training_news.h"
#include "files/paths.h"
#include "nn/decode/decoder.h"
#include "nn/decode/token_chooser.h"
#include "nn/model/checkpoint.h"
#include "nn/train/train_run.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSampleTokens = 160;
constexpr double kSampleEverySecs = 5.0;
constexpr std::size_t kRateSteps = 50;  // steps over which steps/s is measured

/// A short text of the model's own, the same seed each time so that changes are the model's.
std::string sample_of(const Model& model) {
    Decoder decoder(model.gpt);
    TokenChooser chooser(model, decoder);
    std::vector<int> text;
    int token = opening_token(model.vocabulary);
    for (int k = 0; k < kSampleTokens; ++k) {
        decoder.append(std::span(&token, 1));
        if (!chooser.finite()) break;  // weights that ran away have nothing to say
        token = chooser.choose({})->token;
        text.push_back(token);
    }
    return model.vocabulary.decode(text);
}

/// "runs/a" at step 500: "runs/a-fork-500", or with a number behind it where that is taken; "" of
/// "".
std::filesystem::path fork_folder(const std::filesystem::path& parent, std::int64_t step) {
    if (parent.empty()) return {};
    const std::string name = parent.filename().string() + "-fork-" + std::to_string(step);
    for (int k = 1;; ++k) {
        const std::filesystem::path path =
            parent.parent_path() / (k == 1 ? name : name + "-" + std::to_string(k));
        if (!std::filesystem::exists(path)) return path;
    }
}

std::string mark_label(const std::string& field, const std::string& value) {
    const Field* known = find_field(field);
    const std::string name(known && !known->short_flag.empty() ? known->short_flag
                                                               : std::string_view(field));
    return name + " " + value;
}

}  // namespace

struct Training::State {
    std::shared_ptr<const Corpus> corpus;
    std::optional<TrainRun> run;
    Moments moments;
    Emit emit;
    TrainingState state = TrainingState::paused;
    std::int64_t target = 0;
    double training_secs = 0.0;
    std::deque<double> step_secs;
    std::string sample;
    std::int64_t sample_step = 0;
    Clock::time_point sampled_at;
    std::string sentence;
    bool finite = true;
    std::int64_t saved_by_hand = 0;  // the step of the last save_model_to
    std::int64_t glanced_step = -1;
    double glance_secs = 0.0;  // all looks; of them those that were due
    double due_secs = 0.0, least_glance_secs = 0.0;

    TrainRun::Callbacks callbacks() {
        TrainRun::Callbacks calls;
        calls.on_step = [this](const StepReport& report) { on_step(report); };
        calls.on_eval = [this](const EvalReport& report) { emit(news_of(report)); };
        calls.on_live = [this](std::int64_t step, const std::string& field,
                               const std::string& value) {
            emit(LiveMark{step, mark_label(field, value)});
        };
        calls.on_warning = [this](const std::string& warning) { sentence = warning; };
        return calls;
    }

    void on_step(const StepReport& report) {
        emit(news_of(report));
        step_secs.push_back(report.step_secs);
        if (step_secs.size() > kRateSteps) step_secs.pop_front();
        // Numeric trouble is shown, and stops a run that could not recover from it.
        if (!std::isfinite(report.ce) && finite) {
            finite = false;
            state = TrainingState::failed;
            sentence = "The loss is no longer a number at step " + std::to_string(report.step) +
                       "; lower the learning rate or lambda and start again.";
        }
    }

    /// Looks at the margins when enough has been trained since, and where `now`, always: but not
    /// twice at one step. What the first look and the last take is not held against the others.
    void glance_if_due(bool now) {
        const std::int64_t step = run->trainer().step_count();
        if (step == glanced_step || !finite) return;
        if (!now && due_secs + least_glance_secs > kGlanceShare * training_secs) return;
        const auto began = Clock::now();
        MarginSample looked = news_of(run->trainer().glance(), run->trainer().config().model.heads);
        const double secs = std::chrono::duration<double>(Clock::now() - began).count();
        // The first is slower by far: nothing is warm.
        least_glance_secs = glance_secs > 0 ? std::min(least_glance_secs, secs) : secs / 4;
        glance_secs += secs;
        if (!now) due_secs += secs;
        glanced_step = step;
        emit(std::move(looked));
    }

    double mean_step_secs() const {
        double sum = 0.0;
        for (const double secs : step_secs) sum += secs;
        return step_secs.empty() ? 0.0 : sum / static_cast<double>(step_secs.size());
    }

    void refresh_sample(bool now) {
        const double secs = std::chrono::duration<double>(Clock::now() - sampled_at).count();
        if (!now && secs < kSampleEverySecs) return;
        sample = sample_of(*run->trainer().model());
        sample_step = run->trainer().step_count();
        sampled_at = Clock::now();
    }
};

Training::Training(const TrainingStart& start, std::shared_ptr<const Corpus> text, Emit emit)
    : state_(std::make_unique<State>()) {
    State& s = *state_;
    s.emit = std::move(emit);
    s.corpus = std::move(text);
    const Corpus& corpus = *s.corpus;
    if (start.resume) {
        s.run.emplace(TrainRun::resume(start.run_folder, corpus, s.callbacks()));
    } else {
        RunConfig config = start.config;
        if (start.from.model) config.model = start.from.shape;
        validate(config);
        s.run.emplace(TrainRun::start(config, corpus, start.run_folder, start.from, s.callbacks()));
    }
    s.target = s.run->trainer().config().train.steps;
    s.moments = Moments(s.run->folder());
    s.moments.keep(*model());
    if (!goes_on()) s.state = TrainingState::finished;
}

Training::Training(std::unique_ptr<State> state) : state_(std::move(state)) {}
Training::~Training() = default;

std::unique_ptr<Training> Training::fork(const std::string& run_folder, Emit emit) {
    State& s = *state_;
    if (!s.finite) throw UserError(s.sentence);
    std::filesystem::path folder = run_folder;
    if (folder.empty()) folder = fork_folder(s.run->folder(), steps_done());
    auto state = std::make_unique<State>();
    state->emit = std::move(emit);
    state->corpus = s.corpus;
    state->run.emplace(s.run->fork(folder, *s.corpus, state->callbacks()));
    state->moments = s.moments.fork(state->run->folder());
    state->state = s.state;
    state->target = s.target;
    state->glanced_step = s.glanced_step;
    state->least_glance_secs = s.least_glance_secs;
    return std::unique_ptr<Training>(new Training(std::move(state)));
}

std::shared_ptr<const Model> Training::model() const { return state_->run->trainer().model(); }

std::shared_ptr<const Model> Training::model_at(std::int64_t step) const {
    return step == steps_done() ? model() : state_->moments.at(step);
}

bool Training::step() {
    State& s = *state_;
    const auto began = Clock::now();
    if (s.run->trainer().step_count() == 0) s.glance_if_due(true);
    const bool goes_on = s.run->step();
    s.training_secs += std::chrono::duration<double>(Clock::now() - began).count();
    const bool reached = !goes_on || s.run->trainer().step_count() >= s.target;
    if (reached) s.run->report_steps();
    if (s.state == TrainingState::failed) return false;
    s.glance_if_due(reached);
    s.moments.keep(*model());
    s.refresh_sample(reached || s.sample.empty());
    if (!reached) return true;
    s.state = s.run->trainer().finished() ? TrainingState::finished : TrainingState::paused;
    if (s.run->stopped_by().kind != StopReason::Kind::none)
        s.sentence = s.run->stopped_by().sentence;
    return false;
}

void Training::set_state(TrainingState state) {
    State& s = *state_;
    if (s.state == TrainingState::failed) throw UserError(s.sentence);
    if (state == TrainingState::running && s.run->trainer().finished())
        throw UserError("This run is finished; ask for more steps, or start another.");
    if (state == TrainingState::running)
        s.target = std::max<std::int64_t>(s.target, s.run->trainer().step_count() + 1);
    if (state == TrainingState::running) s.sentence.clear();
    s.state = state;
}

void Training::set_target(std::int64_t step) {
    State& s = *state_;
    if (step <= s.run->trainer().step_count())
        throw UserError("The run is already at step " +
                        std::to_string(s.run->trainer().step_count()) + ".");
    // Beyond the plan the plan itself grows, and the cosine with it.
    if (step > s.run->trainer().config().train.steps) s.run->plan_steps(step);
    s.target = step;
}

void Training::set_live(const std::string& field, const FieldValue& value) {
    const Field* known = find_field(field);
    if (known == nullptr) throw UserError("There is no setting called " + field + ".");
    state_->run->set_live(std::string(known->name), value);
}

std::string Training::save() { return is_finite() ? state_->run->save().string() : std::string(); }

void Training::save_model_to(const std::string& path) {
    if (!is_finite()) throw UserError(state_->sentence);
    const std::filesystem::path file = path;
    check_save_target(file);
    if (file.has_parent_path()) ensure_folder(file.parent_path());
    save_model(*model(), file);
    state_->saved_by_hand = steps_done();
}

bool Training::goes_on() const { return !state_->run->trainer().finished(); }

bool Training::is_finite() const { return state_->finite; }

void Training::fail(const std::string& sentence) {
    state_->state = TrainingState::failed;
    state_->sentence = sentence;
}

TrainingState Training::state() const { return state_->state; }
std::int64_t Training::steps_done() const { return state_->run->trainer().step_count(); }
bool Training::has_unsaved_steps() const {
    if (state_->run->folder().empty()) return steps_done() > state_->saved_by_hand;
    return state_->run->has_unsaved_steps();
}
double Training::training_secs() const { return state_->training_secs; }
double Training::glance_secs() const { return state_->glance_secs; }

TrainingFrame Training::frame() const {
    const State& s = *state_;
    const Trainer& trainer = s.run->trainer();
    TrainingFrame frame;
    frame.state = s.state;
    frame.step = trainer.step_count();
    frame.target = s.target;
    frame.config = trainer.config();
    const double secs = s.mean_step_secs();
    if (secs > 0) {
        frame.steps_per_s = 1.0 / secs;
        frame.tokens_per_s =
            frame.steps_per_s * frame.config.train.batch * frame.config.model.context;
        frame.eta_secs =
            secs * static_cast<double>(std::max<std::int64_t>(0, s.target - frame.step));
    }
    frame.parameters = trainer.parameter_count();
    frame.run_folder = s.run->folder().string();
    frame.sample_text = s.sample;
    frame.sample_step = s.sample_step;
    frame.moments = s.moments.steps();
    frame.sentence = s.sentence;
    return frame;
}

}  // namespace marginscope
