// What a step of one token is made of: products of a matrix and a vector, layer norm.
//
// Bodies for kernels (core/simd.h), with `kLanes` floats per vector (4, 8 or 16). Row-major. Any
// thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/linear/simd.h"
#include "nn/kernels/vector_math.h"

namespace marginscope::token_kernels {

constexpr float kLayerNormEpsilon = 1e-5f;

template <int kLanes>
using Vector = simd::Pack<kLanes, float>;

// Adds halves until four lanes are left.
template <int kLanes>
MARGINSCOPE_INLINE void fold(const Vector<kLanes>& v, Vector<4>& out) {
    if constexpr (kLanes == 16) {
        const Vector<8> half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                               __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
        fold<8>(half, out);
    } else if constexpr (kLanes == 8) {
        out = __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
    } else {
        out = v;
    }
}

// Four rows at once: x is read once for all, and their sums are finished side by side.
template <int kLanes>
MARGINSCOPE_INLINE void four_dots(const float* w, const float* x, std::int64_t in, float* out) {
    const float *w0 = w, *w1 = w + in, *w2 = w + 2 * in, *w3 = w + 3 * in;
    Vector<kLanes> s0{}, s1{}, s2{}, s3{};
    std::int64_t k = 0;
    for (; k + kLanes <= in; k += kLanes) {
        const auto xk = *reinterpret_cast<const Vector<kLanes>*>(x + k);
        s0 += *reinterpret_cast<const Vector<kLanes>*>(w0 + k) * xk;
        s1 += *reinterpret_cast<const Vector<kLanes>*>(w1 + k) * xk;
        s2 += *reinterpret_cast<const Vector<kLanes>*>(w2 + k) * xk;
        s3 += *reinterpret_cast<const Vector<kLanes>*>(w3 + k) * xk;
    }
    Vector<4> a, b, c, d;
    fold<kLanes>(s0, a);
    fold<kLanes>(s1, b);
    fold<kLanes>(s2, c);
    fold<kLanes>(s3, d);
    const Vector<4> ab =
        __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Vector<4> cd =
        __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    Vector<4> sum =
        __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    for (; k < in; ++k) {
        const Vector<4> column = {w0[k], w1[k], w2[k], w3[k]};
        sum += column * x[k];
    }
    *reinterpret_cast<Vector<4>*>(out) = sum;
}

// out = W x + b, or added to out. W (rows, in) row-major, b may be null.
template <int kLanes, bool kAdd = false>
MARGINSCOPE_INLINE void linear(const float* __restrict w, const float* __restrict b,
                               const float* __restrict x, std::int64_t in, std::int64_t rows,
                               float* __restrict out) {
    for (std::int64_t row = 0; row < rows; row += 4) {
        const std::int64_t count = std::min<std::int64_t>(4, rows - row);
        float sums[4];
        if (count == 4) {
            four_dots<kLanes>(w + row * in, x, in, sums);
        } else {
            for (std::int64_t r = 0; r < count; ++r) {
                sums[r] = 0.0f;
                for (std::int64_t k = 0; k < in; ++k) sums[r] += w[(row + r) * in + k] * x[k];
            }
        }
        for (std::int64_t r = 0; r < count; ++r) {
            const float value = b != nullptr ? sums[r] + b[row + r] : sums[r];
            out[row + r] = kAdd ? out[row + r] + value : value;
        }
    }
}

template <int kLanes>
MARGINSCOPE_INLINE float sum_of(const float* x, std::int64_t n) {
    Vector<kLanes> s{};
    std::int64_t k = 0;
    for (; k + kLanes <= n; k += kLanes) s += *reinterpret_cast<const Vector<kLanes>*>(x + k);
    Vector<4> folded;
    fold<kLanes>(s, folded);
    float sum = folded[0] + folded[1] + folded[2] + folded[3];
    for (; k < n; ++k) sum += x[k];
    return sum;
}

template <int kLanes>
MARGINSCOPE_INLINE void layer_norm(const float* __restrict x, const float* __restrict w,
                                   const float* __restrict b, std::int64_t n,
                                   float* __restrict out) {
    const float mean = sum_of<kLanes>(x, n) / static_cast<float>(n);
    for (std::int64_t k = 0; k < n; ++k) out[k] = (x[k] - mean) * (x[k] - mean);
    const float variance = sum_of<kLanes>(out, n) / static_cast<float>(n);
    const float scale = 1.0f / std::sqrt(variance + kLayerNormEpsilon);
    for (std::int64_t k = 0; k < n; ++k) out[k] = (x[k] - mean) * scale * w[k];
    if (b != nullptr)
        for (std::int64_t k = 0; k < n; ++k) out[k] += b[k];
}

}  // namespace marginscope::token_kernels
