// Scores once, their softmax once, the dual's gradients on the way; backward is matrix products.
#include "nn/stage_terms.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "nn/embedding_stage.h"
#include "nn/log_abs_det.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr std::int64_t kFirst = 2;  // position 3 of the theory, counted from 0

at::Tensor softmax_backward(const at::Tensor& gradient, const at::Tensor& attention) {
    return at::_softmax_backward_data(gradient, attention, -1, attention.scalar_type());
}

/// (N, T, a)ᵀ (N, T, b) summed over N and T.
at::Tensor outer_sum(const at::Tensor& a, const at::Tensor& b) {
    return at::matmul(a.reshape({-1, a.size(-1)}).transpose(0, 1), b.reshape({-1, b.size(-1)}));
}

class DualTerms : public Function<DualTerms> {
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& u,
                                 const at::Tensor& w_q, const at::Tensor& w_k,
                                 double barrier_factor, double energy_factor, double cap) {
        const double scale = 1.0 / std::sqrt(static_cast<double>(w_q.size(0)));
        const at::Tensor q = at::matmul(u, w_q.transpose(0, 1));
        const at::Tensor k = at::matmul(u, w_k.transpose(0, 1)) * scale;
        const at::Tensor scores = at::matmul(q, k.transpose(1, 2));
        const at::Tensor attention = strict_attention(scores);
        const at::Tensor right = at::matmul(k, w_q);  // U A
        const DualGradients dual = dual_gradients(
            scores, attention, at::matmul(u, u.transpose(1, 2)),
            at::matmul(right, right.transpose(1, 2)), kFirst, u.size(1),
            static_cast<double>(u.size(2)), cap);
        const at::Tensor sum = dual.logdet.masked_fill(dual.sign == 0, 0.0).sum();

        at::Tensor residual = u - at::matmul(attention, u);
        residual.narrow(1, 0, kFirst).zero_();
        const double count =
            static_cast<double>(u.size(0) * (u.size(1) - kFirst) * u.size(2));
        const at::Tensor residual_square = residual.square().sum() / count;
        const at::Tensor energy_scores = softmax_backward(
            at::matmul(residual, u.transpose(1, 2)) * (-2.0 / count), attention);
        const at::Tensor barrier_scores =
            dual.d_scores + softmax_backward(dual.d_attention, attention);
        context->save_for_backward(
            {u, w_q, w_k, q, k, barrier_scores, energy_scores,
             energy_factor > 0.0 ? attention : at::Tensor(),
             energy_factor > 0.0 ? residual : at::Tensor()});
        context->saved_data["barrier_factor"] = barrier_factor;
        context->saved_data["energy_factor"] = energy_factor;
        context->saved_data["energy_scale"] = 2.0 / count;
        context->mark_non_differentiable({dual.logdet, dual.sign, dual.norm});
        return {sum, residual_square, dual.logdet, dual.sign, dual.norm};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &u = saved[0], &w_q = saved[1], &w_k = saved[2];
        const at::Tensor &q = saved[3], &k = saved[4];
        const at::Tensor of_barrier = saved[5] * gradients[0];
        const at::Tensor of_energy = saved[6] * gradients[1];
        const double scale = 1.0 / std::sqrt(static_cast<double>(w_q.size(0)));
        const double barrier_factor = context->saved_data["barrier_factor"].toDouble();
        const double energy_factor = context->saved_data["energy_factor"].toDouble();

        const at::Tensor of_all = of_barrier + of_energy;
        const at::Tensor d_w_q = outer_sum(at::matmul(of_all, k), u);
        const at::Tensor d_w_k = outer_sum(at::matmul(of_all.transpose(1, 2), q), u) * scale;
        at::Tensor d_u;
        if (barrier_factor > 0.0 || energy_factor > 0.0) {
            const at::Tensor wanted = of_barrier * barrier_factor + of_energy * energy_factor;
            d_u = at::matmul(at::matmul(wanted, k), w_q) +
                  at::matmul(at::matmul(wanted.transpose(1, 2), q), w_k) * scale;
            if (energy_factor > 0.0) {
                const at::Tensor &attention = saved[7], &residual = saved[8];
                const double factor =
                    energy_factor * context->saved_data["energy_scale"].toDouble();
                d_u = d_u + (residual - at::matmul(attention.transpose(1, 2), residual)) *
                                (gradients[1] * factor);
            }
        }
        const at::Tensor none;
        return {d_u, d_w_q, d_w_k, none, none, none};
    }
};

/// Where the past is longer than twice the width, the primal form costs less: through autograd.
StageTerms long_terms(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                      double barrier_factor, double energy_factor, double cap) {
    const auto scaled = [&](double factor) {
        return factor > 0.0 ? scale_gradient(u, factor) : u.detach();
    };
    return {stage_barrier(scaled(barrier_factor), w_q, w_k, cap),
            mean_residual_square(scaled(energy_factor), w_q, w_k)};
}

}  // namespace

StageTerms stage_terms(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                       double barrier_factor, double energy_factor, double cap) {
    if (u.size(1) > dual_limit(u.size(2)))
        return long_terms(u, w_q, w_k, barrier_factor, energy_factor, cap);
    const variable_list out =
        DualTerms::apply(u, w_q, w_k, barrier_factor, energy_factor, cap);
    StageTerms terms{{{}, out[2], out[3], out[4]}, out[1]};
    terms.barrier.barrier = -out[0] / (terms.barrier.sign != 0).sum().clamp_min(1);
    return terms;
}

}  // namespace marginscope
