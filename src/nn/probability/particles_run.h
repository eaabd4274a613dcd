// Particles from a prompt: the numbers of `marginscope decode --particles`. Torch-free.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/probability/decode_run.h"

namespace marginscope {

struct ParticleRequest {
    DecodeRequest decode;  // its min_margin is in nats; the kind is that of what is shown
    int particles = 64;
    double barrier_weight = 0.0;
};

struct ParticleText {
    std::string text;                                   // what was added
    double weight = 0.0, logprob = 0.0, barrier = 0.0;  // nn/probability/particles.h
};

struct ParticleResult {
    DecodeResult drawn;  // one of them, drawn by its weight; stopped "min_margin": none was kept
    std::vector<ParticleText> particles;  // heaviest first
    double log_z = 0.0;
    std::optional<double> log_z_error;
    std::vector<double> ess;
    std::vector<int> resampled;  // before which tokens they were drawn again
    std::size_t distinct = 0;    // tokens read; without sharing they were particles × tokens
    bool has_barriers = true;    // false: the model has no stage, barriers are not known
};

/// `on_token` is called on the calling thread after each token with how many are done. Throws
/// UserError.
ParticleResult run_particles(const ParticleRequest& request,
                             const std::function<void(std::size_t)>& on_token = {},
                             std::stop_token stop = {});

}  // namespace marginscope
