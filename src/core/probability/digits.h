// Numbers with no more digits than they have. Pure functions, any thread.
#pragma once

#include <string>

namespace marginscope {

/// `value` as far as `error`, its standard error or bound, leaves digits: rounded where the error
/// has its first digit (its second, where the first is 1). With an error of 0 as many digits as
/// `most` significant ones. "?" for what is not a number.
std::string with_its_digits(double value, double error, int most = 4);

/// The error itself: one digit, two where the first is 1; rounded up. In words below
/// 1e-15, where it is the rounding of the sums.
std::string error_digits(double error);

}  // namespace marginscope
