// Inverse, log|det| and sign of small dense matrices from one elimination, vectorised. CPU; no
// torch. Any thread, one scratch each.
#pragma once

#include <cstdint>
#include <vector>

namespace marginscope {

struct SmallDet {
    double logdet = 0.0;  // log|det|, -inf when singular or not finite
    int sign = 1;         // 0 then
};

/// Buffers, grown on demand.
template <typename Real>
struct InverseScratch {
    std::vector<Real> panel, pivot_rows, row;
    std::vector<std::int32_t> order;
};

/// Replaces the leading n x n block of `a` (row-major, rows `stride` apart, nn/vector_tile.h says
/// how padded) by its inverse: blocked Gauss-Jordan elimination with partial pivoting. A singular
/// or not finite block is set to zero.
SmallDet invert_in_place(float* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<float>& scratch);
SmallDet invert_in_place(double* a, std::int64_t n, std::int64_t stride,
                         InverseScratch<double>& scratch);

}  // namespace marginscope
