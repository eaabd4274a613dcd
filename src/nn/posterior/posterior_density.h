// The density that Langevin dynamics draws a model's weights from, given its trained stage:
//
//     U(theta) = N (CE + lambda_m · mean b) + |theta|² / (2 s²),      L = U / N.
//
// N is the number of tokens of the training part, CE in nats per token, b = -log|det J| (E7) of the
// config's site. The stage (W_Q, W_K, what it multiplies u by) stays the model's own, so this is
// the law of the weights *given the stage*. b has no lower bound where embeddings grow: without the
// prior of standard deviation s nothing would keep them, so s is finite. As in training the
// gradient of a position's b is capped (barrier.cap), which changes the density only where |J^-1|
// is beyond the cap; dropout and noise are left out.
//
// One thread, the model's.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "nn/model/checkpoint.h"
#include "text/corpus.h"

namespace marginscope {

struct DensitySettings {
    double lambda = 0.0;    // lambda_m, the same at every step
    double prior_sd = 1.0;  // s
    std::uint64_t seed = 0;
};

/// Of one minibatch.
struct DensityTerms {
    double ce = 0.0;
    double barrier = 0.0;  // mean b; NaN without a barrier
};

class PosteriorDensity {
public:
    /// A copy of the model. UserError: lambda > 0 without a stage to carry the barrier, a config
    /// whose regulariser is not E7 alone (full prior, trace), a text with characters that the model
    /// does not know or shorter than a window.
    PosteriorDensity(const Model& model, const Corpus& corpus, const DensitySettings& settings);

    /// The weights that move, in the model's order; the stage is not among them.
    std::vector<NamedTensor>& parameters() { return model_.gpt.parameters(); }
    /// N.
    std::int64_t count() const { return static_cast<std::int64_t>(tokens_.train().size()); }
    const TokenizedCorpus& tokens() const { return tokens_; }
    /// With the weights as they are now; its stage reads u as it is (the scale is in W_Q).
    const Model& model() const { return model_; }

    /// Gives parameters without gradients those of an unbiased estimate of L: of config.train.batch
    /// windows of the training part, drawn by (seed, step, chain). As the trainer's windows do,
    /// these start anywhere, so each token is predicted from 0 to T - 1 others.
    DensityTerms backward(std::int64_t step, std::int64_t chain);
    /// The same of windows that are given: ids and targets (B, T).
    DensityTerms backward_of(const at::Tensor& ids, const at::Tensor& targets, std::int64_t step);

private:
    Model model_;
    Model frozen_;  // whose stages are put back after each step
    TokenizedCorpus tokens_;
    DensitySettings settings_;
};

}  // namespace marginscope
