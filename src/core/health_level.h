// A light for numbers that float32 would get wrong: how far log|det| is off there, and whether the
// matrix leaves it any digits.
//
// Pure; any thread.
#pragma once

#include <cmath>

namespace marginscope {

enum class HealthLevel { unknown, good, fair, poor };

/// Where the light turns: an error of log|det| that four shown digits would show, a condition that
/// leaves float32 three digits; then an error that a comparison of margins would feel, a condition
/// that leaves it none.
constexpr double kFairDifference = 1e-3, kPoorDifference = 0.1;
constexpr double kFairCondition = 1e4, kPoorCondition = 1e7;

/// `difference` in nats, float32 minus float64; `flips`: float32 puts the token on the other side
/// of det J = 0. What is not a number is poor.
inline HealthLevel health_level(double difference, double condition, bool flips) {
    if (flips || !(std::abs(difference) < kPoorDifference) || !(condition < kPoorCondition))
        return HealthLevel::poor;
    if (std::abs(difference) >= kFairDifference || condition >= kFairCondition)
        return HealthLevel::fair;
    return HealthLevel::good;
}

}  // namespace marginscope
