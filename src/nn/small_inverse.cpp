// Gauss-Jordan elimination: its inner loop runs along rows, which are short enough to stay in the
// first cache.
#include "nn/small_inverse.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace marginscope {
namespace {

// The machine's widest common vectors, chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define MARGINSCOPE_VECTORISED __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define MARGINSCOPE_VECTORISED
#endif

template <typename Real>
inline __attribute__((always_inline)) void eliminate(Real* __restrict a, std::int64_t n,
                                                     std::int64_t stride, std::int64_t k) {
    const Real* __restrict pivot_row = a + k * stride;
    for (std::int64_t i = 0; i < n; ++i) {
        if (i == k) continue;
        Real* __restrict row = a + i * stride;
        const Real factor = row[k];
        row[k] = 0;
        for (std::int64_t j = 0; j < n; ++j) row[j] -= factor * pivot_row[j];
    }
}

MARGINSCOPE_VECTORISED void eliminate_rows(float* a, std::int64_t n, std::int64_t stride,
                                           std::int64_t k) {
    eliminate(a, n, stride, k);
}
MARGINSCOPE_VECTORISED void eliminate_rows(double* a, std::int64_t n, std::int64_t stride,
                                           std::int64_t k) {
    eliminate(a, n, stride, k);
}

template <typename Real>
SmallDet invert(Real* a, std::int64_t n, std::int64_t stride, std::int32_t* pivots) {
    SmallDet det;
    for (std::int64_t k = 0; k < n; ++k) {
        std::int64_t best = k;
        for (std::int64_t i = k + 1; i < n; ++i)
            if (std::abs(a[i * stride + k]) > std::abs(a[best * stride + k])) best = i;
        pivots[k] = static_cast<std::int32_t>(best);
        const Real pivot = a[best * stride + k];
        if (!(std::abs(pivot) > 0) || !std::isfinite(pivot)) {
            for (std::int64_t i = 0; i < n; ++i) std::fill_n(a + i * stride, n, Real(0));
            return {-std::numeric_limits<double>::infinity(), 0};
        }
        if (best != k) {
            std::swap_ranges(a + k * stride, a + k * stride + n, a + best * stride);
            det.sign = -det.sign;
        }
        if (pivot < 0) det.sign = -det.sign;
        det.logdet += std::log(std::abs(static_cast<double>(pivot)));
        Real* row = a + k * stride;
        row[k] = 1;
        const Real scale = Real(1) / pivot;
        for (std::int64_t j = 0; j < n; ++j) row[j] *= scale;
        eliminate_rows(a, n, stride, k);
    }
    for (std::int64_t k = n - 1; k >= 0;
         --k)  // row swaps of the matrix are column swaps of its inverse
        if (pivots[k] != k)
            for (std::int64_t i = 0; i < n; ++i)
                std::swap(a[i * stride + k], a[i * stride + pivots[k]]);
    return det;
}

}  // namespace

SmallDet invert_in_place(float* a, std::int64_t n, std::int64_t stride, std::int32_t* pivots) {
    return invert(a, n, stride, pivots);
}
SmallDet invert_in_place(double* a, std::int64_t n, std::int64_t stride, std::int32_t* pivots) {
    return invert(a, n, stride, pivots);
}

}  // namespace marginscope
