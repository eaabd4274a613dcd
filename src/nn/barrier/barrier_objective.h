// What training adds to the cross-entropy: the barrier through its site (E16, E17) and the fit of
// the stages.
//
// One thread, the model's. All of it is built so that a single backward pass gives every parameter
// its own gradient: the model that of lambda times the barrier, a likelihood-fitted stage that of
// -(E4), a penalised stage that of (E16).
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "nn/barrier/barrier.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

struct Objective {
    at::Tensor loss;       // add to the cross-entropy; undefined when there is nothing to add
    BarrierTerms carried;  // the barrier of the config's site
};

/// Whether the live stage (Model::stage) itself carries the barrier; otherwise it trains along on
/// fixed embeddings.
bool live_stage_carries_barrier(const RunConfig& config);

/// Adds the stages that the config asks for, with their first values, where the model lacks them.
void add_missing_stages(Model& model);

/// What of one step's batch carries the barrier. Sequences: the first `count`, which are as good as
/// any since windows are drawn at random; `weight` makes the sampled gradient's expectation that of
/// all (barrier.sequences of the batch, or the whole). Positions: a share of each of these
/// sequences', for every stage and head its own draw.
struct BarrierSample {
    std::int64_t count = 0;
    double weight = 1.0;
    double position_share = 1.0;
    std::int64_t step = 0;  // of the draws
};

/// Depends on the config, its seed and the step alone.
BarrierSample barrier_sample(const RunConfig& config, std::int64_t batch, std::int64_t step);

/// u (B, T, d): the batch's embeddings, noise included, with their graph; tap: of the pass over
/// them (site heads). Updates the running sigma of each likelihood-fitted stage. A sample of no
/// sequence leaves everything as it is and nothing to add.
Objective barrier_objective(Model& model, const at::Tensor& u, const Tap& tap,
                            const BarrierSample& sample);

/// The carried barrier alone, of all sequences given, no gradients; exact, or as a step that takes
/// `sample` would estimate it.
BarrierTerms report_barrier(const Model& model, const at::Tensor& u, const Tap& tap);
BarrierTerms sampled_barrier(const Model& model, const at::Tensor& u, const Tap& tap,
                             const BarrierSample& sample);
double report_sigma_min(const Model& model, const at::Tensor& u, const Tap& tap);

}  // namespace marginscope
