// The barrier over the embeddings (or their projection), and what all sites report.
#include "nn/barrier.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "nn/embedding_stage.h"
#include "nn/log_abs_det.h"

namespace marginscope {
namespace {

constexpr std::int64_t kFirst = 2;  // position 3 of the theory, counted from 0

/// J_i = I - Cov_i(u, u) A for positions first … T - 1: (N, P, d, d)  (E5)
at::Tensor stage_jacobians(const at::Tensor& u, const at::Tensor& attention,
                           const at::Tensor& score_matrix, std::int64_t first) {
    const std::int64_t batch = u.size(0);
    const std::int64_t time = u.size(1);
    const std::int64_t width = u.size(2);
    // Covariances do not depend on the origin; near the data it costs least precision.
    const at::Tensor centred = u - u.detach().mean(1, true);
    const at::Tensor outer =
        (centred.unsqueeze(3) * centred.unsqueeze(2)).reshape({batch, time, width * width});
    const at::Tensor rows = attention.narrow(1, first, time - first);  // (N, P, T)
    const at::Tensor second = at::matmul(rows, outer).view({batch, time - first, width, width});
    const at::Tensor mean = at::matmul(rows, centred);  // (N, P, d)
    const at::Tensor covariance = second - mean.unsqueeze(3) * mean.unsqueeze(2);
    return at::eye(width, u.options().requires_grad(false)) - at::matmul(covariance, score_matrix);
}

at::Tensor frobenius(const at::Tensor& inverse) { return inverse.square().sum({-2, -1}).sqrt(); }

at::Tensor score_matrix_of(const at::Tensor& w_q, const at::Tensor& w_k) {  // A of (E1)
    return at::matmul(w_k.transpose(0, 1), w_q) / std::sqrt(static_cast<double>(w_q.size(0)));
}

at::Tensor finite_sum(const LogAbsDetResult& result) {
    return result.logdet.masked_fill(result.sign == 0, 0.0).sum();
}

}  // namespace

BarrierTerms stage_barrier(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                           double cap) {
    const std::int64_t time = u.size(1);
    const std::int64_t width = u.size(2);
    const at::Tensor scores = stage_scores(u, w_q, w_k);
    const at::Tensor attention = strict_attention(scores);
    const std::int64_t turn =
        std::clamp(dual_limit(width), kFirst, time);  // the first position of the primal form
    at::Tensor sum = at::zeros({}, u.options().requires_grad(false));
    std::vector<at::Tensor> logdet, sign, norm;
    const auto keep = [&](const LogAbsDetResult& each) {
        logdet.push_back(each.logdet.detach());
        sign.push_back(each.sign);
        norm.push_back(each.inverse_norm);
    };
    if (turn > kFirst) {
        const at::Tensor free_u = u.detach();
        const at::Tensor right =
            at::matmul(free_u, score_matrix_of(w_q.detach(), w_k.detach()));  // U A
        const DualResult dual =
            dual_log_abs_det(scores, attention, at::matmul(free_u, free_u.transpose(1, 2)),
                             at::matmul(right, right.transpose(1, 2)), kFirst, turn,
                             static_cast<double>(width), cap);
        sum = sum + dual.sum;
        keep(dual.each);
    }
    if (turn < time) {
        const LogAbsDetResult primal = log_abs_det(
            stage_jacobians(u, attention, score_matrix_of(w_q, w_k), turn), cap, frobenius);
        sum = sum + finite_sum(primal);
        keep(primal);
    }
    BarrierTerms terms{{}, at::cat(logdet, 1), at::cat(sign, 1), at::cat(norm, 1)};
    terms.barrier = -sum / (terms.sign != 0).sum().clamp_min(1);
    return terms;
}

at::Tensor barrier_counts(const BarrierTerms& terms, double cap) {
    at::NoGradGuard no_grad;
    if (!terms.sign.defined()) return at::zeros({kBarrierCounts}, at::kDouble);
    const at::Tensor singular = terms.sign == 0;
    const at::Tensor values = terms.logdet.masked_fill(singular, 0.0).to(at::kDouble);
    // Positions of a sequence share its tokens: sequences are what is independent.
    const at::Tensor means = values.mean(1);
    const at::Tensor error_square =
        (means - means.mean()).square().sum() /
        (static_cast<double>(means.size(0)) * static_cast<double>(means.size(0) - 1));
    return at::stack(
        {values.sum(),
         (terms.sign < 0).sum().to(at::kDouble),
         (terms.inverse_norm > cap).logical_and_(singular.logical_not()).sum().to(at::kDouble),
         singular.sum().to(at::kDouble),
         at::full({}, static_cast<double>(terms.sign.numel()),
                  terms.sign.options().dtype(at::kDouble)),
         error_square});
}

BarrierReport read_barrier_counts(const at::Tensor& counts) {
    const at::Tensor host = counts.cpu();
    const double* values = host.const_data_ptr<double>();
    BarrierReport report;
    report.positions = static_cast<std::int64_t>(values[4]);
    report.singular = static_cast<std::int64_t>(values[3]);
    report.capped = static_cast<std::int64_t>(values[2]);
    report.logdet_mean = values[0] / std::max(1.0, values[4] - values[3]);
    report.barrier = -report.logdet_mean;
    report.standard_error = std::sqrt(values[5]);
    report.share_beyond = values[1] / std::max(1.0, values[4]);
    return report;
}

double smallest_singular_value(const at::Tensor& matrices) {
    at::NoGradGuard no_grad;
    // LAPACK refuses what is not finite; a run that diverged is still reported.
    if (!matrices.isfinite().all().item<bool>()) return std::numeric_limits<double>::quiet_NaN();
    return at::linalg_svdvals(matrices).min().item<double>();
}

double stage_sigma_min(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k) {
    at::NoGradGuard no_grad;
    const at::Tensor attention = strict_attention(stage_scores(u, w_q, w_k));
    const at::Tensor jacobians = stage_jacobians(u, attention, score_matrix_of(w_q, w_k), kFirst);
    return smallest_singular_value(jacobians);
}

}  // namespace marginscope
