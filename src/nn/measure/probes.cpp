// Copies of a model's numbers in float64.
#include "nn/measure/probes.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
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

/// (H, p, C) -> (C, C), the heads one below the other.
Matrix stacked(const at::Tensor& of_heads) { return to_matrix(of_heads.flatten(0, 1)); }

std::optional<Vector> stacked_bias(const at::Tensor& of_heads) {
    if (!of_heads.defined()) return std::nullopt;
    return Vector(to_matrix(of_heads.reshape({1, -1})).row(0).transpose());
}

}  // namespace

Matrix stage_embeddings(const LanguageModel& model, std::span<const int> ids) {
    const at::NoGradGuard no_grad;
    const auto n = static_cast<std::int64_t>(ids.size());
    assert(n <= model.shape().context);
    at::Tensor index = at::empty({n}, at::kLong);
    std::copy(ids.begin(), ids.end(), index.data_ptr<std::int64_t>());
    return to_matrix(model.embed_exactly(index.unsqueeze(0).to(model.device()))[0]);
}

StageWeights stage_weights(const Model& model, const std::string& model_name) {
    const EmbeddingStage& stage = require_stage(model, model_name);
    assert(!stage.w_p.defined());
    StageWeights weights;
    // A stage that reads s u is the stage of W_Q s, W_K s over u: the same scores, and the same
    // Sigma A.
    const double scale = stage.input_scale.item().toDouble();
    weights.w_q = to_matrix(stage.w_q) * scale;
    weights.w_k = to_matrix(stage.w_k) * scale;
    return weights;
}

double stage_sigma(const Model& model, const std::string& model_name) {
    const EmbeddingStage& stage = require_stage(model, model_name);
    return std::sqrt(stage.sigma_square.item().toDouble()) / stage.input_scale.item().toDouble();
}

std::vector<AttentionLayer> attention_layers(const LanguageModel& model, const at::Tensor& u,
                                             ForwardOptions options) {
    assert(u.dim() == 3 && u.size(0) == 1);
    const at::NoGradGuard no_grad;
    Tap tap;
    options.tap = &tap;
    model.hidden_from_embeddings(u, options);
    std::vector<AttentionLayer> layers;
    for (int index = 0; index < model.shape().layers; ++index) {
        const AttentionWeights weights = model.attention_weights(index);
        AttentionLayer layer;
        layer.u = to_matrix(tap.layers[static_cast<std::size_t>(index)].u[0]);
        layer.w_q = stacked(weights.w_q);
        layer.w_k = stacked(weights.w_k);
        layer.w_v = stacked(weights.w_v);
        layer.b_q = stacked_bias(weights.b_q);
        layer.b_k = stacked_bias(weights.b_k);
        layer.b_v = stacked_bias(weights.b_v);
        layer.w_o = stacked(weights.w_o.transpose(1, 2)).transpose();
        layer.heads = model.shape().heads;
        layers.push_back(std::move(layer));
    }
    return layers;
}

HeadMargins head_margins(const LanguageModel& model, const Matrix& u,
                         std::span<const int> positions) {
    const at::Tensor input = to_tensor(u, model.dtype()).to(model.device()).unsqueeze(0);
    HeadMargins margins;
    margins.layers = model.shape().layers;
    margins.heads = model.shape().heads;
    margins.values.resize(positions.size() *
                          static_cast<std::size_t>(margins.layers * margins.heads));
    const std::vector<AttentionLayer> layers = attention_layers(model, input);
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
