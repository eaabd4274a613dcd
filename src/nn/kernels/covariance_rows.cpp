// Each loop is a template over the width of the vectors, and one copy of it per kind of machine.
#include "nn/kernels/covariance_rows.h"

#include "core/linear/simd.h"

namespace marginscope::kernels {
namespace {

using simd::kCountOf;
using simd::pack;
using simd::Pack;

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void scale_rows_lanes(const Real* from, const Real* factor,
                                         std::int64_t factor_stride, std::int64_t rows,
                                         std::int64_t columns, Real* to) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    for (std::int64_t s = 0; s < rows; ++s) {
        const Real by = factor[s * factor_stride];
        for (std::int64_t c = 0; c < columns; c += kCount)
            pack<kCount>(to + s * columns + c) = by * pack<kCount>(from + s * columns + c);
    }
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void minus_products_lanes(const Real* from, const Real* factor,
                                             std::int64_t rows, std::int64_t columns,
                                             std::int64_t stride, Real* to) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t s = 0; s < columns; s += kCount)
            pack<kCount>(to + r * stride + s) =
                -(pack<kCount>(factor + s) * pack<kCount>(from + r * stride + s));
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void take_moments_lanes(const Real* moments, const Real* values,
                                           const Real* keys, std::int64_t rows,
                                           std::int64_t columns, Real* d_values, Real* d_keys) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    for (std::int64_t s = 0; s < rows; ++s) {
        const Real key = keys[s * columns];
        Pack<kCount, Real> dot = {};
        for (std::int64_t r = 0; r < columns; r += kCount) {
            const Pack<kCount, Real> w = pack<kCount>(moments + s * columns + r);
            dot += w * pack<kCount>(values + s * columns + r);
            pack<kCount>(d_values + s * columns + r) -= key * w;
        }
        d_keys[s * columns] -= simd::sum_of(dot);
    }
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void finish_matrix_lanes(const OneMatrix<Real>& m) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    for (std::int64_t r = 0; r < m.size; ++r) {
        Real* const row = m.matrix + r * m.row;
        const Real mean = m.v_mean[r];
        for (std::int64_t c = 0; c < m.row; c += kCount)
            pack<kCount>(row + c) = mean * pack<kCount>(m.k_mean + c) - pack<kCount>(row + c);
        row[r] += 1;
    }
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE void take_inverse_lanes(const OneMatrix<Real>& m, Real weight, Real* of_values,
                                           Real* of_keys) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    for (std::int64_t c = 0; c < m.row; ++c) of_values[c] = of_keys[c] = 0;
    for (std::int64_t c = 0; c < m.size; ++c) {
        Real* const row = m.matrix + c * m.row;
        const Real mean = m.k_mean[c];
        Pack<kCount, Real> dot = {};
        for (std::int64_t r = 0; r < m.row; r += kCount) {
            const Pack<kCount, Real> x = weight * pack<kCount>(row + r);
            pack<kCount>(row + r) = x;
            dot += x * pack<kCount>(m.v_mean + r);
            pack<kCount>(of_values + r) += mean * x;
        }
        of_keys[c] = simd::sum_of(dot);
    }
}

template <int kLanes, typename Real>
MARGINSCOPE_INLINE Real inner_lanes(const Real* a, const Real* b, std::int64_t n) {
    constexpr int kCount = kCountOf<kLanes, Real>;
    Pack<kCount, Real> sum = {};
    for (std::int64_t k = 0; k < n; k += kCount) sum += pack<kCount>(a + k) * pack<kCount>(b + k);
    return simd::sum_of(sum);
}

}  // namespace

#define MARGINSCOPE_COVARIANCE_KERNELS(Real)                                                    \
    MARGINSCOPE_KERNEL(void, scale_rows,                                                        \
                       (const Real* from, const Real* factor, std::int64_t factor_stride,       \
                        std::int64_t rows, std::int64_t columns, Real* to),                     \
                       (from, factor, factor_stride, rows, columns, to))                        \
    MARGINSCOPE_KERNEL(void, minus_products,                                                    \
                       (const Real* from, const Real* factor, std::int64_t rows,                \
                        std::int64_t columns, std::int64_t stride, Real* to),                   \
                       (from, factor, rows, columns, stride, to))                               \
    MARGINSCOPE_KERNEL(void, take_moments,                                                      \
                       (const Real* moments, const Real* values, const Real* keys,              \
                        std::int64_t rows, std::int64_t columns, Real* d_values, Real* d_keys), \
                       (moments, values, keys, rows, columns, d_values, d_keys))                \
    MARGINSCOPE_KERNEL(void, finish_matrix, (const OneMatrix<Real>& m), (m))                    \
    MARGINSCOPE_KERNEL(void, take_inverse,                                                      \
                       (const OneMatrix<Real>& m, Real weight, Real* of_values, Real* of_keys), \
                       (m, weight, of_values, of_keys))                                         \
    MARGINSCOPE_KERNEL(Real, inner, (const Real* a, const Real* b, std::int64_t n), (a, b, n))
MARGINSCOPE_COVARIANCE_KERNELS(float)
MARGINSCOPE_COVARIANCE_KERNELS(double)
#undef MARGINSCOPE_COVARIANCE_KERNELS

}  // namespace marginscope::kernels
