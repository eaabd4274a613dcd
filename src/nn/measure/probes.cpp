// Copies of a model's numbers in float64.
#include "nn/measure/probes.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "nn/model/tensor_eigen.h"

namespace marginscope {
namespace {

const EmbeddingStage& require_stage(const Model& model, const std::string& model_name) {
    if (!model.stage)
        throw UserError("There is no fitted stage in " + model_name +
                        " to measure margins with: make one with " +
                        "`marginscope fit --model MODEL --out FITTED`, or look at its attention "
                        "with --view heads.");
    return *model.stage;
}

}  // namespace

Matrix stage_embeddings(const CharGpt& model, std::span<const int> ids) {
    const at::NoGradGuard no_grad;
    const auto n = static_cast<std::int64_t>(ids.size());
    assert(n <= model.shape().context);
    at::Tensor index = at::empty({n}, at::kLong);
    std::copy(ids.begin(), ids.end(), index.data_ptr<std::int64_t>());
    const at::Tensor tokens =
        at::embedding(model.token_embeddings(), index.to(model.device())).to(at::kDouble);
    return to_matrix(tokens + model.position_embeddings().narrow(0, 0, n).to(at::kDouble));
}

StageWeights stage_weights(const Model& model, const std::string& model_name) {
    const EmbeddingStage& stage = require_stage(model, model_name);
    assert(!stage.w_p.defined());
    StageWeights weights;
    weights.w_q = to_matrix(stage.w_q);
    weights.w_k = to_matrix(stage.w_k);
    return weights;
}

double stage_sigma(const Model& model, const std::string& model_name) {
    const EmbeddingStage& stage = require_stage(model, model_name);
    return std::sqrt(stage.sigma_square.item().toDouble());
}

std::vector<AttentionLayer> attention_layers(const CharGpt& model, const at::Tensor& u,
                                             ForwardOptions options) {
    assert(u.dim() == 3 && u.size(0) == 1);
    const at::NoGradGuard no_grad;
    Tap tap;
    options.tap = &tap;
    model.hidden_from_embeddings(u, options);
    std::vector<AttentionLayer> layers;
    for (int index = 0; index < model.shape().layers; ++index) {
        const BlockWeights& weights = model.block(index);
        AttentionLayer layer;
        layer.u = to_matrix(tap.layers[static_cast<std::size_t>(index)].u[0]);
        layer.c_attn_weight = to_matrix(weights.attn_w);
        if (weights.attn_b.defined())
            layer.c_attn_bias = to_matrix(weights.attn_b.unsqueeze(0)).row(0).transpose();
        layer.c_proj_weight = to_matrix(weights.proj_w);
        layer.heads = model.shape().heads;
        layers.push_back(std::move(layer));
    }
    return layers;
}

HeadMargins head_margins(const Model& model, const Matrix& u, std::span<const int> positions) {
    const CharGpt& gpt = model.gpt;
    const at::Tensor input = to_tensor(u, gpt.dtype()).to(gpt.device()).unsqueeze(0);
    HeadMargins margins;
    margins.layers = gpt.shape().layers;
    margins.heads = gpt.shape().heads;
    margins.values.resize(positions.size() *
                          static_cast<std::size_t>(margins.layers * margins.heads));
    const std::vector<AttentionLayer> layers = attention_layers(gpt, input);
    for (int layer = 0; layer < margins.layers; ++layer) {
        const AttentionViews views(layers[static_cast<std::size_t>(layer)]);
        for (std::size_t k = 0; k < positions.size(); ++k)
            for (int head = 0; head < margins.heads; ++head)
                margins.values[(k * static_cast<std::size_t>(margins.layers) +
                                static_cast<std::size_t>(layer)) *
                                   static_cast<std::size_t>(margins.heads) +
                               static_cast<std::size_t>(head)] =
                    views.head_log_det(head, positions[k]).value;
    }
    return margins;
}

}  // namespace marginscope
