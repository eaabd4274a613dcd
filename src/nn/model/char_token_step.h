// CharGpt's step on the CPU in float32: layer norms, products with the weights, attention over the
// cached positions, GELU, head. One token alone is matrix times vector; many are columns.
#pragma once

#include <span>
#include <vector>

#include "nn/model/char_gpt.h"
#include "nn/model/char_token_columns.h"
#include "nn/model/token_step.h"

namespace marginscope {

class CharTokenStep : public TokenStep {
public:
    /// `model` is on the CPU, in float32, and outlives this.
    explicit CharTokenStep(const CharGpt& model);

    void run(int id, const float* delta, std::int64_t position,
             const TokenStepBuffers& buffers) override;
    void run_many(std::span<const TokenStepInput> tokens) override;

private:
    const CharGpt* model_;
    std::vector<float> scratch_;
    CharTokenColumns columns_;
};

}  // namespace marginscope
