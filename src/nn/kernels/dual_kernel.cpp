// One position of the dual, written so that every inner loop runs along whole rows of vectors.
#include "nn/kernels/dual_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linear/tile.h"
#include "nn/kernels/dual_solve.h"

namespace marginscope::kernels {
namespace {

using simd::kCountOf;
using simd::pack;
using simd::Pack;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One position's rows and matrices in the scratch; `columns` padded.
template <typename Real>
struct Position {
    std::int64_t n, columns, stride;
    const Real *scores, *keys, *mean;
    const Real *left_norm, *right_norm;  // |u_t|, |(u A)_s|
    const Real* a;                       // its weights, padded with zeros
    Real* matrix;                        // M, then N, then X
    Real* d_a;
};

/// M of the position, padded columns zero.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE void build_lanes(const Position<Real>& p) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    for (std::int64_t s = 0; s < p.n; ++s) {
        const Real* g = p.keys + s * p.stride;
        Real* row = p.matrix + s * p.stride;
        const Real a = -p.a[s];
        for (std::int64_t t = 0; t < p.columns; t += kCount)
            pack<kCount>(row + t) = a * (pack<kCount>(g + t) - pack<kCount>(p.mean + t));
        for (std::int64_t t = p.n; t < p.columns; ++t) row[t] = 0;
        row[s] += 1;
    }
}

template <typename Real>
struct Spread {
    Real trace;  // tr(X U A Uᵀ) = sum X_ts score_ts
    Real bound;  // of |Uᵀ X U A|_F: sum |X_ts| |u_t| |(u A)_s|
};

/// From N to X in place; the gradient through the weights, not yet capped, into d_a.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE void spread_lanes(const Position<Real>& p, Spread<Real>& out) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    using Vector = Pack<kCount, Real>;
    for (std::int64_t s = 0; s < p.columns; ++s) p.d_a[s] = 0;
    Vector trace = {};
    Vector bound = {};
    for (std::int64_t t = 0; t < p.n; ++t) {
        Real* row = p.matrix + t * p.stride;
        const Real* score = p.scores + t * p.stride;
        Vector dots = {};
        for (std::int64_t s = 0; s < p.columns; s += kCount)
            dots += pack<kCount>(row + s) * pack<kCount>(p.a + s);
        const Real na = simd::sum_of(dots);
        const Real g = p.mean[t];
        Vector row_bound = {};
        for (std::int64_t s = 0; s < p.columns; s += kCount) {
            const Vector inverse = pack<kCount>(row + s);
            const Vector of_score = pack<kCount>(score + s);
            pack<kCount>(p.d_a + s) += na * of_score - inverse * (of_score - g);
            const Vector x = pack<kCount>(p.a + s) * (inverse - na);
            trace += x * of_score;
            row_bound += (x < Real(0) ? -x : x) * pack<kCount>(p.right_norm + s);
            pack<kCount>(row + s) = x;
        }
        bound += p.left_norm[t] * row_bound;
    }
    out = {simd::sum_of(trace), simd::sum_of(bound)};
}

/// sum of a ∘ b over n rows.
template <int kLanes, typename Real>
MARGINSCOPE_INLINE Real inner_lanes(const Real* a, const Real* b, const Position<Real>& p) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    Pack<kCount, Real> sum = {};
    for (std::int64_t t = 0; t < p.n; ++t)
        for (std::int64_t s = 0; s < p.columns; s += kCount)
            sum += pack<kCount>(a + t * p.stride + s) * pack<kCount>(b + t * p.stride + s);
    return simd::sum_of(sum);
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void subtract_scaled_lanes(const Position<Real>& p, Real weight,
                                              Real* d_scores) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    for (std::int64_t t = 0; t < p.n; ++t)
        for (std::int64_t s = 0; s < p.columns; s += kCount)
            pack<kCount>(d_scores + t * p.stride + s) -=
                weight * pack<kCount>(p.matrix + t * p.stride + s);
}

MARGINSCOPE_KERNEL(void, build, (const Position<float>& p), (p))
MARGINSCOPE_KERNEL(void, build, (const Position<double>& p), (p))
MARGINSCOPE_KERNEL(void, spread, (const Position<float>& p, Spread<float>& out), (p, out))
MARGINSCOPE_KERNEL(void, spread, (const Position<double>& p, Spread<double>& out), (p, out))
MARGINSCOPE_KERNEL(float, inner, (const float* a, const float* b, const Position<float>& p),
                   (a, b, p))
MARGINSCOPE_KERNEL(double, inner, (const double* a, const double* b, const Position<double>& p),
                   (a, b, p))
MARGINSCOPE_KERNEL(void, subtract_scaled, (const Position<float>& p, float weight, float* d_scores),
                   (p, weight, d_scores))
MARGINSCOPE_KERNEL(void, subtract_scaled,
                   (const Position<double>& p, double weight, double* d_scores),
                   (p, weight, d_scores))

template <typename Real>
Position<Real> position_of(const DualSequence<Real>& in, const DualPosition<Real>& at,
                           DualScratch<Real>& scratch) {
    const std::int64_t stride = in.stride;
    const std::int64_t n = at.n;
    Position<Real> p{};
    p.n = n;
    p.columns = linear::padded_columns<Real>(n);
    p.stride = stride;
    p.scores = in.scores;
    p.keys = in.keys;
    p.mean = at.mean;
    p.matrix = scratch.inverse.at_least(static_cast<std::size_t>(n * stride));
    Real* const rows = scratch.rows.at_least(static_cast<std::size_t>(4 * stride));
    Real* const a = rows;
    std::copy_n(at.weights, n, a);
    std::fill_n(a + n, p.columns - n, Real(0));
    p.a = a;
    p.d_a = rows + stride;
    Real* const left = rows + 2 * stride;
    Real* const right = rows + 3 * stride;
    for (std::int64_t t = 0; t < n; ++t) {
        left[t] = std::sqrt(std::max(Real(0), in.gram[t * stride + t]));
        right[t] = std::sqrt(std::max(Real(0), in.right[t * stride + t]));
    }
    std::fill_n(right + n, p.columns - n, Real(0));
    p.left_norm = left;
    p.right_norm = right;
    return p;
}

/// |Uᵀ X U A|_F² = sum (K X) ∘ (X R)
template <typename Real>
double square_of_low_rank(const DualSequence<Real>& in, const Position<Real>& p,
                          DualScratch<Real>& scratch) {
    const std::int64_t stride = p.stride;
    Real* const product = scratch.product.at_least(static_cast<std::size_t>(2 * p.n * stride));
    Real* const left = product + p.n * stride;
    const linear::ProductSize size{p.n, p.columns, p.n};
    linear::multiply({p.matrix, stride, 1}, in.right, stride, product, stride, size,
                     linear::Into::replace);
    linear::multiply({in.gram, stride, 1}, p.matrix, stride, left, stride, size,
                     linear::Into::replace);
    // Beyond column n the rows of `right` hold later tokens; those of `left` are zero.
    return static_cast<double>(inner(product, left, p));
}

/// Adds to d_scores and writes d_attention (n).
template <typename Real>
DualSolution solve(const DualSequence<Real>& in, const DualPosition<Real>& at,
                   DualScratch<Real>& scratch, Real* d_scores, Real* d_attention) {
    const Position<Real> p = position_of(in, at, scratch);
    build(p);
    const linear::SmallDet det =
        linear::invert_in_place(p.matrix, p.n, p.stride, scratch.inverse_scratch);
    std::fill_n(d_attention, p.n, Real(0));
    if (det.sign == 0) return {{det.logdet, 0, kInfinity}, kInfinity};
    Spread<Real> sums{};
    spread(p, sums);

    // |J^-1|_F² = d + 2 tr(X U A Uᵀ) + |Uᵀ X U A|_F²; the last is dear, its bound is not.
    const double known = in.width + 2.0 * static_cast<double>(sums.trace);
    double low_rank = static_cast<double>(sums.bound);
    if (at.exact_norm || !(known + low_rank * low_rank <= in.cap * in.cap))
        low_rank = std::sqrt(std::max(0.0, square_of_low_rank(in, p, scratch)));
    const double square = known + low_rank * low_rank;
    if (!std::isfinite(square))  // so close to singular that the inverse overflows
        return {{-kInfinity, 0, kInfinity}, kInfinity};
    const double norm = std::sqrt(std::max(0.0, square));
    const Real weight = norm > in.cap ? static_cast<Real>(in.cap / norm) : Real(1);
    subtract_scaled(p, weight, d_scores);
    for (std::int64_t s = 0; s < p.n; ++s) d_attention[s] = weight * p.d_a[s];
    return {{det.logdet, det.sign, norm}, 1.0 + low_rank};
}

template <typename Real>
DualPosition<Real> row_of(const DualSequence<Real>& in, std::int64_t i) {
    return {i, in.attention + i * in.stride, in.mean + i * in.stride, false};
}

}  // namespace

DualSolution solve_dual(const DualSequence<float>& in, const DualPosition<float>& at,
                        DualScratch<float>& scratch, float* d_scores, float* d_attention) {
    return solve(in, at, scratch, d_scores, d_attention);
}
DualSolution solve_dual(const DualSequence<double>& in, const DualPosition<double>& at,
                        DualScratch<double>& scratch, double* d_scores, double* d_attention) {
    return solve(in, at, scratch, d_scores, d_attention);
}

DualMargin dual_position(const DualSequence<float>& in, std::int64_t i, DualScratch<float>& scratch,
                         float* d_scores, float* d_attention) {
    return solve(in, row_of(in, i), scratch, d_scores, d_attention).margin;
}
DualMargin dual_position(const DualSequence<double>& in, std::int64_t i,
                         DualScratch<double>& scratch, double* d_scores, double* d_attention) {
    return solve(in, row_of(in, i), scratch, d_scores, d_attention).margin;
}

}  // namespace marginscope::kernels
