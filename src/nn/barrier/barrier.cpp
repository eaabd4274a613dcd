// The barrier over the embeddings (or their projection), and what all sites report.
#include "nn/barrier/barrier.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/barrier/positions.h"
#include "nn/barrier/stage_terms.h"
#include "nn/model/embedding_stage.h"

namespace marginscope {
namespace {

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

at::Tensor score_matrix_of(const at::Tensor& w_q, const at::Tensor& w_k) {  // A of (E1)
    return at::matmul(w_k.transpose(0, 1), w_q) / std::sqrt(static_cast<double>(w_q.size(0)));
}

}  // namespace

BarrierTerms stage_barrier(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                           double cap) {
    StageTermsSettings settings;
    settings.cap = cap;
    return stage_terms(u, w_q, w_k, settings).barrier;
}

at::Tensor barrier_counts(const BarrierTerms& terms, double cap) {
    at::NoGradGuard no_grad;
    if (!terms.sign.defined()) return {};
    const at::Tensor singular = terms.sign == 0;
    const at::Tensor values = terms.logdet.masked_fill(singular, 0.0).to(at::kDouble);
    // Positions of a sequence share its tokens: sequences are what is independent.
    const at::Tensor means = values.mean(1);
    const at::Tensor error_square =
        (means - means.mean()).square().sum() /
        (static_cast<double>(means.size(0)) * static_cast<double>(means.size(0) - 1));
    return at::stack(
        {values.sum(), (terms.sign < 0).sum().to(at::kDouble),
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
    const at::Tensor jacobians =
        stage_jacobians(u, attention, score_matrix_of(w_q, w_k), kFirstPosition);
    return smallest_singular_value(jacobians);
}

}  // namespace marginscope
