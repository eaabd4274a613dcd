// One token's attention in one head over cached keys and values.
//
// Bodies for kernels (core/simd.h), with `kLanes` floats per vector (4, 8 or 16). Row-major. Any
// thread.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/linear/simd.h"
#include "nn/kernels/token_kernels.h"
#include "nn/kernels/vector_math.h"

namespace marginscope::token_kernels {

// out[s] = sum over d of q[d] keys[d * context + s] for the first `seen` positions s, kPacks
// vectors of them at a time from `first` on; returns where it stopped. Reads whole vectors of a
// row.
template <int kLanes, int kPacks>
MARGINSCOPE_INLINE std::int64_t score(const float* q, const float* keys, std::int64_t size,
                                      std::int64_t context, std::int64_t seen, std::int64_t first,
                                      float* out) {
    for (; first < seen && first + kPacks * kLanes <= context; first += kPacks * kLanes) {
        Vector<kLanes> sums[kPacks] = {};
        for (std::int64_t d = 0; d < size; ++d)
            for (int v = 0; v < kPacks; ++v)
                sums[v] += q[d] * simd::pack<kLanes>(keys + d * context + first + v * kLanes);
        if (first + kPacks * kLanes <= seen) {
            for (int v = 0; v < kPacks; ++v) simd::pack<kLanes>(out + first + v * kLanes) = sums[v];
            continue;
        }
        for (std::int64_t s = first; s < seen; ++s)  // nobody's numbers lie behind the last
            out[s] = sums[(s - first) / kLanes][(s - first) % kLanes];
    }
    return first;
}

// out[d] = sum over s of weights[s] values[s * size + d], for kLanes coordinates from d on.
template <int kLanes>
MARGINSCOPE_INLINE void mix(const float* weights, const float* values, std::int64_t size,
                            std::int64_t seen, std::int64_t d, float* out) {
    constexpr int kSums = 4;  // they hide each other's latency
    Vector<kLanes> sums[kSums] = {};
    std::int64_t s = 0;
    for (; s + kSums <= seen; s += kSums)
        for (int k = 0; k < kSums; ++k)
            sums[k] += weights[s + k] * simd::pack<kLanes>(values + (s + k) * size + d);
    for (; s < seen; ++s) sums[0] += weights[s] * simd::pack<kLanes>(values + s * size + d);
    simd::pack<kLanes>(out + d) = (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// One head: scores of positions 0 … seen-1, their softmax (left in `scores`), the weighted sum of
// the values. q is scaled in place. keys (size, context), values (context, size).
template <int kLanes>
MARGINSCOPE_INLINE void attend(float* __restrict q, const float* __restrict keys,
                               const float* __restrict values, std::int64_t size,
                               std::int64_t context, std::int64_t seen, float* __restrict scores,
                               float* __restrict out) {
    const float scale = 1.0f / std::sqrt(static_cast<float>(size));
    for (std::int64_t d = 0; d < size; ++d) q[d] *= scale;
    std::int64_t s = score<kLanes, 4>(q, keys, size, context, seen, 0, scores);
    s = score<kLanes, 1>(q, keys, size, context, seen, s, scores);
    for (; s < seen; ++s) {  // a context that is no multiple of the machine's vectors
        scores[s] = 0.0f;
        for (std::int64_t d = 0; d < size; ++d) scores[s] += q[d] * keys[d * context + s];
    }
    float largest = scores[0];
    for (s = 1; s < seen; ++s) largest = scores[s] > largest ? scores[s] : largest;
    for (s = 0; s < seen; ++s) scores[s] = kernels::exp_negative(scores[s] - largest);
    const float inverse = 1.0f / sum_of<4>(scores, seen);
    for (s = 0; s < seen; ++s) scores[s] *= inverse;
    std::int64_t d = 0;
    for (; d + kLanes <= size; d += kLanes) mix<kLanes>(scores, values, size, seen, d, out);
    for (; d < size; ++d) {
        out[d] = 0.0f;
        for (s = 0; s < seen; ++s) out[d] += scores[s] * values[s * size + d];
    }
}

}  // namespace marginscope::token_kernels
