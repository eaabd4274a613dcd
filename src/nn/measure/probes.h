// What core's margins need from a real model: the stage of its embeddings, and the matrices of its
// attention layers.
//
// Float64 throughout. One thread (the model's); the values returned share nothing with the model.
// No gradients.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/stage/attention_views.h"
#include "core/stage/stage.h"
#include "nn/model/checkpoint.h"
#include "nn/model/language_model.h"

namespace marginscope {

/// u (n, C) in float64; ids (checked) at positions 0 … n-1. No dropout, no noise.
Matrix stage_embeddings(const LanguageModel& model, std::span<const int> ids);

/// W_Q, W_K of the model's stage over u as it is, and the sigma its fit settled on, in units of u.
/// UserError that names `marginscope fit` when the model has none.
StageWeights stage_weights(const Model& model, const std::string& model_name = "this model");
double stage_sigma(const Model& model, const std::string& model_name = "this model");

/// One window as core takes it: E13-E15 of every layer, from a float64 pass over u (1, T, C).
/// `model` is float64 where exactness counts. `options` may carry hooks (noise).
std::vector<AttentionLayer> attention_layers(const LanguageModel& model, const at::Tensor& u,
                                             ForwardOptions options = {});

/// log|det| of every layer and head (E14) at some positions of a window.
struct HeadMargins {
    int layers = 0;
    int heads = 0;
    std::vector<double> values;  // [position asked for][layer][head]
    double logdet(std::size_t k, int layer, int head) const {
        return values[(k * static_cast<std::size_t>(layers) + static_cast<std::size_t>(layer)) *
                          static_cast<std::size_t>(heads) +
                      static_cast<std::size_t>(head)];
    }
};

/// Of the window whose embeddings are u (n, C), noise and drags included. The pass that finds what
/// each layer reads runs in the model's own type, so that it can follow every token; the
/// determinants are float64.
HeadMargins head_margins(const LanguageModel& model, const Matrix& u,
                         std::span<const int> positions);

}  // namespace marginscope
