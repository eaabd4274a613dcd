// What a margin report says about all of its positions together. Torch-free; any thread.
#pragma once

#include "core/stage/margin_report_types.h"

namespace marginscope {

/// Stage view: fills the share beyond, mean log|det|, sigma_min's quantiles and E4 per position,
/// from the finite positions; the others are counted in `not_finite`. `width` d, `sigma` of the
/// stage.
void summarise_stage(MarginReport& report, int width, double sigma);

/// Head and layer views: positions where some head or layer is not finite.
void count_not_finite_views(MarginReport& report);

}  // namespace marginscope
