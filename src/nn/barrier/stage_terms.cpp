// Scores once, their softmax once, the gradients of the determinants on the way; backward is matrix
// products.
#include "nn/barrier/stage_terms.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "nn/barrier/covariance_gradients.h"
#include "nn/barrier/dual_gradients.h"
#include "nn/barrier/positions.h"
#include "nn/model/embedding_stage.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

at::Tensor softmax_backward(const at::Tensor& gradient, const at::Tensor& attention) {
    return at::_softmax_backward_data(gradient, attention, -1, attention.scalar_type());
}

/// (N, T, a)ᵀ (N, T, b) summed over N and T.
at::Tensor outer_sum(const at::Tensor& a, const at::Tensor& b) {
    return at::matmul(a.reshape({-1, a.size(-1)}).transpose(0, 1), b.reshape({-1, b.size(-1)}));
}

/// What a stage computes from its embeddings before any determinant.
struct Attended {
    at::Tensor u;                  // (N, T, d)
    at::Tensor u0;                 // u less each sequence's mean
    at::Tensor q, k;               // (N, T, p): scores = q kᵀ
    at::Tensor scores, attention;  // (N, T, T)
};

/// The determinants and their gradients: through the scores alone where the dual is the cheaper
/// form, otherwise through attention, values u0 and keys u0 A.
struct Determinants {
    at::Tensor logdet, sign, norm;                // (N, m)
    at::Tensor d_scores;                          // (N, T, T), through attention too
    at::Tensor d_values, d_keys;                  // (N, T, d); undefined with the dual
    at::Tensor truncation_bound, probe_variance;  // (N, m), nn/barrier.h
};

Determinants by_dual(const Attended& at, const at::Tensor& keys, const at::Tensor& positions,
                     const StageTermsSettings& settings) {
    const DualGradients dual =
        dual_gradients({at.scores, at.attention, at::matmul(at.u0, at.u0.transpose(1, 2)),
                        at::matmul(keys, keys.transpose(1, 2)), positions,
                        static_cast<double>(at.u.size(2)), settings.cap, settings.most_attended});
    return {dual.logdet,
            dual.sign,
            dual.norm,
            dual.d_scores + softmax_backward(dual.d_attention, at.attention),
            {},
            {},
            settings.most_attended > 0 ? dual.bound : at::Tensor(),
            {}};
}

Determinants by_covariance(const Attended& at, const at::Tensor& keys, const at::Tensor& positions,
                           const StageTermsSettings& settings) {
    CovarianceInput in;
    in.attention = rows_at(at.attention, positions);
    in.positions = positions;
    in.values = at.u0;
    in.keys = keys;
    in.cap = settings.cap;
    LanczosResult found;
    if (settings.lanczos)
        found = lanczos_gradients(in, *settings.lanczos);
    else
        found.gradients = covariance_gradients(in);
    const CovarianceGradients& g = found.gradients;
    const at::Tensor d_attention = rows_placed(g.d_attention, positions, at.u.size(1));
    return {g.logdet,   g.sign,   g.norm, softmax_backward(d_attention, at.attention),
            g.d_values, g.d_keys, {},     found.probe_variance};
}

Attended attended(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k, double scale) {
    Attended at;
    at.u = u;
    at.u0 = u - u.mean(1, true);
    at.q = at::matmul(u, w_q.transpose(0, 1));
    at.k = at::matmul(u, w_k.transpose(0, 1)) * scale;
    at.scores = at::matmul(at.q, at.k.transpose(1, 2));
    at.attention = strict_attention(at.scores);
    return at;
}

/// What the means leave of u, and its mean square as attention's scores change it.
struct Energy {
    at::Tensor residual;         // (N, T, d), zero where there is no margin
    at::Tensor residual_square;  // scalar
    at::Tensor d_scores;         // (N, T, T)
    double scale = 0.0;          // of d residual_square / d residual
};

Energy energy_of(const Attended& at) {
    const at::Tensor& u = at.u;
    Energy energy;
    energy.residual = u - at::matmul(at.attention, u);
    energy.residual.narrow(1, 0, kFirstPosition).zero_();
    const double count = static_cast<double>(u.size(0) * (u.size(1) - kFirstPosition) * u.size(2));
    energy.scale = 2.0 / count;
    energy.residual_square = energy.residual.square().sum() / count;
    energy.d_scores = softmax_backward(
        at::matmul(energy.residual, u.transpose(1, 2)) * (-2.0 / count), at.attention);
    return energy;
}

class StageFunction : public Function<StageFunction> {
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& u,
                                 const at::Tensor& w_q, const at::Tensor& w_k,
                                 const StageTermsSettings& settings) {
        const double scale = 1.0 / std::sqrt(static_cast<double>(w_q.size(0)));
        const Attended at = attended(u, w_q, w_k, scale);
        const at::Tensor positions =
            settings.positions.defined() ? settings.positions : all_positions(u.size(0), u.size(1));
        // Few kept tokens are few rows of the dual, however long the past.
        const bool dual =
            !settings.lanczos && (settings.most_attended > 0 || u.size(1) <= dual_limit(u.size(2)));
        const at::Tensor keys =
            at::matmul(at::matmul(at.u0, w_k.transpose(0, 1)) * scale, w_q);  // u0 A
        const Determinants found = (dual ? by_dual : by_covariance)(at, keys, positions, settings);
        const at::Tensor sum = found.logdet.masked_fill(found.sign == 0, 0.0).sum();

        const Energy parts = energy_of(at);
        const bool energy = settings.energy_factor > 0.0;
        context->save_for_backward({u, w_q, w_k, at.q, at.k, found.d_scores, parts.d_scores,
                                    energy ? at.attention : at::Tensor(),
                                    energy ? parts.residual : at::Tensor(), found.d_values,
                                    found.d_keys, dual ? at::Tensor() : at.u0});
        context->saved_data["barrier_factor"] = settings.barrier_factor;
        context->saved_data["energy_factor"] = settings.energy_factor;
        context->saved_data["energy_scale"] = parts.scale;
        const auto or_nothing = [&](const at::Tensor& t) {
            return t.defined() ? t : at::empty({0}, u.options());
        };
        const variable_list facts = {found.logdet, found.sign, found.norm,
                                     or_nothing(found.truncation_bound),
                                     or_nothing(found.probe_variance)};
        context->mark_non_differentiable(facts);
        variable_list out = {sum, parts.residual_square};
        out.insert(out.end(), facts.begin(), facts.end());
        return out;
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
        const bool primal = saved[9].defined();

        const at::Tensor of_all = of_barrier + of_energy;
        at::Tensor d_w_q = outer_sum(at::matmul(of_all, k), u);
        at::Tensor d_w_k = outer_sum(at::matmul(of_all.transpose(1, 2), q), u) * scale;
        at::Tensor through_keys;  // d (u0 W_Kᵀ), of keys = u0 W_Kᵀ W_Q scale
        if (primal) {
            const at::Tensor d_keys = saved[10] * gradients[0];
            const at::Tensor& u0 = saved[11];
            through_keys = at::matmul(d_keys, w_q.transpose(0, 1)) * scale;
            d_w_q = d_w_q + outer_sum(at::matmul(u0, w_k.transpose(0, 1)) * scale, d_keys);
            d_w_k = d_w_k + outer_sum(through_keys, u0);
        }
        at::Tensor d_u;
        if (barrier_factor > 0.0 || energy_factor > 0.0) {
            const at::Tensor wanted = of_barrier * barrier_factor + of_energy * energy_factor;
            d_u = at::matmul(at::matmul(wanted, k), w_q) +
                  at::matmul(at::matmul(wanted.transpose(1, 2), q), w_k) * scale;
            if (primal)  // covariances do not depend on the origin, so u0 stands for u
                d_u = d_u +
                      (saved[9] * gradients[0] + at::matmul(through_keys, w_k)) * barrier_factor;
            if (energy_factor > 0.0) {
                const at::Tensor &attention = saved[7], &residual = saved[8];
                const double factor =
                    energy_factor * context->saved_data["energy_scale"].toDouble();
                d_u = d_u + (residual - at::matmul(attention.transpose(1, 2), residual)) *
                                (gradients[1] * factor);
            }
        }
        return {d_u, d_w_q, d_w_k, at::Tensor()};
    }
};

}  // namespace

StageTerms stage_terms(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                       const StageTermsSettings& settings) {
    const variable_list out = StageFunction::apply(u, w_q, w_k, settings);
    StageTerms terms{{{}, out[2], out[3], out[4], {}, {}}, out[1]};
    if (settings.most_attended > 0) terms.barrier.truncation_bound = out[5];
    if (settings.lanczos) terms.barrier.probe_variance = out[6];
    terms.barrier.barrier = -out[0] / (terms.barrier.sign != 0).sum().clamp_min(1);
    return terms;
}

}  // namespace marginscope
