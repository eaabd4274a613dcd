// The logit lens: what a model would predict if it ended after a layer, its residual stream there
// read by the last norm and the head.
//
// One thread (the model's). No gradients. Shapes: language_model.h's legend.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "nn/model/language_model.h"

namespace marginscope {

struct LensGuess {
    int token = 0;
    double probability = 0;
};

/// One position after one layer.
struct LensRow {
    std::vector<LensGuess> top;  // likeliest first; ties by lower id
    double logprob = 0;          // of the token that came, nats; NaN where none did
};

/// Prediction after the token at `position` of the window; `came`: the token that followed, or -1.
struct LensPlace {
    int position = 0;
    int came = -1;
};

/// [place][row]: row 0 reads the embeddings themselves, row 1 + l the stream after layer l, so the
/// last is the model's own prediction. u (1, T, C); `top` guesses each.
std::vector<std::vector<LensRow>> logit_lens(const LanguageModel& model, const at::Tensor& u,
                                             std::span<const LensPlace> places, std::size_t top);

}  // namespace marginscope
