// AdamW with its state in plain sight, and the clipping of a gradient. One thread, the model's.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "nn/model/char_gpt.h"

namespace marginscope {

struct AdamWSettings {
    double beta1 = 0.9;
    double beta2 = 0.99;
    double weight_decay = 0.0;  // of matrices only, as nanoGPT does; decoupled
    double epsilon = 1e-8;
};

class AdamW {
public:
    AdamW(std::vector<NamedTensor> parameters, const AdamWSettings& settings);

    void clear_gradients();
    /// Scales all gradients so that their common 2-norm is at most `largest` (0: no limit). Returns
    /// the norm before, a scalar tensor: reading it waits for a GPU.
    at::Tensor clip(double largest);
    /// One update from the gradients; parameters without one are left alone.
    void step(double lr);

    std::int64_t steps() const { return steps_; }
    /// optim.m.NAME and optim.v.NAME; the tensors themselves, to be read or written in place.
    std::vector<NamedTensor> moments() const;
    void set_steps(std::int64_t steps) { steps_ = steps; }
    const std::vector<NamedTensor>& parameters() const { return parameters_; }

private:
    void update(bool matrices, double lr);

    std::vector<NamedTensor> parameters_;
    AdamWSettings settings_;
    std::vector<at::Tensor> m_, v_;
    std::int64_t steps_ = 0;
};

}  // namespace marginscope
