// Two ways to the same numbers, compared.
#include "nn/barrier/device_check.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "nn/barrier/covariance_gradients.h"
#include "nn/barrier/dual_gradients.h"
#include "nn/barrier/head_gradients.h"
#include "nn/barrier/positions.h"
#include "nn/model/embedding_stage.h"

namespace marginscope {
namespace {

constexpr double kLargest = 1e-3;  // rounding gives 1e-5

using Numbers = std::vector<at::Tensor>;

at::Tensor normal(at::IntArrayRef shape, double scale, std::uint64_t seed) {
    at::Generator generator = at::detail::createCPUGenerator(seed);
    return at::empty(shape, at::kFloat).normal_(0.0, scale, generator);
}

DualInput dual_input(at::Device device) {
    constexpr std::int64_t kTime = 24, kWidth = 16;
    const at::Tensor u = normal({2, kTime, kWidth}, 1.0, 1).to(device);
    const at::Tensor w_q = normal({kWidth, kWidth}, 0.12, 2).to(device);
    const at::Tensor w_k = normal({kWidth, kWidth}, 0.12, 3).to(device);
    const at::Tensor scores = stage_scores(u, w_q, w_k);
    const at::Tensor u0 = u - u.mean(1, true);
    const at::Tensor right =
        at::matmul(at::matmul(u0, w_k.t()) / std::sqrt(static_cast<double>(kWidth)), w_q);
    return {scores,
            strict_attention(scores),
            at::matmul(u0, u0.transpose(1, 2)),
            at::matmul(right, right.transpose(1, 2)),
            all_positions(2, kTime),
            static_cast<double>(kWidth),
            4.2,  // some positions lie beyond
            0};
}

CovarianceInput covariance_input(at::Device device) {
    const DualInput dual = dual_input(device);
    return {rows_at(dual.attention, dual.positions),
            dual.positions,
            0,
            normal({2, 24, 6}, 0.5, 4).to(device),
            normal({2, 24, 6}, 0.5, 5).to(device),
            2.6,
            std::nullopt};
}

struct HeadsProblem {
    HeadsInput of;
    HeadsSettings settings;
};

HeadsProblem heads_problem(at::Device device) {
    constexpr std::int64_t kHeads = 2, kSize = 8;
    const at::Tensor w_q = normal({kHeads, kSize, kHeads * kSize}, 0.4, 6).to(device);
    const at::Tensor w_o = normal({kHeads, kHeads * kSize, kSize}, 0.4, 7).to(device);
    HeadsProblem in;
    const at::Tensor qkv = normal({3, 3, kHeads, 20, kSize}, 1.0, 8).to(device);
    in.of.q = qkv[0];
    in.of.k = qkv[1];
    in.of.v = qkv[2];
    in.of.b = at::matmul(w_q, w_o) / std::sqrt(static_cast<double>(kSize));
    in.settings.sequences = 2;
    in.settings.positions = all_positions(2 * kHeads, 20);
    in.settings.gram_left = at::matmul(w_o.transpose(1, 2), w_o);
    in.settings.gram_right = at::matmul(w_q, w_q.transpose(1, 2)) / static_cast<double>(kSize);
    in.settings.cap = 4.2;
    return in;
}

Numbers by_kernels() {
    const DualGradients dual = dual_gradients(dual_input(at::kCPU));
    const CovarianceGradients primal = covariance_gradients(covariance_input(at::kCPU));
    const HeadsProblem heads = heads_problem(at::kCPU);
    const HeadsGradients of_heads = head_gradients(heads.of, heads.settings);
    return {dual.logdet,   dual.sign,          dual.d_scores,   dual.d_attention, primal.logdet,
            primal.sign,   primal.d_attention, primal.d_values, primal.d_keys,    of_heads.logdet,
            of_heads.sign, of_heads.d_q,       of_heads.d_k,    of_heads.d_v,     of_heads.d_b};
}

Numbers by_batches(at::Device device) {
    const DualGradients dual = dual_gradients_by_batches(dual_input(device));
    const CovarianceGradients primal = covariance_gradients_by_batches(covariance_input(device));
    const HeadsProblem heads = heads_problem(device);
    const HeadsGradients of_heads = head_gradients_by_batches(heads.of, heads.settings);
    return {dual.logdet,   dual.sign,          dual.d_scores,   dual.d_attention, primal.logdet,
            primal.sign,   primal.d_attention, primal.d_values, primal.d_keys,    of_heads.logdet,
            of_heads.sign, of_heads.d_q,       of_heads.d_k,    of_heads.d_v,     of_heads.d_b};
}

}  // namespace

double barrier_difference(at::Device device) {
    at::NoGradGuard no_grad;
    const Numbers expected = by_kernels(), found = by_batches(device);
    double largest = 0.0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
        const at::Tensor difference = found[k].cpu() - expected[k];
        const double relative =
            difference.norm().item<double>() / std::max(1e-6, expected[k].norm().item<double>());
        if (!(relative <= largest)) largest = relative;  // NaN stays
    }
    return largest;
}

void check_barrier(at::Device device) {
    if (device.is_cpu()) return;
    static const double difference = barrier_difference(device);
    if (difference <= kLargest) return;
    throw UserError("This GPU computes the barrier " + std::to_string(100.0 * difference) +
                    " % away from the processor, which rounding does not explain: train with "
                    "--device cpu.");
}

}  // namespace marginscope
