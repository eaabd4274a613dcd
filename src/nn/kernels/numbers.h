// Numbers as they are stored and as they are computed with: float32, float64, and bfloat16, which
// is the upper half of a float32. No torch; any thread.
#pragma once

#include <bit>
#include <cstdint>

namespace marginscope::kernels {

/// Has the layout of c10::BFloat16.
struct Bfloat16 {
    std::uint16_t bits = 0;
};

inline float to_real(float x) { return x; }
inline double to_real(double x) { return x; }
inline float to_real(Bfloat16 x) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16);
}

inline void store(float x, float& to) { to = x; }
inline void store(double x, double& to) { to = x; }
/// To the nearest, ties to even; NaN stays NaN.
inline void store(float x, Bfloat16& to) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const std::uint32_t quiet = (bits >> 16) | 0x40u;
    to.bits = static_cast<std::uint16_t>(x == x ? rounded : quiet);
}

}  // namespace marginscope::kernels
