// CharGpt's step for many tokens: every activation is a matrix with a row a coordinate and a column
// a token, so that the weights are read once for all columns and every product runs in the lanes of
// the machine. CPU, float32. One thread per object at a time.
#pragma once

#include <span>

#include "core/linear/simd.h"
#include "nn/model/char_gpt.h"
#include "nn/model/token_step.h"

namespace marginscope {

class CharTokenColumns {
public:
    /// TokenStep::run_many for `model`.
    void run(const CharGpt& model, std::span<const TokenStepInput> tokens);

private:
    simd::AlignedBuffer<float> scratch_;
};

}  // namespace marginscope
