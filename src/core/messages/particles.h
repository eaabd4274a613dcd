// Particles: many continuations of the shown text at once, weighed by their barriers or kept to a
// least margin (nn/probability/particles.h says by which law).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/no_value.h"
#include "core/sampling.h"

namespace marginscope {

constexpr int kMostParticles = 4096;
constexpr int kMostParticleTokens = 2000;

// ---- commands

// from the cursor on, by the sampling settings of this moment; 0 particles: none any more
struct SetParticles {
    static constexpr std::string_view kName = "set_particles";
    int particles = 64;
    int tokens = 40;
    double barrier_weight = 0;  // w of exp(-w · sum of barriers)
    static void fields(auto& self, auto&& visit) {
        visit("particles", self.particles);
        visit("tokens", self.tokens);
        visit("barrier_weight", self.barrier_weight);
    }
    bool operator==(const SetParticles&) const = default;
};
/// What is out of range, as a sentence that names the setting; empty where all serve.
std::string wrong_setting(const SetParticles& settings);

// the text of this row of the frame is walked: a branch of the tree
struct TakeParticle {
    static constexpr std::string_view kName = "take_particle";
    int row = 0;
    static void fields(auto& self, auto&& visit) { visit("row", self.row); }
};

// ---- frames

/// Particles with the same text, together.
struct ParticleRow {
    std::vector<std::string> symbols;  // of what was added, as a screen shows it
    std::string text;                  // the same as it is, UTF-8
    int shared = 0;                    // of these, how many begin the row before it too
    int count = 0;                     // particles
    float weight = 0;                  // of all of them
    float logprob = kNoValue;          // of the model itself, nats
    float barrier = kNoValue;          // sum of -log|det J|, nats
};

struct ParticleFrame {
    std::uint64_t version = 0;
    SetParticles settings;
    SamplingSettings sampling;
    int begin = 0;                  // index in the text of the first character that was added
    std::string text;               // before it, all of it, UTF-8
    std::vector<ParticleRow> rows;  // as a tree is read: those that begin alike lie together
    std::vector<float> ess;         // effective sample size after each token
    std::vector<int> resampled;     // tokens before which they were drawn again
    float log_z = kNoValue;
    float log_z_error = kNoValue;  // relative standard error of Z; NaN: not known
    bool running = false;
    int done = 0;  // tokens
    double eta_secs = 0;
    std::string sentence;  // what cannot be done, or what came of it
};

}  // namespace marginscope
