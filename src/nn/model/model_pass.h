// The model's pass of a training step: cross-entropy and its gradients, computed each time or
// recorded once and replayed.
//
// One thread, the model's. Without dropout and without a barrier on the heads, whose gradients run
// through the pass itself.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "nn/model/char_gpt.h"
#include "nn/model/cuda_graph.h"

namespace marginscope {

struct PassGradients {
    at::Tensor ce;                       // scalar, no gradient
    at::Tensor u;                        // d ce / du, (B, T, C)
    std::vector<at::Tensor> parameters;  // as CharGpt::parameters(); undefined: does not take part
};

/// u (B, T, C): embeddings, without a graph; targets (B, T) int64. `products` as in ForwardOptions.
PassGradients pass_gradients(const CharGpt& gpt, const at::Tensor& u, const at::Tensor& targets,
                             at::ScalarType products);

/// Gives every parameter its gradient of ce + loss: that of the pass, what the pass's gradient of u
/// means for the embeddings, and that of `loss` (undefined: none), which depends on u too.
/// Gradients there before are replaced where the pass has one, otherwise added to.
void backward_beyond_pass(const CharGpt& gpt, const PassGradients& pass, const at::Tensor& u,
                          const at::Tensor& loss);

class RecordedPass {
public:
    /// For inputs of these shapes; reads the model's weights where they are. The first replay is
    /// compared with a pass as it is computed otherwise: UserError where they differ by more than
    /// rounding explains, or where nothing can be recorded.
    RecordedPass(const CharGpt& gpt, const at::Tensor& u, const at::Tensor& targets,
                 at::ScalarType products, const Recorder& record);

    bool fits(const at::Tensor& u, at::ScalarType products) const;
    /// Valid until the next call.
    const PassGradients& run(const at::Tensor& u, const at::Tensor& targets);

private:
    // The recording reads and writes these wherever the pass has been moved to.
    struct Memory {
        // Gradients of the model itself are added up on another stream than a recording's, which it
        // would have to wait for: it may not.
        CharGpt gpt;
        at::Tensor u, targets;
        PassGradients found;
    };
    at::ScalarType products_;
    std::unique_ptr<Memory> memory_;
    std::unique_ptr<RecordedWork> work_;
};

}  // namespace marginscope
