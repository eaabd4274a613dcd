// The dual (E18, E19) of one sequence on the CPU: for each position its determinant, its cap and
// both gradients, from one factorisation. float32 or float64; no torch; any thread, one scratch
// each.
//
// T positions; position i attends to the n = i tokens before it. With M = I - D G and N = M^-1:
//   d log|det M| / d score_ts = a_s ((N a)_t - N_ts)                  through G
//   d log|det M| / d a_s      = sum_t (N a)_t G_st - N_ts (G_st - g_t)    through D
// where g_t = sum_s a_s G_st, so that M_st = delta_st - a_s (G_st - g_t). A matrix X_ts =
// a_s (N_ts - (N a)_t) is both: J^-1 = I + Uᵀ X U A, and -X is the gradient through G. Its rows and
// columns sum to zero, so U may be taken from any origin.
#pragma once

#include <cstdint>
#include <vector>

#include "core/linear/small_inverse.h"

namespace marginscope::kernels {

/// Row-major T x T matrices of one sequence, rows `stride` apart, padded with zeros as
/// core/linear/tile.h says.
template <typename Real>
struct DualSequence {
    const Real* scores = nullptr;     // [query t, key s]
    const Real* keys = nullptr;       // its transpose: G
    const Real* attention = nullptr;  // [i, s], zero from s = i on
    const Real* mean = nullptr;       // [i, t]: g of position i, attention times keys
    const Real* gram = nullptr;       // U Uᵀ, U from an origin near the data
    const Real* right = nullptr;      // (U A)(U A)ᵀ
    std::int64_t stride = 0;
    double width = 0;  // d of J
    double cap = 0;    // gradients are scaled by min(1, cap / |J^-1|_F)
};

/// Buffers of one thread, grown on demand.
template <typename Real>
struct DualScratch {
    simd::AlignedBuffer<Real> inverse, product, rows, kept, kept_rows;
    std::vector<std::int64_t> order;
    linear::InverseScratch<Real> inverse_scratch;
};

struct DualMargin {
    double logdet = 0;  // -inf when singular
    int sign = 1;       // 0 then
    double norm = 0;    // |J^-1|_F; a bound of it where even that is below the cap; +inf: singular
    double bound = 0;   // of the error of logdet where tokens were left out; +inf: none is known
};

/// Position i >= 1. Adds the capped gradient through G to d_scores (rows `stride` apart, at least i
/// of them) and writes that through the attention row to d_attention (i values). Singular: nothing
/// is added, d_attention is zero.
DualMargin dual_position(const DualSequence<float>& in, std::int64_t i, DualScratch<float>& scratch,
                         float* d_scores, float* d_attention);
DualMargin dual_position(const DualSequence<double>& in, std::int64_t i,
                         DualScratch<double>& scratch, double* d_scores, double* d_attention);

/// The same over the `most` tokens with the largest weights alone, these divided by their sum. With
/// S' their covariance and S all tokens', J = J' (I - J'^-1 (S - S') A), so logdet is off by at
/// most -log(1 - e), e = |J'^-1|_2 |(S - S') A|_*, the nuclear norm bounded by the dropped weights
/// times distances from the kept mean; all from `gram` and `right`.
DualMargin truncated_dual_position(const DualSequence<float>& in, std::int64_t i, std::int64_t most,
                                   DualScratch<float>& scratch, float* d_scores,
                                   float* d_attention);
DualMargin truncated_dual_position(const DualSequence<double>& in, std::int64_t i,
                                   std::int64_t most, DualScratch<double>& scratch,
                                   double* d_scores, double* d_attention);

}  // namespace marginscope::kernels
