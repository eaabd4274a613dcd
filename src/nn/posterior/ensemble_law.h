// The mean law of models that predict together, along one window of a text.
//
// One thread, the models'.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/probability/mean_law.h"
#include "nn/model/ensemble.h"

namespace marginscope {

/// Of what follows each of the ids [first, end), which stand in one window: float64 from the
/// members' logits on, as `marginscope calibration` averages them. At least one id, at most a
/// context of them.
std::vector<MeanLaw> ensemble_laws(const Ensemble& ensemble, std::span<const int> ids,
                                   std::size_t first = 0);

}  // namespace marginscope
