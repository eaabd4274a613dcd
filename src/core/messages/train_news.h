// Train: what a run tells of itself, in order, and nothing of it is skipped.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/messages/no_value.h"

namespace marginscope {

struct TrainingSample {  // one per step
    std::int64_t step = 0;
    float ce = kNoValue;
    float barrier = kNoValue;
    float logdet_mean = kNoValue;
    float share_beyond = kNoValue;
    float embedding_rms = kNoValue;
    float grad_norm = kNoValue;
    float lr = 0;
    float lambda = 0;
    float noise = 0;
    int capped = 0;
    int singular = 0;
    float stage_sigma = kNoValue;  // of the live stage, in units of u;
    float u_rms = kNoValue;        // RMS of what it was given
};

struct EvalSample {  // one per evaluation, and once at the start
    std::int64_t step = 0;
    float val_ce = kNoValue;
    float val_logdet_mean = kNoValue;
    // What a training step's estimate of the barrier is on the same windows, where -val_logdet_mean
    // is exact; without a value where steps are exact too.
    float barrier_estimate = kNoValue, barrier_estimate_error = kNoValue;
    float barrier_bound = kNoValue;  // of what truncation leaves out
    float sigma_min_min = kNoValue;
    float share_beyond = kNoValue;
};

/// Margins and attention on some validation windows: at the start, at the end, and between them as
/// often as its share of the time allows.
struct MarginSample {
    std::int64_t step = 0;
    std::vector<float> logdets;  // log|det| of every position that has one, ascending
    float share_beyond = kNoValue;
    // Of each head, layer by layer; means over positions, and the largest over them.
    std::vector<float> head_entropies;  // of attention, nats
    std::vector<float> head_logits;     // largest q.k / sqrt(p)
    int heads = 0;                      // of a layer
};

struct LiveMark {  // a setting changed between two steps
    std::int64_t step = 0;
    std::string label;
};

struct TrainingReset {  // a new run begins: forget the series
    std::string label;
};

/// What a run tells of itself.
using RunNews = std::variant<TrainingSample, EvalSample, MarginSample, LiveMark>;

struct TrainingForked {  // a second run goes on from the first as it was after `step`
    std::int64_t step = 0;
    std::string label;
};
struct ForkClosed {
    bool kept = false;  // it is the training now, and its parent is gone
};

/// What must not be skipped, in order.
struct TrainingEvent {
    bool of_fork = false;  // news of the second run
    std::variant<RunNews, TrainingReset, TrainingForked, ForkClosed> what;
};

}  // namespace marginscope
