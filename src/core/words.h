// Numbers, amounts and durations as words: how window, figures and pages write them.
//
// Any thread; pure.
#pragma once

#include <string>

namespace marginscope {

/// What stands for a number that is not there.
constexpr const char* kNoNumber = "–";

/// Four significant digits, "∞", "-∞"; a dash where there is no number.
std::string format_number(double value, int digits = 4);
/// The number and its unit; the dash alone where there is none.
std::string format_amount(double value, const char* unit, int digits = 4);
/// "12.3 %"; what is more than nothing never reads as nothing: "< 0.1 %".
std::string format_percent(double share);
std::string format_duration(double secs);  // "2 min 05 s", "" where it is not known
/// "beyond, 2 crossings" or "this side": where a token lies, apart from how far it is.
std::string side_words(int crossings);

}  // namespace marginscope
