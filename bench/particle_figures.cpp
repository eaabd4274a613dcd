// Particles against one text: what sixty-four of them with their determinants cost.
#include <algorithm>
#include <cstdio>
#include <span>
#include <vector>

#include "bench/contest.h"
#include "bench/figures.h"
#include "files/paths.h"
#include "nn/decode/token_chooser.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/particles.h"

namespace marginscope {
namespace {

constexpr int kParticles = 64;

/// A text as `marginscope decode` writes it: each token with its margin.
void one_text(const Model& model, std::span<const int> prompt, const ParticleSettings& settings) {
    Decoder decoder(model.gpt);
    TokenChooser chooser(model, decoder);
    decoder.append(prompt);
    for (int k = 0; k < settings.tokens; ++k) {
        const auto chosen = chooser.choose(settings.sampling);
        if (!chosen) return;
        (void)chooser.margins_of(chosen->token, MarginKind::determinant);
        decoder.append(std::span(&chosen->token, 1));
    }
}

BenchFigure against_one_text(const Model& model, const BenchSettings& settings) {
    ParticleSettings particles;
    particles.particles = kParticles;
    particles.tokens = 100;
    particles.barrier_weight = 0.3;
    const std::vector<int> prompt = model.vocabulary.encode("Once ");
    ParticleSettings one = particles;
    one.particles = 1;
    std::int64_t distinct = 0;
    const std::vector<Contender> contenders = {
        {"one text", [&] { one_text(model, prompt, one); }},
        {"particles", [&] { distinct = write_particles(model, prompt, particles).distinct; }}};
    const Timings timings = hold_contest(contenders, settings, "particles");
    char note[240];
    std::snprintf(
        note, sizeof note,
        "%d particles of %d tokens: %.0f particle-tokens/s, one text %.0f tokens/s; %.0f %% "
        "of the tokens were of texts of their own; context %d, d=%d",
        kParticles, particles.tokens, timings.rate(1) * kParticles * particles.tokens,
        timings.rate(0) * particles.tokens,
        100.0 * static_cast<double>(distinct) / (kParticles * particles.tokens),
        model.gpt.shape().context, model.gpt.shape().width);
    return {"particles_64_over_one_text",
            timings.ratio(1, 0),
            "times",
            "<= 20",
            "one text, each token with its determinant margin, as `decode` writes it",
            note};
}

}  // namespace

std::vector<BenchFigure> particle_figures(const BenchSettings& settings) {
    if (!has_asset(kSmallModelAsset)) return {};
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        set_compute_threads(settings.threads);
        out.push_back(against_one_text(load_requested_model({}), settings));
    });
    return out;
}

}  // namespace marginscope
