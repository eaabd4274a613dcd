// The barrier on the model's own heads (E14): p x p matrices, one per layer, head and position.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nn/barrier/barrier.h"
#include "nn/barrier/head_gradients.h"
#include "nn/barrier/positions.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// Only the sum is differentiable: every use weighs the positions alike, so backward has nothing
/// left to compute.
class HeadsSum : public Function<HeadsSum> {
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                                 const at::Tensor& v, const at::Tensor& b,
                                 const HeadsSettings& in) {
        const HeadsGradients found = head_gradients({q, k, v, b}, in);
        const at::Tensor sum = found.logdet.masked_fill(found.sign == 0, 0.0).sum();
        context->save_for_backward({found.d_q, found.d_k, found.d_v, found.d_b});
        context->mark_non_differentiable({found.logdet, found.sign, found.norm});
        return {sum, found.logdet, found.sign, found.norm};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        return {saved[0] * gradients[0], saved[1] * gradients[0], saved[2] * gradients[0],
                saved[3] * gradients[0], at::Tensor()};
    }
};

}  // namespace

BarrierTerms heads_barrier(const LanguageModel& model, const Tap& tap, std::int64_t sequences,
                           double cap, const std::vector<at::Tensor>& positions) {
    const std::int64_t heads = model.shape().heads;
    const std::int64_t p = model.shape().width / heads;
    const double root = std::sqrt(static_cast<double>(p));
    std::vector<at::Tensor> logdet, sign, norm, sums;
    for (int layer = 0; layer < model.shape().layers; ++layer) {
        const auto at = static_cast<std::size_t>(layer);
        const LayerTap& seen = tap.layers[at];
        const auto own = [&](const at::Tensor& x) { return x.to(model.dtype()); };
        const AttentionWeights weights = model.attention_weights(layer);
        const at::Tensor b = at::matmul(weights.w_q, weights.w_o) / root;  // B^h, (H, p, p)
        HeadsSettings settings;
        settings.sequences = sequences;
        settings.cap = cap;
        settings.positions =
            positions.empty() ? all_positions(sequences * heads, seen.q.size(2)) : positions[at];
        {
            at::NoGradGuard no_grad;
            settings.gram_left = at::matmul(weights.w_o.transpose(1, 2), weights.w_o);
            settings.gram_right =
                at::matmul(weights.w_q, weights.w_q.transpose(1, 2)) / static_cast<double>(p);
        }
        const variable_list result =
            HeadsSum::apply(own(seen.q), own(seen.k), own(seen.v), b, settings);
        sums.push_back(result[0]);
        logdet.push_back(result[1]);
        sign.push_back(result[2]);
        norm.push_back(result[3]);
    }
    BarrierTerms terms{{}, at::cat(logdet, 0), at::cat(sign, 0), at::cat(norm, 0), {}, {}};
    terms.barrier = -at::stack(sums).sum() / (terms.sign != 0).sum().clamp_min(1);
    return terms;
}

double heads_sigma_min(const LanguageModel& model, const Tap& tap, std::int64_t sequences) {
    at::NoGradGuard no_grad;
    const std::int64_t heads = model.shape().heads;
    const std::int64_t width = model.shape().width;
    const std::int64_t p = width / heads;
    double smallest =
        2 * p < width ? 1.0 : INFINITY;  // J is the identity outside the span of [W_O, W_Qᵀ]
    for (int layer = 0; layer < model.shape().layers; ++layer) {
        const LayerTap& seen = tap.layers[static_cast<std::size_t>(layer)];
        const AttentionWeights weights = model.attention_weights(layer);
        const at::Tensor q = seen.q.narrow(0, 0, sequences), k = seen.k.narrow(0, 0, sequences);
        const at::Tensor v = seen.v.narrow(0, 0, sequences);  // (N, H, T, p)
        const std::int64_t time = q.size(2);
        const at::Tensor future =
            at::ones({time, time}, at::TensorOptions(q.device()).dtype(at::kBool)).triu_(1);
        const at::Tensor rows =
            at::softmax((at::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(p)))
                            .masked_fill(future, -INFINITY),
                        -1)
                .narrow(2, kFirstPosition, time - kFirstPosition);
        const at::Tensor k0 = k - k.mean(2, true), v0 = v - v.mean(2, true);
        const at::Tensor outer = (v0.unsqueeze(4) * k0.unsqueeze(3)).flatten(3);  // (N, H, T, p²)
        const at::Tensor covariance =
            at::matmul(rows, outer).unflatten(3, {p, p}) -
            at::matmul(rows, v0).unsqueeze(4) * at::matmul(rows, k0).unsqueeze(3);
        const at::Tensor span = at::cat({weights.w_o, weights.w_q.transpose(1, 2)}, 2);
        const at::Tensor basis = std::get<0>(at::linalg_qr(span));  // (H, d, m)
        const at::Tensor left = at::matmul(basis.transpose(1, 2), weights.w_o).unsqueeze(1);
        const at::Tensor right =
            (at::matmul(weights.w_q, basis) / std::sqrt(static_cast<double>(p))).unsqueeze(1);
        const at::Tensor reduced = at::eye(basis.size(2), basis.options()) -
                                   at::matmul(at::matmul(left, covariance), right);  // Qᵀ J Q
        const double of_layer = smallest_singular_value(reduced);
        smallest = std::isnan(of_layer) ? of_layer : std::min(of_layer, smallest);
    }
    return smallest;
}

}  // namespace marginscope
