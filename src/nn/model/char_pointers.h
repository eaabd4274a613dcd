// Where the weights of CharGpt's layers lie, for steps of our own: CPU, float32, contiguous. They
// stand as long as the tensors do.
#pragma once

#include <ATen/core/Tensor.h>

#include <cassert>

#include "nn/model/char_gpt.h"

namespace marginscope {

struct LayerPointers {
    const float *ln1_w, *ln1_b, *attn_w, *attn_b, *proj_w, *proj_b;
    const float *ln2_w, *ln2_b, *fc_w, *fc_b, *out_w, *out_b;
};

/// Null where there is no such tensor.
inline const float* pointer_to(const at::Tensor& tensor) {
    if (!tensor.defined()) return nullptr;
    assert(tensor.is_contiguous());
    return tensor.const_data_ptr<float>();
}

inline LayerPointers layer_pointers(const BlockWeights& w) {
    return {pointer_to(w.ln1_w),  pointer_to(w.ln1_b),  pointer_to(w.attn_w), pointer_to(w.attn_b),
            pointer_to(w.proj_w), pointer_to(w.proj_b), pointer_to(w.ln2_w),  pointer_to(w.ln2_b),
            pointer_to(w.fc_w),   pointer_to(w.fc_b),   pointer_to(w.out_w),  pointer_to(w.out_b)};
}

}  // namespace marginscope
