// The number of a margin's kind, and the range of a text's numbers: the same for panels and
// figures.
//
// Pure functions, any thread.
#pragma once

#include <string>

#include "core/messages/margins.h"

namespace marginscope {

/// The value of one kind: log|det J| in nats (any sign), sigma_min or the geometric margin (both
/// distances, never negative); NaN where there is none. None of them tells the side.
float shown_margin(const MarginCell& cell, MarginKind kind);

/// "determinant", "singular", "geometric".
const char* name_of(MarginKind kind);

/// The ends of what bars and colours tell apart: all but the smallest and largest twentieth of the
/// shown margins, so that one far value does not flatten all others; distances begin at 0. {0, 0}
/// when there is none.
struct MarginRange {
    float low = 0;
    float high = 0;
    bool empty() const { return !(high > low); }
    /// 0 at the low end, 1 at the high end, clamped; −inf gives 0, NaN gives NaN, an empty range
    /// 1/2.
    float to_unit(float value) const;
};
MarginRange margin_range(const MarginFrame& frame);

/// The cell of a character, or nullptr.
const MarginCell* margin_at(const MarginFrame* frame, int index);

/// On paper, of what stands on this side: dark at unit 0, a calm grey from a third upwards; NaN has
/// its own colour.
std::string near_color(float unit);

}  // namespace marginscope
