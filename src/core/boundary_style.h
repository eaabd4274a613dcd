// How the boundary's field is coloured, once for shader, colour bars and figures: log|det J|
// filled, hue by the sign of det J, the line det J = 0 in the accent colour.
//
// Any thread; pure.
#pragma once

#include <span>
#include <utility>

#include "core/colormap.h"

namespace marginscope {

struct BoundaryStyle {
    // log|det| at the dull and the vivid end of both fills. Equal: taken from the field (5 % and 95
    // % quantiles).
    float logdet_min = 0.0F, logdet_max = 0.0F;
    Rgb safe_low, safe_high;      // det > 0
    Rgb beyond_low, beyond_high;  // det < 0
    Rgb line, halo, iso;
    float line_px = 3.0F;   // 0: none
    float halo_px = 1.25F;  // a rim on both sides that keeps the line apart from the fill
    float iso_step = 0.0F;  // thin lines every so many nats of log|det|; 0: none
    float iso_opacity = 0.22F;
    friend bool operator==(const BoundaryStyle&, const BoundaryStyle&) = default;

    static BoundaryStyle themed(bool dark);
};

// The limits that a few nodes next to the line, or far away, do not decide: the 5 % and 95 %
// quantiles of the finite values; {0, 1} without any.
std::pair<float, float> robust_limits(std::span<const float> logdet);

// The fill at log|det| and sign.
Rgb boundary_fill(const BoundaryStyle& style, float logdet_min, float logdet_max, float logdet,
                  int sign);

}  // namespace marginscope
