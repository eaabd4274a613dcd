// The barrier on the model's own heads (E14): p x p matrices, one per layer, head and position.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nn/barrier.h"
#include "nn/covariance_gradients.h"
#include "nn/kernels/heads_kernel.h"
#include "nn/positions.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// What is constant for a layer's heads, and which sequences and positions count.
struct HeadsSettings {
    std::int64_t sequences = 0;        // the first ones of the batch
    at::Tensor positions;              // (sequences H, m)
    at::Tensor gram_left, gram_right;  // (H, p, p): W_Oᵀ W_O, W_Q W_Qᵀ / p
    double cap = 0.0;
};

struct HeadsGradients {
    at::Tensor logdet, sign, norm;  // (sequences H, m)
    at::Tensor d_qkv;               // (B, T, 3C), zero in the other sequences
    at::Tensor d_b;                 // (H, p, p)
};

/// |X|_2 of the matrix with this Gram matrix (H, p, p) is at most the eighth root of |G²|_F².
at::Tensor norm_bounds(const at::Tensor& gram) {
    return at::matmul(gram, gram).square().sum({-2, -1}).pow(0.125);  // (H)
}

template <typename Real>
HeadsGradients heads_on_cpu(const at::Tensor& qkv, const at::Tensor& b, const HeadsSettings& in) {
    const std::int64_t heads = b.size(0);
    const std::int64_t size = b.size(1);
    const std::int64_t time = qkv.size(1);
    const std::int64_t width = heads * size;
    const std::int64_t tasks = in.sequences * heads;
    const std::int64_t count = in.positions.size(1);
    const at::Tensor all = qkv.contiguous(), each_b = b.contiguous();
    const at::Tensor left = in.gram_left.contiguous(), right = in.gram_right.contiguous();
    const at::Tensor bounds =
        (norm_bounds(in.gram_left) * norm_bounds(in.gram_right)).to(at::kDouble);
    const at::Tensor positions = in.positions.contiguous();
    HeadsGradients out;
    out.logdet = at::empty({tasks, count}, qkv.options());
    out.sign = at::empty_like(out.logdet);
    out.norm = at::empty_like(out.logdet);
    out.d_qkv = at::zeros_like(all);
    const at::Tensor d_b = at::empty({in.sequences, heads, size, size}, qkv.options());
    at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
        kernels::HeadMarginsScratch<Real> scratch;
        for (std::int64_t task = begin; task < end; ++task) {
            const std::int64_t head = task % heads;
            const std::int64_t offset = task / heads * time * 3 * width + head * size;
            const std::int64_t matrix = head * size * size;
            const Real* const from = all.const_data_ptr<Real>() + offset;
            Real* const to = out.d_qkv.mutable_data_ptr<Real>() + offset;
            const std::int64_t stride = 3 * width;
            kernels::HeadMargins<Real> problem;
            problem.head = {
                {from, stride}, {from + width, stride}, {from + 2 * width, stride}, time, size};
            problem.positions = positions.const_data_ptr<std::int64_t>() + task * count;
            problem.count = count;
            problem.b = each_b.const_data_ptr<Real>() + matrix;
            problem.gram_left = left.const_data_ptr<Real>() + matrix;
            problem.gram_right = right.const_data_ptr<Real>() + matrix;
            problem.norm_bound = bounds.const_data_ptr<double>()[head];
            problem.width = static_cast<double>(width);
            problem.cap = in.cap;
            kernels::head_margins(problem,
                                  {out.logdet.mutable_data_ptr<Real>() + task * count,
                                   out.sign.mutable_data_ptr<Real>() + task * count,
                                   out.norm.mutable_data_ptr<Real>() + task * count,
                                   {{to, stride}, {to + width, stride}, {to + 2 * width, stride}},
                                   d_b.mutable_data_ptr<Real>() + task * size * size},
                                  scratch);
        }
    });
    out.d_b = d_b.sum(0);
    return out;
}

HeadsGradients heads_by_batches(const at::Tensor& qkv, const at::Tensor& b,
                                const HeadsSettings& in) {
    const std::int64_t heads = b.size(0);
    const std::int64_t size = b.size(1);
    const std::int64_t time = qkv.size(1);
    const std::int64_t width = heads * size;
    const double root = std::sqrt(static_cast<double>(size));
    const auto split = [&](std::int64_t k) {  // (K, T, p)
        return qkv.narrow(0, 0, in.sequences)
            .narrow(2, k * width, width)
            .reshape({in.sequences, time, heads, size})
            .transpose(1, 2)
            .reshape({in.sequences * heads, time, size});
    };
    const auto repeated = [&](const at::Tensor& x) { return x.repeat({in.sequences, 1, 1}); };
    const at::Tensor q = split(0), k = split(1), v = split(2);
    const at::Tensor future =
        at::ones({time, time}, at::TensorOptions(qkv.device()).dtype(at::kBool)).triu_(1);
    const at::Tensor attention =
        at::softmax((at::matmul(q, k.transpose(1, 2)) / root).masked_fill(future, -INFINITY), -1);
    const at::Tensor source = k - k.mean(1, true);
    const at::Tensor each_b = repeated(b);
    CovarianceInput primal;
    primal.attention = rows_at(attention, in.positions);
    primal.positions = in.positions;
    primal.own = 1;
    primal.values = v - v.mean(1, true);
    primal.keys = at::matmul(source, each_b);
    primal.cap = in.cap;
    primal.lift =
        Lift{source, repeated(in.gram_left), repeated(in.gram_right), static_cast<double>(width)};
    const CovarianceGradients found = covariance_gradients_by_batches(primal);
    const at::Tensor d_scores = at::_softmax_backward_data(
        rows_placed(found.d_attention, in.positions, time), attention, -1, attention.scalar_type());
    const at::Tensor d_q = at::matmul(d_scores, k) / root;
    const at::Tensor d_k = at::matmul(d_scores.transpose(1, 2), q) / root +
                           at::matmul(found.d_keys, each_b.transpose(1, 2));
    HeadsGradients out{found.logdet, found.sign, found.norm, at::zeros_like(qkv), {}};
    const auto place = [&](std::int64_t part, const at::Tensor& x) {
        out.d_qkv.narrow(0, 0, in.sequences)
            .narrow(2, part * width, width)
            .view({in.sequences, time, heads, size})
            .copy_(x.view({in.sequences, heads, time, size}).transpose(1, 2));
    };
    place(0, d_q);
    place(1, d_k);
    place(2, found.d_values);
    out.d_b = at::matmul(source.transpose(1, 2), found.d_keys)
                  .view({in.sequences, heads, size, size})
                  .sum(0);
    return out;
}

HeadsGradients heads_gradients(const at::Tensor& qkv, const at::Tensor& b,
                               const HeadsSettings& in) {
    if (!qkv.is_cpu()) return heads_by_batches(qkv, b, in);
    return qkv.scalar_type() == at::kDouble ? heads_on_cpu<double>(qkv, b, in)
                                            : heads_on_cpu<float>(qkv, b, in);
}

/// Only the sum is differentiable: every use weighs the positions alike, so backward has nothing
/// left to compute.
class HeadsSum : public Function<HeadsSum> {
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& qkv,
                                 const at::Tensor& b, const HeadsSettings& in) {
        const HeadsGradients found = heads_gradients(qkv, b, in);
        const at::Tensor sum = found.logdet.masked_fill(found.sign == 0, 0.0).sum();
        context->save_for_backward({found.d_qkv, found.d_b});
        context->mark_non_differentiable({found.logdet, found.sign, found.norm});
        return {sum, found.logdet, found.sign, found.norm};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        return {saved[0] * gradients[0], saved[1] * gradients[0], at::Tensor()};
    }
};

struct LayerWeights {
    at::Tensor w_q;  // (H, p, d)
    at::Tensor w_o;  // (H, d, p)
};

LayerWeights layer_weights(const CharGpt& gpt, int layer) {
    const std::int64_t heads = gpt.shape().heads;
    const std::int64_t width = gpt.shape().width;
    const std::int64_t p = width / heads;
    return {gpt.block(layer).attn_w.narrow(0, 0, width).view({heads, p, width}),
            gpt.block(layer).proj_w.view({width, heads, p}).transpose(0, 1)};
}

}  // namespace

BarrierTerms heads_barrier(const CharGpt& gpt, const Tap& tap, std::int64_t sequences, double cap,
                           const std::vector<at::Tensor>& positions) {
    const std::int64_t heads = gpt.shape().heads;
    const std::int64_t p = gpt.shape().width / heads;
    const double root = std::sqrt(static_cast<double>(p));
    std::vector<at::Tensor> logdet, sign, norm, sums;
    for (int layer = 0; layer < gpt.shape().layers; ++layer) {
        const auto at = static_cast<std::size_t>(layer);
        const at::Tensor qkv = tap.layers[at].qkv.to(gpt.dtype());
        const LayerWeights weights = layer_weights(gpt, layer);
        const at::Tensor b = at::matmul(weights.w_q, weights.w_o) / root;  // B^h, (H, p, p)
        HeadsSettings settings;
        settings.sequences = sequences;
        settings.cap = cap;
        settings.positions =
            positions.empty() ? all_positions(sequences * heads, qkv.size(1)) : positions[at];
        {
            at::NoGradGuard no_grad;
            settings.gram_left = at::matmul(weights.w_o.transpose(1, 2), weights.w_o);
            settings.gram_right =
                at::matmul(weights.w_q, weights.w_q.transpose(1, 2)) / static_cast<double>(p);
        }
        const variable_list result = HeadsSum::apply(qkv, b, settings);
        sums.push_back(result[0]);
        logdet.push_back(result[1]);
        sign.push_back(result[2]);
        norm.push_back(result[3]);
    }
    BarrierTerms terms{{}, at::cat(logdet, 0), at::cat(sign, 0), at::cat(norm, 0), {}, {}};
    terms.barrier = -at::stack(sums).sum() / (terms.sign != 0).sum().clamp_min(1);
    return terms;
}

double heads_sigma_min(const CharGpt& gpt, const Tap& tap, std::int64_t sequences) {
    at::NoGradGuard no_grad;
    const std::int64_t heads = gpt.shape().heads;
    const std::int64_t width = gpt.shape().width;
    const std::int64_t p = width / heads;
    double smallest =
        2 * p < width ? 1.0 : INFINITY;  // J is the identity outside the span of [W_O, W_Qᵀ]
    for (int layer = 0; layer < gpt.shape().layers; ++layer) {
        const LayerTap& seen = tap.layers[static_cast<std::size_t>(layer)];
        const LayerWeights weights = layer_weights(gpt, layer);
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
