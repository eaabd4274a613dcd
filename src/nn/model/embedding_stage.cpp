// Parameters and attention of the embeddings stage.
#include "nn/model/embedding_stage.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace marginscope {
namespace {

// The average looks back about twenty steps: long against the noise of a batch, short against
// training.
constexpr double kSigmaDecay = 0.95;

}  // namespace

EmbeddingStage EmbeddingStage::random(int width, int projected_width, double std,
                                      std::uint64_t seed, at::Device device, at::ScalarType dtype) {
    at::NoGradGuard no_grad;
    at::Generator generator = at::detail::createCPUGenerator(seed);
    const int p = projected_width > 0 ? projected_width : width;
    const auto normal = [&](std::int64_t rows, std::int64_t columns, double scale) {
        return at::empty({rows, columns}, at::kFloat).normal_(0.0, scale, generator);
    };
    const auto placed = [&](const at::Tensor& t) {
        return t.to(device, dtype).set_requires_grad(true);
    };
    EmbeddingStage stage;
    stage.w_q = placed(normal(p, p, std));
    stage.w_k = placed(normal(p, p, std));
    if (projected_width > 0) {
        stage.w_p = placed(normal(p, width, 1.0));
        stage.orthonormalise();
    }
    const auto sigma_type = device.is_cpu() ? at::kDouble : dtype;
    const auto scalar = at::TensorOptions(device).dtype(sigma_type);
    stage.sigma_square = at::ones({}, scalar);
    stage.residual_average = at::ones({}, scalar);
    stage.learned_log_sigma = at::zeros({}, scalar).set_requires_grad(true);
    stage.input_scale = at::ones({}, scalar);
    return stage;
}

double EmbeddingStage::log_sigma() const { return 0.5 * std::log(sigma_square.item<double>()); }

std::vector<NamedTensor> EmbeddingStage::parameters(const std::string& prefix) const {
    std::vector<NamedTensor> all = {{prefix + ".W_Q", w_q}, {prefix + ".W_K", w_k}};
    if (w_p.defined()) all.push_back({prefix + ".W_P", w_p});
    return all;
}

EmbeddingStage EmbeddingStage::clone(at::Device device, at::ScalarType dtype) const {
    at::NoGradGuard no_grad;
    const auto copied = [&](const at::Tensor& t) {
        return t.defined() ? t.detach().to(device, dtype, false, true).set_requires_grad(true)
                           : at::Tensor();
    };
    const auto scalar = [&](const at::Tensor& t) {
        return t.detach().to(device, device.is_cpu() ? at::kDouble : dtype, false, true);
    };
    return {copied(w_q),
            copied(w_k),
            copied(w_p),
            scalar(sigma_square),
            scalar(residual_average),
            scalar(learned_log_sigma).set_requires_grad(true),
            scalar(input_scale),
            updates};
}

at::Tensor EmbeddingStage::project(const at::Tensor& u) const {
    return w_p.defined() ? at::matmul(u, w_p.transpose(0, 1)) : u;
}

void EmbeddingStage::update_sigma(const at::Tensor& residual_square) {
    const at::Tensor value = residual_square.detach().to(residual_average.options());
    if (updates == 0)
        residual_average.copy_(value);
    else
        residual_average.mul_(kSigmaDecay).add_(value, 1.0 - kSigmaDecay);
    sigma_square.copy_(residual_average);
    ++updates;
}

void EmbeddingStage::orthonormalise() {
    at::NoGradGuard no_grad;
    const auto [q, r] = at::linalg_qr(w_p.detach().transpose(0, 1));  // (d, p), columns orthonormal
    // The factor is unique up to signs; those of R's diagonal keep W_P from jumping between steps.
    const at::Tensor signs = r.diagonal().sign();
    w_p.detach().copy_((q * at::where(signs == 0, at::ones_like(signs), signs)).transpose(0, 1));
}

at::Tensor stage_scores(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k) {
    const at::Tensor queries = at::matmul(u, w_q.transpose(0, 1));  // (N, T, p)
    const at::Tensor keys = at::matmul(u, w_k.transpose(0, 1));
    return at::matmul(queries, keys.transpose(1, 2)) / std::sqrt(static_cast<double>(w_q.size(0)));
}

at::Tensor strict_attention(const at::Tensor& scores) {
    const std::int64_t time = scores.size(1);
    const auto mask_options = at::TensorOptions(scores.device()).dtype(at::kBool);
    at::Tensor hidden = at::ones({time, time}, mask_options).triu_(0);
    hidden.narrow(0, 0, 1).narrow(1, 0, 1).fill_(false);  // a row of -inf alone would be NaN
    const at::Tensor attention = at::softmax(scores.masked_fill(hidden, -INFINITY), -1);
    return at::cat({at::zeros_like(attention.narrow(1, 0, 1)), attention.narrow(1, 1, time - 1)},
                   1);
}

at::Tensor mean_residual_square(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k) {
    const at::Tensor residual = u - at::matmul(strict_attention(stage_scores(u, w_q, w_k)), u);
    return residual.narrow(1, 2, u.size(1) - 2).square().mean();
}

}  // namespace marginscope
