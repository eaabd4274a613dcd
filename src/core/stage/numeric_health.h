// How far a determinant can be trusted: the same J in float32 beside float64, and its condition
// number. Where the light turns: core/health_level.h.
//
// Pure functions; any thread.
#pragma once

#include "core/linear/matrix.h"

namespace marginscope {

/// log|det| of J rounded to float32, factorised and summed in float32; -inf and 0 where it is
/// singular there, NaN and 0 where it is not finite there.
LogDet log_det_in_single(const Matrix& jacobian);

/// sigma_max / sigma_min in the 2-norm, +inf where J is singular, NaN where it is not finite.
/// `sigma_min` is the smallest singular value, known already.
double condition_number(const Matrix& jacobian, double sigma_min);

/// log|det| in float32 minus that in float64, nats; 0 where both are -inf.
inline double single_difference(const LogDet& single, const LogDet& exact) {
    return single.value == exact.value ? 0.0 : single.value - exact.value;
}

}  // namespace marginscope
