// The barrier on the model's own heads (E14): p x p matrices, one per layer, head and position.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nn/barrier.h"
#include "nn/log_abs_det.h"

namespace marginscope {
namespace {

constexpr std::int64_t kFirst = 2;

struct HeadParts {
    at::Tensor covariance;  // C_i^h = Cov_i(v, k), (N, H, P, p, p)
    at::Tensor w_q;         // (H, p, d)
    at::Tensor w_o;         // (H, d, p)
};

HeadParts head_parts(const CharGpt& gpt, int layer, const LayerTap& tap, std::int64_t sequences) {
    const std::int64_t heads = gpt.shape().heads;
    const std::int64_t width = gpt.shape().width;
    const std::int64_t p = width / heads;
    const at::Tensor q = tap.q.narrow(0, 0, sequences);  // (N, H, T, p)
    const at::Tensor k = tap.k.narrow(0, 0, sequences);
    const at::Tensor v = tap.v.narrow(0, 0, sequences);
    const std::int64_t time = q.size(2);
    const at::Tensor future =
        at::ones({time, time}, at::TensorOptions(q.device()).dtype(at::kBool)).triu_(1);
    const at::Tensor scores =
        at::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(p));
    const at::Tensor rows =
        at::softmax(scores.masked_fill(future, -INFINITY), -1).narrow(2, kFirst, time - kFirst);
    // The origin of k and v does not matter to a covariance; near the data it costs least
    // precision.
    const at::Tensor k0 = k - k.detach().mean(2, true);
    const at::Tensor v0 = v - v.detach().mean(2, true);
    const at::Tensor outer = (v0.unsqueeze(4) * k0.unsqueeze(3)).flatten(3);  // (N, H, T, p²)
    const at::Tensor second = at::matmul(rows, outer).unflatten(3, {p, p});   // (N, H, P, p, p)
    const at::Tensor v_mean = at::matmul(rows, v0);                           // (N, H, P, p)
    const at::Tensor k_mean = at::matmul(rows, k0);
    HeadParts parts;
    parts.covariance = second - v_mean.unsqueeze(4) * k_mean.unsqueeze(3);
    parts.w_q = gpt.block(layer).attn_w.narrow(0, 0, width).view({heads, p, width});
    parts.w_o = gpt.block(layer).proj_w.view({width, heads, p}).transpose(0, 1);
    return parts;
}

}  // namespace

BarrierTerms heads_barrier(const CharGpt& gpt, const Tap& tap, std::int64_t sequences, double cap) {
    const std::int64_t p = gpt.shape().width / gpt.shape().heads;
    const double root = std::sqrt(static_cast<double>(p));
    const double width = gpt.shape().width;
    std::vector<at::Tensor> logdet, sign, norm, sums;
    for (int layer = 0; layer < gpt.shape().layers; ++layer) {
        const HeadParts parts =
            head_parts(gpt, layer, tap.layers[static_cast<std::size_t>(layer)], sequences);
        const at::Tensor b =
            (at::matmul(parts.w_q, parts.w_o) / root).unsqueeze(1);  // B^h, (H, 1, p, p)
        const at::Tensor matrices =
            at::eye(p, b.options().requires_grad(false)) - at::matmul(parts.covariance, b);
        const at::Tensor w_q = parts.w_q.detach();
        const at::Tensor w_o = parts.w_o.detach();
        const at::Tensor gram_left = at::matmul(w_o.transpose(1, 2), w_o).unsqueeze(1);
        const at::Tensor gram_right =
            (at::matmul(w_q, w_q.transpose(1, 2)) / static_cast<double>(p)).unsqueeze(1);
        const at::Tensor covariance = parts.covariance.detach();
        const auto full_norm =
            [&](const at::Tensor& inverse) {  // J^-1 = I + W_O (I - C B)^-1 C W_Q / sqrt(p)
                return inverse_norm_of_low_rank(at::matmul(inverse, covariance), gram_left,
                                                gram_right, b.detach(), width);
            };
        const LogAbsDetResult result = log_abs_det(matrices, cap, full_norm);
        sums.push_back(result.logdet.masked_fill(result.sign == 0, 0.0).sum());
        logdet.push_back(result.logdet.detach().flatten(0, 1));
        sign.push_back(result.sign.flatten(0, 1));
        norm.push_back(result.inverse_norm.flatten(0, 1));
    }
    BarrierTerms terms{{}, at::cat(logdet, 0), at::cat(sign, 0), at::cat(norm, 0)};
    terms.barrier = -at::stack(sums).sum() / (terms.sign != 0).sum().clamp_min(1);
    return terms;
}

double heads_sigma_min(const CharGpt& gpt, const Tap& tap, std::int64_t sequences) {
    at::NoGradGuard no_grad;
    const std::int64_t p = gpt.shape().width / gpt.shape().heads;
    const std::int64_t width = gpt.shape().width;
    double smallest =
        2 * p < width ? 1.0 : INFINITY;  // J is the identity outside the span of [W_O, W_Qᵀ]
    for (int layer = 0; layer < gpt.shape().layers; ++layer) {
        const HeadParts parts =
            head_parts(gpt, layer, tap.layers[static_cast<std::size_t>(layer)], sequences);
        const at::Tensor span = at::cat({parts.w_o, parts.w_q.transpose(1, 2)}, 2);  // (H, d, 2p)
        const at::Tensor q = std::get<0>(at::linalg_qr(span));                       // (H, d, m)
        const at::Tensor left = at::matmul(q.transpose(1, 2), parts.w_o).unsqueeze(1);
        const at::Tensor right =
            (at::matmul(parts.w_q, q) / std::sqrt(static_cast<double>(p))).unsqueeze(1);
        const at::Tensor reduced = at::eye(q.size(2), q.options()) -
                                   at::matmul(at::matmul(left, parts.covariance), right);  // Qᵀ J Q
        const double of_layer = smallest_singular_value(reduced);
        smallest = std::isnan(of_layer) ? of_layer : std::min(of_layer, smallest);
    }
    return smallest;
}

}  // namespace marginscope
