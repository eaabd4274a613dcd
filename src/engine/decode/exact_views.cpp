// One float64 copy a model, one pass a window.
#include "engine/decode/exact_views.h"

#include <ATen/ATen.h>

#include "nn/measure/probes.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {

void ExactViews::clear() {
    exact_.reset();
    layers_.clear();
}

std::shared_ptr<const CharGpt> ExactViews::model() {
    if (!exact_)
        exact_ = std::make_shared<const CharGpt>(source_->gpt.clone(at::kCPU, at::kDouble));
    return exact_;
}

const std::vector<AttentionViews>& ExactViews::layers(std::uint64_t key, const Decoder& window) {
    if (!layers_.empty() && key == key_) return layers_;
    layers_.clear();
    const at::Tensor u = to_tensor(window.window_embeddings()).unsqueeze(0);  // (1, n, C)
    for (const AttentionLayer& layer : attention_layers(*model(), u)) layers_.emplace_back(layer);
    key_ = key;
    return layers_;
}

}  // namespace marginscope
