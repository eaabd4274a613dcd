// Each contender owns its model, its text and its optimizer.
#include "bench/training_rivals.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/naive_barrier.h"
#include "bench/plain_gpt.h"
#include "core/error.h"
#include "core/random.h"
#include "nn/barrier/barrier.h"
#include "nn/measure/token_windows.h"
#include "nn/model/device.h"
#include "nn/model/embedding_stage.h"
#include "nn/train/adamw.h"
#include "nn/train/trainer.h"
#include "text/vocabulary.h"

namespace marginscope {
namespace {

constexpr std::int64_t kGemmSize = 1024;

struct Text {
    Text(const Corpus& corpus, const RunConfig& config)
        : vocabulary(Vocabulary::from_text(corpus.text)),
          tokens(corpus, vocabulary, config.model.context) {}
    Vocabulary vocabulary;
    TokenizedCorpus tokens;
};

CharGpt fresh_model(const Text& text, const RunConfig& config) {
    return CharGpt(config.model, text.vocabulary.size(),
                   static_cast<std::uint64_t>(config.train.seed),
                   choose_device(config.train.device));
}

/// Timed to the end, also where calls only start the work.
Contender on_device(Contender contender, DeviceChoice choice) {
    const at::Device device = choose_device(choice);
    if (!device.is_cpu()) contender.finish = [device] { wait_for(device); };
    return contender;
}

struct Batch {
    at::Tensor ids, targets;
};

class BareTraining {
public:
    BareTraining(const RunConfig& config, const Corpus& corpus)
        : config_(config),
          text_(corpus, config),
          gpt_(fresh_model(text_, config)),
          optimizer_(gpt_.parameters(),
                     {config.train.beta1, config.train.beta2, config.train.weight_decay, 1e-8}) {}

    void step() { (void)step_on(next_batch()); }

    at::Tensor step_on(const Batch& batch) {
        optimizer_.clear_gradients();
        ForwardOptions options;
        if (config_.train.precision == Precision::bfloat16) options.products = at::kBFloat16;
        const at::Tensor loss = cross_entropy(
            gpt_.logits_from_embeddings(gpt_.embed(batch.ids), options), batch.targets);
        torch::autograd::backward({loss});
        optimizer_.clip(config_.train.clip);
        optimizer_.step(config_.train.lr);
        return loss.detach();
    }

    Batch next_batch() {
        const TokenView ids = text_.tokens.train();
        const auto time = static_cast<std::size_t>(config_.model.context);
        CounterRng rng(
            {static_cast<std::uint64_t>(config_.train.seed), DrawPurpose::batch_offsets, steps_++});
        std::vector<TokenWindow> windows(static_cast<std::size_t>(config_.train.batch));
        for (TokenWindow& window : windows) window = {rng.below(ids.size() - time), time + 1, 0};
        const auto placed = [&](std::size_t shift) {
            return placed_on(window_ids(ids, windows, time, shift), gpt_.device());
        };
        return {placed(0), placed(1)};
    }

    const CharGpt& gpt() const { return gpt_; }
    const Text& text() const { return text_; }

private:
    RunConfig config_;
    Text text_;
    CharGpt gpt_;
    AdamW optimizer_;
    std::uint64_t steps_ = 0;
};

std::shared_ptr<PlainTraining> plain_training(const RunConfig& config, const Corpus& corpus) {
    const Text text(corpus, config);
    return std::make_shared<PlainTraining>(fresh_model(text, config),
                                           text.tokens.train().to_vector(), config.train);
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

void require_close(double difference, double largest, const std::string& what) {
    if (difference <= largest) return;
    throw UserError("The rival's " + what + " differs by " + std::to_string(difference) +
                    " where at most " + std::to_string(largest) +
                    " is expected: it does not compute the same, so its time means nothing.");
}

void check_naive_barrier(const CharGpt& gpt, const at::Tensor& ids) {
    at::NoGradGuard no_grad;
    const at::Tensor u = 5.0 * gpt.embed(ids);
    const auto stage = EmbeddingStage::random(gpt.shape().width, 0, 0.3, 1, gpt.device());
    const BarrierTerms exact = stage_barrier(u, stage.w_q, stage.w_k, 100.0);
    const at::Tensor naive = naive_barrier(u, stage.w_q, stage.w_k);
    const double size = std::max(1.0, std::abs(naive.item<double>()));
    require_close(largest_difference(exact.barrier, naive) / size, 1e-3, "barrier");
}

}  // namespace

std::string TrainingShape::text() const {
    return std::to_string(layers) + " layers, " + std::to_string(heads) +
           " heads, d=" + std::to_string(width) + ", T=" + std::to_string(context) +
           ", B=" + std::to_string(batch);
}

RunConfig training_config(const TrainingShape& shape, int threads, DeviceChoice device) {
    RunConfig config;
    config.model.context = shape.context;
    config.model.width = shape.width;
    config.model.heads = shape.heads;
    config.model.layers = shape.layers;
    config.train.batch = shape.batch;
    config.train.threads = threads;
    config.train.steps = 1'000'000;
    config.train.device = device;
    set_compute_threads(threads);
    return config;
}

Contender plain_step(const RunConfig& config, const Corpus& corpus) {
    const auto training = plain_training(config, corpus);
    return on_device({"plain", [training] { training->step(); }}, config.train.device);
}

Contender naive_step(const RunConfig& config, const Corpus& corpus) {
    const auto training = plain_training(config, corpus);
    const auto stage = EmbeddingStage::random(config.model.width, 0, config.stage.init_std,
                                              static_cast<std::uint64_t>(config.stage.seed),
                                              choose_device(config.train.device));
    const double lambda = config.barrier.lambda;
    training->add_loss(
        [stage, lambda](const at::Tensor& u) {
            return naive_objective(u, stage.w_q, stage.w_k, lambda, 1.0);
        },
        {stage.w_q, stage.w_k}, config.stage.lr);
    return on_device({"by autograd through d x d covariances and slogdet, all sequences",
                      [training] { training->step(); }},
                     config.train.device);
}

Contender bare_step(const RunConfig& config, const Corpus& corpus) {
    const auto training = std::make_shared<BareTraining>(config, corpus);
    return on_device({"bare", [training] { training->step(); }}, config.train.device);
}

Contender gemm(DeviceChoice device) {
    const auto random = [where = choose_device(device)] {
        return at::randn({kGemmSize, kGemmSize}, at::TensorOptions(where));
    };
    const at::Tensor a = random(), b = random();
    const at::Tensor out = at::empty_like(a);
    const auto multiply = [a, b, out] {
        at::NoGradGuard no_grad;
        at::Tensor to = out;
        at::matmul_out(to, a, b);
    };
    return on_device({"gemm", multiply}, device);
}

double gemm_flops() { return 2.0 * kGemmSize * kGemmSize * kGemmSize; }

double barrier_flops(const RunConfig& config) {
    const double batch = config.train.batch, time = config.model.context;
    const double width = config.model.width, heads = config.model.heads;
    const double by_width = 2.0 * batch * time * width * width;  // one product with a d x d matrix
    const double by_time = 2.0 * batch * time * time * width;    // one of T x T scores
    const double past = time * (time - 1.0) / 2.0;               // tokens that positions attend to
    // Stage: queries, keys and u A; scores, two Gram matrices, means and residuals; back through
    // all.
    double flops = 7.0 * by_width + 10.0 * by_time;
    double inverses = 0.0;  // of n x n matrices: 2 n³ each
    for (double n = 2; n < time; ++n) inverses += 2.0 * n * n * n;
    flops += batch * inverses;
    if (config.barrier.site != BarrierSite::heads) return flops;
    const double p = width / heads, all_heads = batch * heads * config.model.layers;
    // Second moments, and their gradient to weights and to tokens: triangles of T x T by p².
    flops += all_heads * (3.0 * 2.0 * past * p * p + (time - 2.0) * 2.0 * p * p * p);
    // Scores and their gradients; keys times B, and back.
    return flops + all_heads * (3.0 * 2.0 * past * p + 3.0 * 2.0 * time * p * p);
}

double loss_after(const RunConfig& config, const Corpus& corpus, int steps) {
    Trainer trainer(config, corpus);
    for (int k = 0; k < steps; ++k) trainer.step();
    return trainer.evaluate().val_ce;
}

Contender trainer_step(const RunConfig& config, const Corpus& corpus) {
    const auto training = std::make_shared<Trainer>(config, corpus);
    return on_device({"trainer", [training] { training->step(); }}, config.train.device);
}

void check_training_rivals(const Corpus& corpus, int threads, DeviceChoice device) {
    RunConfig config = training_config({.context = 32, .batch = 4, .layers = 2}, threads, device);
    BareTraining bare(config, corpus);
    const Text text(corpus, config);
    PlainTraining plain(bare.gpt(), text.tokens.train().to_vector(), config.train);
    const Batch batch = bare.next_batch();
    {
        at::NoGradGuard no_grad;
        require_close(
            largest_difference(bare.gpt().logits_from_embeddings(bare.gpt().embed(batch.ids)),
                               plain.gpt().logits_from_embeddings(plain.gpt().embed(batch.ids))),
            1e-4, "logits");
    }
    for (int k = 0; k < 3; ++k) {
        const Batch next = bare.next_batch();
        const double ours = bare.step_on(next).item<double>();
        require_close(std::abs(ours - plain.step_on(next.ids, next.targets)), 1e-3,
                      "loss after " + std::to_string(k) + " updates");
    }
    check_naive_barrier(bare.gpt(), batch.ids);
}

}  // namespace marginscope
