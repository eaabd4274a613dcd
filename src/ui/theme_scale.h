// How large a theme may be drawn: larger than a user's own scale (theme.h) where one presents.
//
// std only.
#pragma once

namespace marginscope {

/// Enough for the smallest text on a screen of 2,160 lines (presenting.h).
constexpr float kMaxThemeScale = 4.5F;

}  // namespace marginscope
