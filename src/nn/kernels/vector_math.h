// e^x over a row, as vectors of the machine: for kernels only (core/simd.h says how those are
// made).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/linear/simd.h"

namespace marginscope::kernels {

// e^x for x <= 0, to rounding: 2^n times the series of the rest, |rest| <= ln 2 / 2. Without
// branches, so that loops over it become vectors. NaN stays NaN.
MARGINSCOPE_INLINE float exp_negative(float x) {
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
    constexpr float kLog2E = 1.44269504f;
    constexpr float kLn2High = 355.0f / 512.0f;  // few digits: n times it is exact
    constexpr float kLn2Low = -2.12194440e-4f;
    x = x < -87.0f ? -87.0f : x;  // 1e-38: nothing beside the largest, which is 1
    const float rounded = x * kLog2E + kRound;
    const float n = rounded - kRound;
    const float r = x - n * kLn2High - n * kLn2Low;
    float p = 1.0f / 5040.0f;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    const auto power = static_cast<std::uint32_t>(std::bit_cast<std::int32_t>(rounded) -
                                                  std::bit_cast<std::int32_t>(kRound) + 127);
    return p * std::bit_cast<float>(power << 23);
}
MARGINSCOPE_INLINE double exp_negative(double x) { return std::exp(x); }

struct Gelu {
    float value, slope;  // x Phi(x) and Phi(x) + x phi(x), exact, not the tanh of it
};

// Phi(-a) e^{a^2/2} (a + 3.75) is smooth in u = (3.75 - a) / (3.75 + a): its interpolation of
// degree 8 at Chebyshev points over 0 <= a <= 14 is off by 2e-8 of itself.
MARGINSCOPE_INLINE Gelu gelu_of(float x) {
    const float a = std::fabs(x);
    const float inverse = 1.0f / (a + 3.75f);
    const float u = (3.75f - a) * inverse;
    float p = 4.49942581e-4f;
    p = p * u - 5.21814605e-4f;
    p = p * u - 4.16709732e-3f;
    p = p * u - 1.19325114e-3f;
    p = p * u + 3.74902031e-2f;
    p = p * u + 1.51519698e-1f;
    p = p * u + 3.52939953e-1f;
    p = p * u + 5.88188330e-1f;
    p = p * u + 7.50294067e-1f;
    const float bell = exp_negative(-0.5f * a * a);
    const float tail = p * inverse * bell;  // Phi(-|x|)
    const float share = x < 0.0f ? tail : 1.0f - tail;
    constexpr float kPeak = 0.398942280f;  // phi(0)
    return {x * share, share + x * (kPeak * bell)};
}

}  // namespace marginscope::kernels
