// Sequential Monte Carlo over continuations: samples of a law that weighs texts by their barriers,
// or keeps those whose every margin is large enough, and the law's normalising constant.
//
// With q(text) the model's own law under the sampling settings (temperature and cuts), the law is
//     p(text) = q(text) · exp(-w · sum of b_i) / Z      b_i = -log|det J_i| (E7), and where a least
//     margin is set only texts in which every log|det J_i| is at least that and no token lies
//     beyond the boundary, unless that is allowed,
// the sums running over the tokens that are added and have a margin. Particles are drawn from q and
// weighted token by token; when they are worth less than half their number they are drawn again
// (systematic resampling). The estimate of Z is unbiased (Del Moral, "Feynman-Kac Formulae", 2004,
// 7.4.2), that of log Z is not. Particles with equal texts share one cache and one stage.
//
// One thread (the one that owns the model); deterministic for a seed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/sampling.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

struct ParticleSettings {
    int particles = 64;
    int tokens = 100;             // that each adds
    double barrier_weight = 0.0;  // w
    // Temperature, cuts and seed make q; min_margin (nats: the determinant kind) is the condition.
    SamplingSettings sampling;
};

struct Particle {
    std::vector<int> tokens;  // that were added
    double weight = 0.0;      // of all of them, they sum to 1; 0: it broke the condition
    double logprob = 0.0;     // of the model itself, nats
    double barrier = 0.0;     // sum of b_i over the added tokens that have a margin
};

struct ParticleCloud {
    std::vector<Particle> particles;
    double log_z = 0.0;                 // -inf where none kept the condition
    std::optional<double> log_z_error;  // relative standard error of Z; empty: too few families
    std::vector<double> ess;            // after each token, before any are drawn again
    std::vector<int> resampled;         // before which tokens they were drawn again
    std::int64_t distinct = 0;          // texts read, summed over tokens: what sharing left to do
    bool interrupted = false;           // then the texts are as long as they had become
    /// One of them, drawn by its weight: a sample of the law as far as the particles go. Empty
    /// where none has weight.
    std::optional<std::size_t> drawn;
};

/// Continues `prompt` token by token.
class ParticleWriter {
public:
    /// `prompt`: ids already checked, not empty. `model` must outlive this and keep its weights.
    /// UserError where it has no stage and the law asks for margins.
    ParticleWriter(const Model& model, std::span<const int> prompt,
                   const ParticleSettings& settings);
    ~ParticleWriter();

    /// One token for each particle; false when all tokens are written, or no particle has weight
    /// any more. UserError where the model's predictions are not finite.
    bool step();
    int done() const;  // tokens
    /// As they are now.
    ParticleCloud cloud() const;

private:
    class Cloud;
    std::unique_ptr<Cloud> cloud_;
};

/// All of it. `on_token` is called after each step with how many tokens are done.
ParticleCloud write_particles(const Model& model, std::span<const int> prompt,
                              const ParticleSettings& settings,
                              const std::function<void(int done)>& on_token = {},
                              std::stop_token stop = {});

}  // namespace marginscope
