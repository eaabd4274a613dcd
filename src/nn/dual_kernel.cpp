// One position of the dual, written so that every inner loop runs along whole rows of vectors.
#include "nn/dual_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/vector_clones.h"
#include "nn/small_inverse.h"
#include "nn/vector_tile.h"

namespace marginscope {
namespace {

template <typename Real>
MARGINSCOPE_INLINE Real total(const Real* values, std::int64_t n) {
    Real lanes[kRowLanes] = {};
    for (std::int64_t k = 0; k < n; k += kRowLanes)
        for (std::int64_t j = 0; j < kRowLanes; ++j) lanes[j] += values[k + j];
    Real sum = 0;
    for (const Real lane : lanes) sum += lane;
    return sum;
}

template <typename Real>
MARGINSCOPE_INLINE Real dot(const Real* a, const Real* b, std::int64_t n) {
    Real lanes[kRowLanes] = {};
    for (std::int64_t k = 0; k < n; k += kRowLanes)
        for (std::int64_t j = 0; j < kRowLanes; ++j) lanes[j] += a[k + j] * b[k + j];
    Real sum = 0;
    for (const Real lane : lanes) sum += lane;
    return sum;
}

/// M of position i into `m` (n x n, padded columns zero); `mean` becomes g.
template <typename Real>
MARGINSCOPE_INLINE void build(const DualSequence<Real>& in, std::int64_t n, std::int64_t columns,
                              const Real* a, Real* __restrict m, Real* __restrict mean) {
    std::fill_n(mean, columns, Real(0));
    for (std::int64_t s = 0; s < n; ++s) {
        const Real* __restrict g = in.keys + s * in.stride;
        for (std::int64_t t = 0; t < columns; ++t) mean[t] += a[s] * g[t];
    }
    for (std::int64_t s = 0; s < n; ++s) {
        const Real* __restrict g = in.keys + s * in.stride;
        Real* __restrict row = m + s * in.stride;
        for (std::int64_t t = 0; t < columns; ++t) row[t] = -a[s] * (g[t] - mean[t]);
        std::fill_n(row + n, columns - n, Real(0));
        row[s] += 1;
    }
}

/// From the inverse to X in place; d_attention without its weight. Returns tr(X right_left) = sum
/// X_ts score_ts.
template <typename Real>
MARGINSCOPE_INLINE Real spread(const DualSequence<Real>& in, std::int64_t n, std::int64_t columns,
                               const Real* __restrict a, const Real* mean, Real* inverse,
                               Real* __restrict d_a, Real* __restrict terms) {
    std::fill_n(d_a, columns, Real(0));
    std::fill_n(terms, columns, Real(0));
    for (std::int64_t t = 0; t < n; ++t) {
        Real* __restrict row = inverse + t * in.stride;
        const Real* __restrict score = in.scores + t * in.stride;
        const Real na = dot(row, a, columns);
        const Real g = mean[t];
        for (std::int64_t s = 0; s < columns; ++s) {
            d_a[s] += na * score[s] - row[s] * (score[s] - g);
            const Real x = a[s] * (row[s] - na);
            terms[s] += x * score[s];
            row[s] = x;
        }
    }
    return total(terms, columns);
}

template <typename Real>
MARGINSCOPE_INLINE DualMargin position(const DualSequence<Real>& in, std::int64_t n,
                                       DualScratch<Real>& scratch, Real* d_scores,
                                       Real* d_attention) {
    const std::int64_t columns = padded_columns(n);
    Real* const a = scratch.rows.data();
    Real* const mean = a + in.stride;
    Real* const d_a = mean + in.stride;
    Real* const terms = d_a + in.stride;
    Real* const inverse = scratch.inverse.data();
    Real* const product = scratch.product.data();
    std::copy_n(in.attention + n * in.stride, n, a);
    std::fill_n(a + n, columns - n, Real(0));
    build(in, n, columns, a, inverse, mean);
    const SmallDet det = invert_in_place(inverse, n, in.stride, scratch.inverse_scratch);
    if (det.sign == 0) {
        std::fill_n(d_attention, n, Real(0));
        return {det.logdet, 0, std::numeric_limits<double>::infinity()};
    }
    const Real trace = spread(in, n, columns, a, mean, inverse, d_a, terms);

    // |J^-1|_F² = d + 2 tr(X U A Uᵀ) + sum (K X) ∘ (X R)
    const std::int64_t stride = in.stride;
    multiply_rows(inverse, stride, in.right, stride, product, stride, n, columns, n, false);
    Real* const left = product + n * in.stride;
    multiply_rows(in.gram, stride, inverse, stride, left, stride, n, columns, n, false);
    double square = in.width + 2.0 * static_cast<double>(trace);
    for (std::int64_t t = 0; t < n; ++t)
        square += static_cast<double>(
            dot(product + t * in.stride, left + t * in.stride, columns));
    if (!std::isfinite(square)) {  // so close to singular that the inverse overflows
        std::fill_n(d_attention, n, Real(0));
        return {-std::numeric_limits<double>::infinity(), 0,
                std::numeric_limits<double>::infinity()};
    }
    const double norm = std::sqrt(std::max(0.0, square));
    const Real weight = norm > in.cap ? static_cast<Real>(in.cap / norm) : Real(1);

    for (std::int64_t t = 0; t < n; ++t) {
        Real* __restrict to = d_scores + t * in.stride;
        const Real* __restrict x = inverse + t * in.stride;
        for (std::int64_t s = 0; s < columns; ++s) to[s] -= weight * x[s];
    }
    for (std::int64_t s = 0; s < n; ++s) d_attention[s] = weight * d_a[s];
    return {det.logdet, det.sign, norm};
}

template <typename Real>
void reserve(DualScratch<Real>& scratch, std::int64_t n, std::int64_t stride) {
    const auto cells = static_cast<std::size_t>(n * stride);
    if (scratch.inverse.size() < cells) scratch.inverse.resize(cells);
    if (scratch.product.size() < 2 * cells) scratch.product.resize(2 * cells);
    if (scratch.rows.size() < static_cast<std::size_t>(4 * stride))
        scratch.rows.resize(static_cast<std::size_t>(4 * stride));
}

MARGINSCOPE_VECTOR_CLONES DualMargin run(const DualSequence<float>& in, std::int64_t n,
                                         DualScratch<float>& scratch, float* d_scores,
                                         float* d_attention) {
    return position(in, n, scratch, d_scores, d_attention);
}
MARGINSCOPE_VECTOR_CLONES DualMargin run(const DualSequence<double>& in, std::int64_t n,
                                         DualScratch<double>& scratch, double* d_scores,
                                         double* d_attention) {
    return position(in, n, scratch, d_scores, d_attention);
}

}  // namespace

DualMargin dual_position(const DualSequence<float>& in, std::int64_t i, DualScratch<float>& scratch,
                         float* d_scores, float* d_attention) {
    reserve(scratch, i, in.stride);
    return run(in, i, scratch, d_scores, d_attention);
}
DualMargin dual_position(const DualSequence<double>& in, std::int64_t i,
                         DualScratch<double>& scratch, double* d_scores, double* d_attention) {
    reserve(scratch, i, in.stride);
    return run(in, i, scratch, d_scores, d_attention);
}

}  // namespace marginscope
