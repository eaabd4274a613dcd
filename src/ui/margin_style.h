// How a margin looks: its number, its words, and a colour that is the accent at the boundary and
// calm far from it.
//
// Any thread; pure.
#pragma once

#include <string>

#include "core/messages/frames.h"
#include "ui/quantities.h"
#include "ui/theme.h"

namespace marginscope {

/// The displayed value of one kind: log|det J|, sigma_min or the geometric margin's magnitude; NaN
/// where there is none.
float shown_margin(const MarginCell& cell, MarginKind kind);

/// Signed the way a table shows it: "−0.42" for a token beyond the boundary by the singular or
/// geometric kind.
std::string margin_words(const MarginCell& cell, MarginKind kind);

Quantity quantity_of(MarginKind kind);

/// Smallest and largest finite shown margin; {0, 0} when there is none. Margins of 0 (log: −inf)
/// count as the smallest.
struct MarginRange {
    float low = 0;
    float high = 0;
    bool empty() const { return !(high > low); }
    /// 0 at the low end, 1 at the high end, clamped; −inf gives 0, NaN gives NaN, an empty range
    /// 1/2.
    float to_unit(float value) const;
};
MarginRange margin_range(const MarginFrame& frame);

/// Accent towards unit 0, calm from a third upwards; NaN has its own colour.
ImU32 margin_color(const Theme& theme, float unit);

/// The cell of a character, or nullptr.
const MarginCell* margin_at(const MarginFrame* frame, int index);

/// The visible symbol of a token id.
std::string symbol_at(const DecodeFrame& decode, int token);

}  // namespace marginscope
