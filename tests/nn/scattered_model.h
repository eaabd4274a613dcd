// A CharGpt with every parameter random, biases and norms too, whose products keep the size of what
// they read: what steps and passes are compared on.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "nn/model/char_gpt.h"

namespace marginscope::testing_support {

inline CharGpt scattered_model(const ModelConfig& shape, int vocabulary) {
    CharGpt model(shape, vocabulary, 21);
    const at::NoGradGuard no_grad;
    at::manual_seed(22);
    for (NamedTensor& parameter : model.parameters()) {
        at::Tensor& value = parameter.value;
        if (value.dim() == 1)
            value.add_(at::randn_like(value), 0.3);
        else if (parameter.name.starts_with("transformer.h."))
            value.normal_(0.0, 1.5 / std::sqrt(static_cast<double>(value.size(1))));
        else
            value.normal_(0.0, 1.0);
    }
    return model;
}

}  // namespace marginscope::testing_support
