// Inverse, log|det| and sign of small dense matrices, one pass each, vectorised. CPU; no torch. Any
// thread.
#pragma once

#include <cstdint>

namespace marginscope {

struct SmallDet {
    double logdet = 0.0;  // log|det|, -inf when singular or not finite
    int sign = 1;         // 0 then
};

/// Replaces the leading n x n block of `a` (row-major, rows `stride` apart) by its inverse:
/// Gauss-Jordan with partial pivoting. A singular or not finite block is set to zero. `pivots` is
/// scratch for n numbers.
SmallDet invert_in_place(float* a, std::int64_t n, std::int64_t stride, std::int32_t* pivots);
SmallDet invert_in_place(double* a, std::int64_t n, std::int64_t stride, std::int32_t* pivots);

}  // namespace marginscope
