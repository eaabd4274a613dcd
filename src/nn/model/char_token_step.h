// CharGpt's step for one token on the CPU in float32: layer norms, matrix times vector, attention
// over the cached positions, GELU, head.
#pragma once

#include <vector>

#include "nn/model/char_gpt.h"
#include "nn/model/token_step.h"

namespace marginscope {

class CharTokenStep : public TokenStep {
public:
    /// `model` is on the CPU, in float32, and outlives this.
    explicit CharTokenStep(const CharGpt& model);

    void run(int id, const float* delta, std::int64_t position,
             const TokenStepBuffers& buffers) override;

private:
    const CharGpt* model_;
    std::vector<float> scratch_;
};

}  // namespace marginscope
