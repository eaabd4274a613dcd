// How many sentences stay well-formed when a model writes under noise, by the rules of the built-in
// stories (text/stories/story_checker.h). Torch-free.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "nn/measure/evaluate.h"

namespace marginscope {

/// Fills `well_formed` of the curve's points: at each sigma the model writes one text a draw, of
/// `characters` characters after a blank line, with temperature 0.8 and the noise of
/// nn/measure/twin_noise.h on every character. The sampler's draws are those of the text's number,
/// the same at every sigma and for every model. A text without a whole sentence has a share of 0.
/// `curve` is the one of `request`. Returns false, and leaves the points that are not done as they
/// were, where it was stopped. Throws UserError.
bool add_well_formed(NoiseCurve& curve, const NoiseRequest& request, int characters,
                     const std::function<void(std::size_t done, std::size_t total)>& progress = {},
                     std::stop_token stop = {});

}  // namespace marginscope
