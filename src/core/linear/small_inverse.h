// Inverse, log|det| and sign of small dense matrices from one elimination, vectorised. CPU; no
// torch. Any thread, one scratch each.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/linear/simd.h"

namespace marginscope::linear {

struct SmallDet {
    double logdet = 0.0;  // log|det|, -inf when singular or not finite
    int sign = 1;         // 0 then
};

/// Buffers, grown on demand.
template <typename Real>
struct InverseScratch {
    using Bits = std::conditional_t<sizeof(Real) == 4, std::int32_t, std::int64_t>;
    simd::AlignedBuffer<Real> factors, copy;
    simd::AlignedBuffer<Bits> open;  // all bits set where a column has no pivot yet, else none
    std::vector<std::int32_t> pivots;
};

/// Replaces the leading n x n block of `a` by its inverse: row-major, rows `stride` apart, with
/// zeros from column n to padded_columns(n) (core/linear/tile.h). Blocked Gauss-Jordan elimination,
/// in each row an element among the largest left as pivot. A singular or not finite block is set to
/// zero.
SmallDet invert_in_place(float* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<float>& scratch);
SmallDet invert_in_place(double* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<double>& scratch);

}  // namespace marginscope::linear
