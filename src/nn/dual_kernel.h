// The dual (E18, E19) of one sequence on the CPU: for each position its determinant, the norm its
// cap needs and both gradients, from one factorisation. No torch; any thread, one Scratch each.
//
// T positions; position i attends to the n = i tokens before it. With M = I - D G and N = M^-1:
//   d log|det M| / d score_ts = a_s ((N a)_t - N_ts)                  through G
//   d log|det M| / d a_s      = sum_t (N a)_t G_st - N_ts (G_st - g_t)    through D
// where g_t = sum_s a_s G_st, so that M_st = delta_st - a_s (G_st - g_t). A matrix X_ts =
// a_s (N_ts - (N a)_t) is both: J^-1 = I + Uᵀ X U A, and -X is the gradient through G.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/small_inverse.h"

namespace marginscope {

/// Row-major T x T matrices of one sequence, rows `stride` apart, padded as nn/vector_tile.h
/// says.
template <typename Real>
struct DualSequence {
    const Real* scores = nullptr;     // [query t, key s]
    const Real* keys = nullptr;       // its transpose: G
    const Real* attention = nullptr;  // [i, s], zero from s = i on
    const Real* gram = nullptr;       // U Uᵀ
    const Real* right = nullptr;      // (U A)(U A)ᵀ
    std::int64_t stride = 0;
    double width = 0;  // d of J
    double cap = 0;    // gradients are scaled by min(1, cap / |J^-1|_F)
};

/// Buffers of one thread, grown on demand.
template <typename Real>
struct DualScratch {
    std::vector<Real> inverse, product, rows;
    InverseScratch<Real> inverse_scratch;
};

struct DualMargin {
    double logdet = 0;  // -inf when singular
    int sign = 1;       // 0 then
    double norm = 0;    // |J^-1|_F, +inf then
};

/// Position i >= 1. Adds the capped gradient through G to d_scores (rows `stride` apart, at least i
/// of them) and writes that through the attention row to d_attention (i values). Singular: nothing
/// is added, d_attention is zero.
DualMargin dual_position(const DualSequence<float>& in, std::int64_t i, DualScratch<float>& scratch,
                         float* d_scores, float* d_attention);
DualMargin dual_position(const DualSequence<double>& in, std::int64_t i,
                         DualScratch<double>& scratch, double* d_scores, double* d_attention);

}  // namespace marginscope
