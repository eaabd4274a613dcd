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

std::vector<float> histogram_of(const std::vector<float>& logdets) {
    std::vector<float> shares(kHistogramBins, 0.0f);
    for (const float value : logdets) {
        if (std::isnan(value)) continue;
        const float at = (value - kHistogramMin) / (kHistogramMax - kHistogramMin) * kHistogramBins;
        const int bin =
            std::clamp(static_cast<int>(std::clamp(at, 0.0f, 1e6f)), 0, kHistogramBins - 1);
        shares[static_cast<std::size_t>(bin)] += 1.0f / static_cast<float>(logdets.size());
    }
    return shares;
}

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

std::string mark_label(const std::string& field, const std::string& value) {
    const Field* known = find_field(field);
    const std::string name(known && !known->short_flag.empty() ? known->short_flag
                                                               : std::string_view(field));
    return name + " " + value;
}

}  // namespace

struct Training::State {
    std::optional<TrainRun> run;
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

    TrainRun::Callbacks callbacks() {
        TrainRun::Callbacks calls;
        calls.on_step = [this](const StepReport& report) { on_step(report); };
        calls.on_eval = [this](const EvalReport& report) { on_eval(report); };
        calls.on_live = [this](std::int64_t step, const std::string& field,
                               const std::string& value) {
            emit(LiveMark{step, mark_label(field, value)});
        };
        calls.on_warning = [this](const std::string& warning) { sentence = warning; };
        return calls;
    }

    void on_step(const StepReport& report) {
        TrainingSample one;
        one.step = report.step;
        one.ce = static_cast<float>(report.ce);
        one.barrier = static_cast<float>(report.barrier);
        one.logdet_mean = static_cast<float>(report.logdet_mean);
        one.share_beyond = static_cast<float>(report.share_beyond);
        one.embedding_rms = static_cast<float>(report.embedding_rms);
        one.grad_norm = static_cast<float>(report.grad_norm);
        one.lr = static_cast<float>(report.lr);
        one.lambda = static_cast<float>(report.lambda);
        one.noise = static_cast<float>(report.train_noise);
        one.capped = static_cast<int>(report.capped);
        one.singular = static_cast<int>(report.singular);
        one.stage_sigma = static_cast<float>(report.stage_sigma);
        one.u_rms = static_cast<float>(report.u_rms);
        emit(one);
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

    void on_eval(const EvalReport& report) {
        EvalSample one;
        one.step = report.step;
        one.val_ce = static_cast<float>(report.val_ce);
        one.val_logdet_mean = static_cast<float>(report.logdet_mean);
        one.sigma_min_min = static_cast<float>(report.sigma_min_min);
        one.barrier_estimate = static_cast<float>(report.barrier_estimate);
        one.barrier_estimate_error = static_cast<float>(report.barrier_estimate_error);
        one.barrier_bound = static_cast<float>(report.barrier_bound);
        one.share_beyond = static_cast<float>(report.share_beyond);
        one.histogram = histogram_of(report.logdets);
        emit(std::move(one));
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

Training::Training(const TrainingStart& start, const Corpus& corpus, Emit emit)
    : state_(std::make_unique<State>()) {
    State& s = *state_;
    s.emit = std::move(emit);
    s.emit(TrainingReset{start.run_folder.empty() ? corpus.name : start.run_folder});
    if (start.resume) {
        s.run.emplace(TrainRun::resume(start.run_folder, corpus, s.callbacks()));
    } else {
        RunConfig config = start.config;
        if (start.from.model) config.model = start.from.shape;
        validate(config);
        s.run.emplace(TrainRun::start(config, corpus, start.run_folder, start.from, s.callbacks()));
    }
    s.target = s.run->trainer().config().train.steps;
}

Training::~Training() = default;

std::shared_ptr<const Model> Training::model() const { return state_->run->trainer().model(); }

bool Training::step() {
    State& s = *state_;
    const auto began = Clock::now();
    const bool goes_on = s.run->step();
    s.training_secs += std::chrono::duration<double>(Clock::now() - began).count();
    const bool reached = !goes_on || s.run->trainer().step_count() >= s.target;
    if (reached) s.run->report_steps();
    if (s.state == TrainingState::failed) return false;
    s.refresh_sample(reached || s.sample.empty());
    if (!reached) return true;
    s.state = !goes_on ? TrainingState::finished : TrainingState::paused;
    return false;
}

void Training::set_state(TrainingState state) {
    State& s = *state_;
    if (s.state == TrainingState::failed) throw UserError(s.sentence);
    if (state == TrainingState::running && s.run->trainer().finished())
        throw UserError("This run is finished; ask for more steps, or start another.");
    if (state == TrainingState::running)
        s.target = std::max<std::int64_t>(s.target, s.run->trainer().step_count() + 1);
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
    frame.sentence = s.sentence;
    return frame;
}

}  // namespace marginscope
