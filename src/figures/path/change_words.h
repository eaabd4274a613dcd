// Paired differences as words: per cents with as many digits as their interval carries.
//
// Pure functions, any thread.
#pragma once

#include <string>

#include "core/messages/path.h"

namespace marginscope {

/// "-34.8" of a share of -0.348, without the sign of per cent; a dash where there is no number, and
/// no sign where it reads as 0.
std::string signed_percent(double share, int decimals);
/// The mean, and "low … high" or "one seed", in digits that follow the interval's width.
std::string mean_words(const PairedDifference& one);
std::string interval_words(const PairedDifference& one);
/// "noise 0.25 RMS" as "Cross-entropy under noise σ = 0.25 times the model's own embedding RMS".
std::string full_name(const std::string& quantity);

}  // namespace marginscope
