// e^x over a row, as vectors of the machine: for kernels only (core/simd.h says how those are
// made).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/simd.h"

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

}  // namespace marginscope::kernels
