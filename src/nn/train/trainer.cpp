// The training step and its evaluation.
#include "nn/train/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "core/run/lambda_schedule.h"
#include "nn/barrier/barrier_estimate.h"
#include "nn/barrier/barrier_objective.h"
#include "nn/barrier/device_check.h"
#include "nn/model/checkpoint.h"
#include "nn/model/device.h"
#include "nn/train/adamw.h"
#include "nn/train/schedule.h"
#include "nn/train/start_model.h"
#include "nn/train/trainer_state.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

/// UserError for what the device cannot do.
void check_device(const TrainConfig& train, at::Device device) {
    check_precision(train.precision, device);
    check_barrier(device);
    if (train.cuda_graph && (device.is_cpu() || !can_record_on_gpu()))
        throw UserError(
            "--cuda-graph true needs an NVIDIA GPU to train on, and a build that found CUDA's "
            "headers: take --cuda-graph false.",
            2);
}

at::Tensor rms_of(const at::Tensor& x) { return x.detach().square().mean().sqrt(); }

/// Of the tokens' own vectors, without positions.
at::Tensor token_rms(const LanguageModel& model, const at::Tensor& ids) {
    return rms_of(model.token_vectors(ids));
}

}  // namespace

Trainer::Trainer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

Trainer::Trainer(const RunConfig& config, const Corpus& corpus, const Model* from) {
    set_compute_threads(config.train.threads);
    const at::Device device = choose_device(config.train.device);
    check_device(config.train, device);
    RunConfig used = config;
    if (from != nullptr) {
        used.model = from->config.model;
        require_known_characters(corpus, *from);
    }
    validate(used);
    if (used.barrier.site == BarrierSite::heads && used.barrier.prior == BarrierPrior::full)
        throw UserError(
            "--prior full needs a stage of its own: take --site embeddings or projected, or "
            "--prior margin.",
            2);
    Vocabulary vocabulary = from != nullptr ? from->vocabulary : Vocabulary::from_text(corpus.text);
    CharGpt gpt = from != nullptr ? from->gpt.clone(device, at::kFloat)
                                  : CharGpt(used.model, vocabulary.size(),
                                            static_cast<std::uint64_t>(used.train.seed), device);
    auto model =
        std::make_shared<Model>(Model{std::move(gpt), std::move(vocabulary), {}, {}, used, 0});
    state_ = std::make_unique<State>(std::move(model), corpus);
}

Trainer Trainer::resume(const SafeTensors& checkpoint, const std::string& name,
                        const RunConfig& config, const Corpus& corpus) {
    set_compute_threads(config.train.threads);
    const at::Device device = choose_device(config.train.device);
    check_device(config.train, device);
    Model model = model_from_file(checkpoint, name, device);
    model.config = config;
    auto state = std::make_unique<State>(std::make_shared<Model>(std::move(model)), corpus);
    state->restore(checkpoint, name);
    return Trainer(std::move(state));
}

void Trainer::step() {
    State& s = *state_;
    Model& model = *s.model;
    const TrainConfig& train = model.config.train;
    const auto began = Clock::now();
    const std::int64_t step = model.step;

    const Batch batch = s.training_batch(step);
    at::Tensor u = model.gpt.embed(batch.ids);  // (B, T, C)
    const at::Tensor rms = token_rms(model.gpt, batch.ids);
    if (train.noise > 0.0) {
        const at::Tensor noise = s.training_noise(step, u.sizes()) * train.noise;
        u = u + (train.noise_relative ? noise * rms : noise);
    }
    for (AdamW* optimizer : s.optimizers()) optimizer->clear_gradients();
    const StepLoss loss = train.cuda_graph ? s.backward_from_record(u, batch.targets)
                                           : s.backward_in_full(u, batch.targets);
    const double lr = learning_rate(train, step);
    const at::Tensor grad_norm = s.optimizer.clip(train.clip);
    s.optimizer.step(lr);
    s.update_stages();
    model.step = step + 1;

    at::NoGradGuard no_grad;
    at::Tensor counts = barrier_counts(loss.carried, model.config.barrier.cap);
    if (!counts.defined()) counts = at::zeros({kBarrierCounts}, rms.options().dtype(at::kDouble));
    Trainer::State::Update update;
    const auto number = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
    update.figures =
        at::cat({at::stack({number(loss.ce), number(rms), number(grad_norm), number(rms_of(u)),
                            number(model.stage->sigma_square.sqrt() / model.stage->input_scale)}),
                 counts});
    update.began = began;
    update.report.step = model.step;
    update.report.lr = lr;
    update.report.lambda = lambda_at(model.config, step);
    update.report.train_noise = train.noise;
    update.report.step_secs = std::chrono::duration<double>(Clock::now() - began).count();
    s.keep(std::move(update));
}

const StepReport& Trainer::report() {
    state_->read_figures();
    return state_->report;
}

std::vector<StepReport> Trainer::take_reports() {
    state_->read_figures();
    std::vector<StepReport> taken;
    for (const State::Update& update : state_->updates) taken.push_back(update.report);
    state_->updates.clear();
    return taken;
}

bool Trainer::reading_waits() const { return !state_->model->gpt.device().is_cpu(); }

EvalReport Trainer::evaluate() {
    State& s = *state_;
    const Model& model = *s.model;
    at::NoGradGuard no_grad;
    EvalReport report;
    report.step = model.step;
    const std::int64_t windows = s.evaluation.ids.size(0);
    const std::int64_t batch = std::max<std::int64_t>(1, model.config.train.batch);
    double ce_sum = 0.0;
    for (std::int64_t first = 0; first < windows; first += batch) {
        const std::int64_t count = std::min(batch, windows - first);
        const at::Tensor u = model.gpt.embed(s.evaluation.ids.narrow(0, first, count));
        const at::Tensor logits = model.gpt.logits_from_embeddings(u);
        ce_sum +=
            cross_entropy(logits, s.evaluation.targets.narrow(0, first, count)).item<double>() *
            static_cast<double>(count);
    }
    report.val_ce = ce_sum / static_cast<double>(windows);

    const std::int64_t measured = std::min<std::int64_t>(kBarrierWindows, windows);
    const at::Tensor ids = s.evaluation.ids.narrow(0, 0, measured);
    const at::Tensor u = model.gpt.embed(ids);
    Tap tap;
    if (model.config.barrier.site == BarrierSite::heads) {
        ForwardOptions options;
        options.tap = &tap;
        (void)model.gpt.hidden_from_embeddings(u, options);
    }
    const BarrierTerms terms = report_barrier(model, u, tap);
    const BarrierReport barrier =
        read_barrier_counts(barrier_counts(terms, model.config.barrier.cap));
    report.barrier = barrier.barrier;
    report.barrier_error = barrier.standard_error;
    report.logdet_mean = barrier.logdet_mean;
    report.share_beyond = barrier.share_beyond;
    report.capped = barrier.capped;
    report.singular = barrier.singular;
    const double none = std::nan("");
    BarrierEstimate estimate{none, none, none};
    if (is_estimated(model.config.barrier)) estimate = estimate_barrier(model, u, tap, model.step);
    report.barrier_estimate = estimate.barrier;
    report.barrier_estimate_error = estimate.standard_error;
    report.barrier_bound = estimate.bound;
    const at::Tensor logdets = terms.logdet.to(at::kCPU, at::kFloat).flatten().contiguous();
    report.logdets.assign(logdets.const_data_ptr<float>(),
                          logdets.const_data_ptr<float>() + logdets.numel());
    const std::int64_t sampled = std::min<std::int64_t>(kSigmaMinWindows, measured);
    report.sigma_min_min = report_sigma_min(model, u.narrow(0, 0, sampled), tap);
    report.embedding_rms = token_rms(model.gpt, ids).item<double>();
    report.u_rms = rms_of(u).item<double>();
    report.stage_sigma = std::sqrt(model.stage->sigma_square.item<double>()) /
                         model.stage->input_scale.item<double>();
    return report;
}

void Trainer::set_live(const std::string& name, const FieldValue& value) {
    const Field* field = find_field(name);
    if (field == nullptr || !field->live)
        throw UserError(
            "\"" + name + "\" cannot change while a model trains; start a new run for that.", 2);
    field->set(state_->model->config, checked_value(*field, value));
}

void Trainer::set_live(const std::string& name, const std::string& text) {
    const Field* field = find_field(name);
    if (field == nullptr) throw UserError("There is no setting called \"" + name + "\".", 2);
    set_live(name, parse_value(*field, text));
}

std::int64_t Trainer::step_count() const { return state_->model->step; }
bool Trainer::finished() const { return step_count() >= config().train.steps; }
void Trainer::set_steps(std::int64_t steps) {
    state_->model->config.train.steps = static_cast<int>(steps);
}
const RunConfig& Trainer::config() const { return state_->model->config; }
std::shared_ptr<Model> Trainer::model() const { return state_->model; }
std::int64_t Trainer::parameter_count() const { return state_->model->gpt.parameter_count(); }
std::string Trainer::text_fingerprint() const { return fingerprint(state_->tokens.all()); }
SafeTensors Trainer::checkpoint() const { return state_->save(); }

}  // namespace marginscope
