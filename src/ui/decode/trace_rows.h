// One curve along the text: what it shows, its row of the panel, and how it is drawn with at most
// two points a pixel column.
//
// Main thread, inside a panel.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/messages/frames.h"
#include "ui/quantities.h"
#include "ui/theme.h"

namespace marginscope {

struct Trace {
    Quantity quantity;
    std::string name;
    std::function<float(int)> value;  // NaN: a gap
    bool margin = false;              // carries threshold and rings
};

/// The curves there are numbers for: the margin of the window's kind, the lowest head, entropy,
/// log-probability, and the divergence under noise where there is noise.
std::vector<Trace> traces_of(const Frames& frames);

struct TraceAxis {
    int count = 1;
    ImVec2 at{0, 0};
    float width = 0;
    float x(int index) const {
        return at.x + (static_cast<float>(index) + 0.5F) / static_cast<float>(count) * width;
    }
    int index(float pixel) const;
};

struct TraceRow {
    float top = 0, height = 0;
    float low = 0, high = 1;
    float y(float value) const;
    /// Takes in all finite values; false when there is none.
    bool fit(const Trace& trace, int count);
};

void draw_curve(const Trace& trace, const TraceAxis& axis, const TraceRow& row, ImU32 color,
                float thick);

}  // namespace marginscope
