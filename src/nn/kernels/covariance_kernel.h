// The primal form of one sequence on the CPU: log|det(I - Cov_i(v, k))| of many positions, with the
// gradients in attention, values and keys, from one factorisation each (E5, E14). float32 or
// float64; no torch; any thread, one scratch each.
//
// Nothing of size T x p x p is formed from all pairs: for one component of the values, its products
// with the keys are T x p numbers, and the second moments of a block of positions are their product
// with the positions' weights. The way back is the same product twice.
#pragma once

#include <cstdint>
#include <vector>

#include "core/linear/small_inverse.h"

namespace marginscope::kernels {

/// What the matrix stands for where it is the small form of a J of its own (E14):
/// J = I_d - L C R with C = Cov(v, source), and keys = source R L. All p x p, rows padded.
template <typename Real>
struct LowRankLift {
    const Real* source = nullptr;      // T x p, rows padded
    const Real* gram_left = nullptr;   // LᵀL
    const Real* gram_right = nullptr;  // R Rᵀ
    double norm_bound = 0;             // of |L|_2 |R|_2
    double width = 0;                  // d
};

/// Rows padded with zeros as core/linear/tile.h says; `row` for matrices of p columns, `wide` for
/// T.
template <typename Real>
struct CovarianceSequence {
    const Real* attention = nullptr;         // (count, T) weights of the chosen positions
    const std::int64_t* attended = nullptr;  // (count) how many tokens each sees; never falling
    std::int64_t count = 0;
    const Real* values = nullptr;  // (T, p), from an origin near the data
    const Real* keys = nullptr;    // (T, p)
    std::int64_t time = 0, size = 0;
    double cap = 0;                           // gradients are scaled by min(1, cap / |J^-1|_F)
    const LowRankLift<Real>* lift = nullptr;  // null: the matrix is J itself
};

/// The first three have `count` numbers; gradients are those of the capped sum of log|det|.
template <typename Real>
struct CovarianceResult {
    Real* logdet = nullptr;       // -inf where singular
    Real* sign = nullptr;         // 0 there
    Real* norm = nullptr;         // |J^-1|_F, or a bound of it where even that is below the cap
    Real* d_attention = nullptr;  // (count, T), overwritten; zero beyond what is attended
    Real* d_values = nullptr;     // (T, p), added to
    Real* d_keys = nullptr;       // (T, p), added to
};

/// Buffers of one thread, grown on demand.
template <typename Real>
struct CovarianceScratch {
    simd::AlignedBuffer<Real> matrices, means, mixed, panel, transposed, moments, lifted;
    linear::InverseScratch<Real> inverse;
    std::vector<std::int64_t> first_seen;
};

void covariance_positions(const CovarianceSequence<float>& in, const CovarianceResult<float>& out,
                          CovarianceScratch<float>& scratch);
void covariance_positions(const CovarianceSequence<double>& in, const CovarianceResult<double>& out,
                          CovarianceScratch<double>& scratch);

}  // namespace marginscope::kernels
