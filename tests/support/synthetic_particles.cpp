// A fan by formula.
#include "support/synthetic_particles.h"

#include <cmath>
#include <limits>

namespace marginscope::synthetic {

std::shared_ptr<ParticleFrame> make_particles(const DecodeFrame& decode, int rows, int tokens) {
    auto frame = std::make_shared<ParticleFrame>();
    frame->version = 1;
    frame->settings = {4 * rows, tokens, 0.5};
    frame->begin = decode.cursor;
    frame->text = "the \"beginning\"\n";
    float sum = 0;
    for (int k = 0; k < rows; ++k) {
        ParticleRow& row = frame->rows.emplace_back();
        row.shared = k == 0 ? 0 : (7 * k) % tokens;
        for (int t = 0; t < tokens; ++t) {
            const bool as_before = k > 0 && t < row.shared;
            row.symbols.push_back(as_before
                                      ? frame->rows[static_cast<std::size_t>(k - 1)]
                                            .symbols[static_cast<std::size_t>(t)]
                                      : std::string(1, static_cast<char>('a' + (k + 3 * t) % 26)));
        }
        for (const std::string& symbol : row.symbols) row.text += symbol;
        row.count = 1 + rows - k;
        row.weight = 1.0F / static_cast<float>(1 + k);
        row.logprob = -2.0F * static_cast<float>(tokens) - static_cast<float>(k);
        row.barrier = -0.5F * static_cast<float>(tokens) + 0.3F * static_cast<float>(k);
        sum += row.weight;
    }
    for (ParticleRow& row : frame->rows) row.weight /= sum;
    for (int t = 0; t < tokens; ++t) {
        const float phase = std::fmod(0.13F * static_cast<float>(t), 1.0F);
        frame->ess.push_back(4.0F * static_cast<float>(rows) * (1.0F - 0.6F * phase));
        if (t > 0 && t % 8 == 0) frame->resampled.push_back(t);
    }
    frame->log_z = -3.21F;
    frame->log_z_error = 0.043F;
    frame->done = tokens;
    return frame;
}

void spoil(ParticleFrame& particles) {
    const float inf = std::numeric_limits<float>::infinity();
    for (ParticleRow& row : particles.rows) {
        row.weight = row.count % 2 == 0 ? kNoValue : inf;
        row.logprob = -inf;
        row.barrier = kNoValue;
    }
    for (float& one : particles.ess) one = kNoValue;
    particles.log_z = particles.log_z_error = kNoValue;
    particles.eta_secs = kNoValue;
}

void widen(ParticleFrame& particles) {
    particles.settings = {kMostParticles, kMostParticleTokens, -0.0123456};
    particles.sampling.temperature = 0.123456;
    particles.sampling.top_k = 1234;
    particles.sampling.top_p = 0.123456;
    particles.sampling.min_margin = -123.456;
    particles.running = true;
    particles.eta_secs = 7260;
    particles.log_z = -1234.567F;
    particles.log_z_error = 12.3456F;
    for (ParticleRow& row : particles.rows) {
        row.logprob = -12345.678F;
        row.barrier = -12345.678F;
        row.count = 1234;
    }
    particles.sentence = "The heaviest 100 texts are shown; the others hold 12 % of the weight.";
}

}  // namespace marginscope::synthetic
