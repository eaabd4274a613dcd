// The exact log-barrier -log|det J_i| of each site (E7; embeddings and projected E5/E18, heads
// E14), differentiable.
//
// One function per site; every mean runs over positions i >= 3 of all sequences given, or over
// those chosen (nn/positions.h). Singular positions count in `singular` and add nothing. Each
// position's gradient is scaled by min(1, cap / |J^-1|_F); values are not.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "nn/model/language_model.h"

namespace marginscope {

struct BarrierTerms {
    at::Tensor
        barrier;        // scalar: mean b_i over the positions that are not singular, differentiable
    at::Tensor logdet;  // (K, m) no gradient: K = sequences (times layers and heads), m positions
    at::Tensor sign;    // (K, m) -1, 0 (singular), 1
    at::Tensor inverse_norm;  // (K, m) |J^-1|_F, or a bound of it where even that is below the cap
    // Of an estimator, (K, m), otherwise undefined: what is known of the error of each logdet.
    at::Tensor truncation_bound;  // the most it can be off; +inf where nothing is known
    at::Tensor probe_variance;    // of a mean over random probes; NaN from a single one
};

/// The strictly causal stage over u (N, T, d) with v = u; projected: pass W_P u.
BarrierTerms stage_barrier(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                           double cap);

/// All layers and heads (E14), from a pass that filled `tap`; the first `sequences` sequences of
/// its batch. The attended set of a head includes the position itself. Gradients reach q, k, v of
/// the tap and the model's own W_Q, W_O.
/// `positions`: one choice per layer, rows by sequence and head; empty: all.
BarrierTerms heads_barrier(const LanguageModel& model, const Tap& tap, std::int64_t sequences,
                           double cap, const std::vector<at::Tensor>& positions = {});

/// Plain numbers of a step or an evaluation.
struct BarrierReport {
    double barrier = 0.0;         // mean b
    double logdet_mean = 0.0;     // -barrier
    double standard_error = 0.0;  // of barrier, over sequences; NaN from a single one
    double share_beyond = 0.0;    // det < 0
    std::int64_t capped = 0;
    std::int64_t singular = 0;
    std::int64_t positions = 0;
};

inline constexpr std::int64_t kBarrierCounts = 6;

/// [sum of log|det|, count det < 0, count capped, count singular, positions, squared standard error
/// of the mean], float64 on the terms' device: no waiting. Undefined when no sequence carried the
/// barrier.
at::Tensor barrier_counts(const BarrierTerms& terms, double cap);
BarrierReport read_barrier_counts(const at::Tensor& counts);

/// The smallest sigma_min(J_i) (E9) over positions i >= 3 of u (N, T, d); of heads, over all of
/// them. For reports: slow.
double stage_sigma_min(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k);
double heads_sigma_min(const LanguageModel& model, const Tap& tap, std::int64_t sequences);

/// Over matrices (..., m, m); NaN when one of them is not finite.
double smallest_singular_value(const at::Tensor& matrices);

}  // namespace marginscope
