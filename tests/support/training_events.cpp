// A made-up run of training as its events.
#include <algorithm>
#include <cmath>
#include <random>

#include "support/synthetic_frames.h"

namespace marginscope::synthetic {
namespace {

float uniform(std::mt19937& generator) {
    return std::uniform_real_distribution<float>(0, 1)(generator);
}

/// Bell-shaped about the mean; 16 heads whose attention sharpens.
MarginSample margins_of(const TrainingSample& sample, std::mt19937& generator) {
    MarginSample margins;
    margins.step = sample.step;
    margins.share_beyond = sample.share_beyond;
    std::normal_distribution<float> about(sample.logdet_mean, 1);
    for (int k = 0; k < 256; ++k) margins.logdets.push_back(about(generator));
    std::sort(margins.logdets.begin(), margins.logdets.end());
    margins.heads = 4;
    for (int head = 0; head < 16; ++head) {
        const float t = static_cast<float>(sample.step) * 0.002F / static_cast<float>(1 + head);
        margins.head_entropies.push_back(3.2F * std::exp(-t));
        margins.head_logits.push_back(0.2F + 6 * t);
    }
    return margins;
}

}  // namespace

std::vector<TrainingEvent> training_events(int steps) {
    std::mt19937 generator(3);
    std::vector<TrainingEvent> events;
    events.push_back({false, TrainingReset{"new model"}});
    for (int step = 1; step <= steps; ++step) {
        const float t = static_cast<float>(step);
        TrainingSample sample;
        sample.step = step;
        sample.ce = 1.0F + 3.1F * std::exp(-t / 180) + 0.06F * (uniform(generator) - 0.5F);
        sample.barrier = 1.2F + 1.5F * std::exp(-t / 500) + 0.1F * uniform(generator);
        sample.logdet_mean = -sample.barrier;
        sample.share_beyond = 0.1F + 0.3F * std::exp(-t / 400);
        sample.embedding_rms = 0.02F + 0.1F * (1 - std::exp(-t / 600));
        sample.u_rms = 0.028F + 0.1F * (1 - std::exp(-t / 600));
        sample.stage_sigma = 0.1F + 0.02F * std::exp(-t / 600);
        sample.grad_norm = 0.6F + 0.4F * uniform(generator);
        sample.lr = 1e-3F;
        sample.lambda = step < steps / 2 ? 0.02F : 0.05F;
        events.push_back({false, sample});
        if (step == steps / 2) events.push_back({false, LiveMark{step, "barrier.lambda 0.05"}});
        if (step % 25 == 0 || step == 1) {
            EvalSample eval;
            eval.step = step;
            eval.val_ce = sample.ce + 0.05F + 0.0001F * t;
            eval.val_logdet_mean = sample.logdet_mean;
            eval.sigma_min_min = 0.01F;
            eval.share_beyond = sample.share_beyond;
            events.push_back({false, eval});
            events.push_back({false, margins_of(sample, generator)});
        }
    }
    return events;
}

}  // namespace marginscope::synthetic
