// The synthetic frames with missing, infinite and very long values.
#include <limits>
#include <random>

#include "support/synthetic_document.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_holes.h"
#include "support/synthetic_particles.h"
#include "support/synthetic_path.h"
#include "support/synthetic_playground.h"
#include "support/synthetic_robustness.h"
#include "support/synthetic_why.h"

namespace marginscope::synthetic {
namespace {

float uniform(std::mt19937& generator) {
    return std::uniform_real_distribution<float>(0, 1)(generator);
}

}  // namespace

Frames not_finite() {
    std::mt19937 generator(11);
    Frames frames = usual();
    const float inf = std::numeric_limits<float>::infinity();
    const auto spoil = [&](float& value) {
        const float u = uniform(generator);
        if (u < 0.4F)
            value = kNoValue;
        else if (u < 0.5F)
            value = inf;
        else if (u < 0.6F)
            value = -inf;
    };
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    for (TokenCell& cell : decode->line) spoil(cell.logprob), spoil(cell.entropy);
    for (CandidateCell& c : decode->candidates)
        spoil(c.probability), spoil(c.logprob), spoil(c.logdet), spoil(c.mean_probability);
    decode->ensemble = "8 samples";
    decode->next_entropy = kNoValue;
    decode->tokens_per_s = kNoValue;
    auto margins = std::make_shared<MarginFrame>(*frames.margins);
    for (MarginCell& cell : margins->cells) {
        spoil(cell.logdet), spoil(cell.sigma_min), spoil(cell.energy), spoil(cell.lowest_head);
        if (cell.geometric) spoil(*cell.geometric);
    }
    margins->share_beyond = margins->nats_per_position = kNoValue;
    auto attention = std::make_shared<AttentionFrame>(*frames.attention);
    for (float& w : attention->weights) spoil(w);
    for (float& w : margins->head_logdet) spoil(w);
    auto boundary = std::make_shared<BoundaryFrame>(*frames.boundary);
    for (float& w : boundary->logdet) spoil(w);
    for (PastPoint& p : boundary->past)
        spoil(p.at.x), spoil(p.attention), spoil(p.volume_share), spoil(p.trace_share);
    for (PlanePoint& p : boundary->spectrum) spoil(p.x), spoil(p.y);
    boundary->geometric = kNoValue;
    boundary->nearest = PlanePoint{inf, kNoValue};
    boundary->logdet_now = boundary->sigma_min_now = kNoValue;
    auto twin = std::make_shared<TwinFrame>(*frames.twin);
    for (TwinCell& cell : twin->cells)
        spoil(cell.kl), spoil(cell.margin_gap), spoil(cell.entropy), spoil(cell.share_flipped);
    for (TwinCandidate& one : twin->average) spoil(one.averaged);
    twin->share_flipped = twin->mean_kl = kNoValue;
    twin->rms = {kNoValue, inf};
    auto why = std::make_shared<WhyFrame>(*frames.why);
    synthetic::spoil(*why);
    frames.why = why;
    auto particles = std::make_shared<ParticleFrame>(*frames.particles);
    synthetic::spoil(*particles);
    frames.particles = particles;
    auto holes = std::make_shared<HolesFrame>(*frames.holes);
    synthetic::spoil(*holes);
    frames.holes = holes;
    auto training = std::make_shared<TrainingFrame>(*frames.training);
    training->steps_per_s = training->tokens_per_s = training->eta_secs = kNoValue;
    auto path = std::make_shared<PathFrame>(*frames.path);
    for (PathCell& cell : path->cells) {
        if (cell.clean_ce && uniform(generator) < 0.5F) cell.clean_ce = kNoValue;
        cell.logdet_mean = uniform(generator) < 0.5F ? kNoValue : inf;
        for (auto& [sigma, ce] : cell.noisy_ce) ce = uniform(generator) < 0.5F ? kNoValue : ce;
    }
    frames.decode = decode;
    frames.margins = margins;
    frames.attention = attention;
    frames.boundary = boundary;
    frames.branches = spoiled(*frames.branches);
    frames.twin = twin;
    frames.training = training;
    frames.path = path;
    auto playground = std::make_shared<PlaygroundFrame>(*frames.playground);
    synthetic::spoil(*playground);
    frames.playground = playground;
    frames.robustness = spoilt_robustness();
    return frames;
}

Frames wide() {
    Frames frames = usual();
    const auto scaled = [](auto& value, double by) {
        value = static_cast<std::remove_reference_t<decltype(value)>>(by * (value + 0.0123456));
    };
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    for (TokenCell& cell : decode->line) scaled(cell.logprob, 11.7), scaled(cell.entropy, -11.7);
    for (CandidateCell& c : decode->candidates)
        scaled(c.logdet, -37.1), c.mean_probability = 0.999F;
    for (TokenCell& cell : decode->line) cell.mean_logprob = -123.45F;
    decode->ensemble = "4096 samples";
    decode->ensemble_path = "/home/somebody/models/a folder with a long name/samples around run-1";
    decode->model_label =
        "/home/somebody/models/a folder with a long name/run-2026-11-27/checkpoints/step-002000";
    decode->noise.sigma = 0.1234;
    decode->noise.positions = {1, 2, 30};
    auto twin = std::make_shared<TwinFrame>(*frames.twin);
    twin->noise = decode->noise;
    twin->noise.where = NoisePlace::residual;
    twin->pending = 123, twin->behind = true;
    for (TwinCell& cell : twin->cells) {
        scaled(cell.kl, 11.7), scaled(cell.margin_gap, -123.4), scaled(cell.entropy, 11.7);
        scaled(cell.expected_entropy, -11.7);
    }
    for (std::size_t i = 5; i < twin->cells.size(); i += 9) twin->cells[i].stale = true;
    for (std::size_t i = 7; i < twin->cells.size(); i += 9) twin->cells[i].known = false;
    decode->vocabulary -= 4;  // the last ids are characters that the model does not know
    decode->unknown = 123456, decode->left_out = 7654321;
    auto margins = std::make_shared<MarginFrame>(*frames.margins);
    for (MarginCell& cell : margins->cells) {
        scaled(cell.logdet, -123.4), scaled(cell.sigma_min, 1e-5), scaled(cell.energy, 1e5);
        scaled(cell.lowest_head, -1e-4);
        cell.crossings = 12;
        if (cell.geometric) scaled(*cell.geometric, 1e-5);
    }
    margins->nats_per_position = -12345.678;
    margins->pending = 123456;
    for (std::size_t i = margins->cells.size() / 2; i < margins->cells.size(); i += 7) {
        margins->cells[i].valid = false;
        margins->cells[i].pending = true;
    }
    margins->stage_label = "live, of the model in training at step 12000";
    auto boundary = std::make_shared<BoundaryFrame>(*frames.boundary);
    boundary->logdet_now = -12.34567, boundary->sigma_min_now = 1.2345e-7;
    boundary->geometric = 1.2345e-5F;
    boundary->crossings_now = 12, boundary->sign_now = 1;
    for (PastPoint& p : boundary->past) scaled(p.volume_share, -1e-5), scaled(p.trace_share, 1e-5);
    for (float* end : {&boundary->x_min, &boundary->x_max, &boundary->y_min, &boundary->y_max})
        scaled(*end, 1234.5);
    auto status = std::make_shared<StatusFrame>(*frames.status);
    status->activity = "fitting a stage to the model";
    status->progress = 0.4, status->eta_secs = 7260;
    status->message =
        "Loaded the model of /home/somebody/models/a folder with a long name/run-2026-11-27 "
        "(803,072 parameters), 12 characters of the text are unknown to it.";
    auto why = std::make_shared<WhyFrame>(*frames.why);
    widen(*why);
    frames.why = why;
    auto particles = std::make_shared<ParticleFrame>(*frames.particles);
    widen(*particles);
    frames.particles = particles;
    auto holes = std::make_shared<HolesFrame>(*frames.holes);
    widen(*holes);
    frames.holes = holes;
    frames.decode = decode;
    frames.margins = margins;
    frames.branches = widened(*frames.branches);
    frames.boundary = boundary;
    frames.twin = twin;
    frames.status = status;
    frames.path = finished_path(8, 6, 4);
    frames.playground = wide_playground();
    frames.robustness = wide_robustness();
    auto fork = std::make_shared<TrainingFrame>(*frames.training);
    fork->step = 123456, fork->target = 1234567;
    fork->run_folder = "/home/somebody/runs/a folder with a long name-fork-123456";
    fork->sentence = "The 123.456 minutes of this run are over at step 123456.";
    frames.fork = fork;
    return frames;
}

}  // namespace marginscope::synthetic
