// A text that a model writes beside the one it writes under noise: equal draws of the sampler, so
// that what differs is the noise's doing.
//
// One thread, the model's. Float64 where the model is.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/sampling.h"
#include "nn/measure/twin_noise.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

struct TwinText {
    std::vector<int> tokens;  // after the prompt
    bool stopped = false;     // ended early on request, or no candidate was left
};

/// `tokens` tokens after the prompt, drawn with `sampling` from `gpt` (the model's weights, in
/// float64 for the twin); under draw `draw` of the noise unless it is null. `on_token` is called
/// after each and returns false to stop.
TwinText write_twin(const Model& model, const CharGpt& gpt, std::span<const int> prompt, int tokens,
                    const SamplingSettings& sampling, const TwinNoise* noise, int draw,
                    const std::function<bool()>& on_token);

/// The first place where the two differ; none where one is the beginning of the other.
std::optional<std::size_t> first_difference(std::span<const int> a, std::span<const int> b);

}  // namespace marginscope
