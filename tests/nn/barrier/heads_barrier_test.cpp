// The barrier on a model's own heads (E14): the reference differentiates softmax attention itself.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <vector>

#include "nn/barrier/barrier.h"
#include "nn/model/char_gpt.h"
#include "nn/normal_tensor.h"

namespace marginscope {
namespace {

using testing_support::normal;

constexpr double kNoCap = 1e12;

struct HeadsCase {
    CharGpt gpt{ModelConfig{2, 2, 12, 16, true}, 11, 5, at::kCPU, at::kDouble};
    at::Tensor ids = at::randint(0, 11, {2, 9}, at::detail::createCPUGenerator(3), at::kLong);

    HeadsCase() {  // nanoGPT's initial weights are too small to bring J away from the identity
        at::NoGradGuard no_grad;
        std::uint64_t seed = 900;
        for (NamedTensor& parameter : gpt.parameters())
            parameter.value.add_(normal(parameter.value.sizes(), 0.35, seed++));
    }
};

double head_logdet_by_autograd(const CharGpt& gpt, const LayerTap& tap, int layer, int head, int n,
                               int i, int* sign) {
    const std::int64_t width = gpt.shape().width;
    const std::int64_t p = width / gpt.shape().heads;
    const at::Tensor w_q = gpt.block(layer).attn_w.detach().narrow(0, head * p, p);
    const at::Tensor b_q = gpt.block(layer).attn_b.detach().narrow(0, head * p, p);
    const at::Tensor w_o = gpt.block(layer).proj_w.detach().narrow(1, head * p, p);
    const at::Tensor keys = tap.k.detach()[n][head].narrow(0, 0, i + 1);
    const at::Tensor values = tap.v.detach()[n][head].narrow(0, 0, i + 1);
    const at::Tensor u = tap.u.detach()[n][i].clone().set_requires_grad(true);
    const at::Tensor q = at::matmul(w_q, u) + b_q;
    const at::Tensor weights =
        at::softmax(at::matmul(keys, q) / std::sqrt(static_cast<double>(p)), 0);
    const at::Tensor e = u - at::matmul(w_o, at::matmul(weights, values));
    std::vector<at::Tensor> rows;
    for (std::int64_t c = 0; c < width; ++c)
        rows.push_back(torch::autograd::grad({e[c]}, {u}, {}, true)[0]);
    const auto [s, logdet] = at::slogdet(at::stack(rows));
    *sign = static_cast<int>(s.item<double>());
    return logdet.item<double>();
}

TEST(HeadsBarrier, EqualsTheJacobianOfAttentionItself) {
    HeadsCase c;
    Tap tap;
    ForwardOptions options;
    options.tap = &tap;
    (void)c.gpt.hidden_from_embeddings(c.gpt.embed(c.ids), options);
    const BarrierTerms terms = heads_barrier(c.gpt, tap, 2, kNoCap);
    ASSERT_EQ(terms.logdet.size(0), 2 * 2 * 2);
    double spread = 0.0;
    for (int layer = 0; layer < 2; ++layer)
        for (int n = 0; n < 2; ++n)
            for (int head = 0; head < 2; ++head)
                for (int i = 2; i < 9; ++i) {
                    int sign = 0;
                    const double expected =
                        head_logdet_by_autograd(c.gpt, tap.layers[layer], layer, head, n, i, &sign);
                    const int row = (layer * 2 + n) * 2 + head;
                    EXPECT_NEAR(terms.logdet[row][i - 2].item<double>(), expected, 1e-9);
                    EXPECT_EQ(terms.sign[row][i - 2].item<double>(), sign);
                    spread = std::max(spread, std::abs(expected));
                }
    EXPECT_GT(spread, 0.05);  // otherwise every J is the identity and nothing was tested
}

TEST(HeadsBarrier, GradientsEqualFiniteDifferences) {
    HeadsCase c;
    const auto value = [&] {
        Tap tap;
        ForwardOptions options;
        options.tap = &tap;
        (void)c.gpt.hidden_from_embeddings(c.gpt.embed(c.ids), options);
        return heads_barrier(c.gpt, tap, 1, kNoCap).barrier;
    };
    std::vector<at::Tensor> inputs;
    for (NamedTensor& parameter : c.gpt.parameters()) inputs.push_back(parameter.value);
    const auto gradients = torch::autograd::grad({value()}, inputs, {}, std::nullopt, false, true);
    at::NoGradGuard no_grad;
    int compared = 0;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        const at::Tensor direction = normal(inputs[k].sizes(), 1.0, 70 + k);
        const double h = 1e-6;
        inputs[k].add_(direction, h);
        const double up = value().item<double>();
        inputs[k].add_(direction, -2 * h);
        const double down = value().item<double>();
        inputs[k].add_(direction, h);
        const double expected = (up - down) / (2 * h);
        const double found =
            gradients[k].defined() ? (gradients[k] * direction).sum().item<double>() : 0.0;
        EXPECT_NEAR(found, expected, 1e-5 * std::max(1.0, std::abs(expected)))
            << c.gpt.parameters()[k].name;
        compared += std::abs(expected) > 1e-6;
    }
    EXPECT_GT(compared, 10);
}

TEST(HeadsBarrier, InverseNormIsThatOfTheFullJacobian) {
    HeadsCase c;
    at::NoGradGuard no_grad;
    Tap tap;
    ForwardOptions options;
    options.tap = &tap;
    tap.attention = true;
    (void)c.gpt.hidden_from_embeddings(c.gpt.embed(c.ids), options);
    const BarrierTerms terms = heads_barrier(c.gpt, tap, 2, 1e-6);  // norms all exact
    double smallest = INFINITY;
    for (int layer = 0; layer < 2; ++layer)
        for (int head = 0; head < 2; ++head)
            for (int i = 2; i < 9; ++i) {
                const LayerTap& t = tap.layers[layer];
                const at::Tensor a = t.attention[1][head][i];
                const at::Tensor v = t.v[1][head] - at::matmul(a, t.v[1][head]);
                const at::Tensor k = t.k[1][head] - at::matmul(a, t.k[1][head]);
                const at::Tensor c_ih = at::matmul((v * a.unsqueeze(1)).t(), k);
                const at::Tensor w_q = c.gpt.block(layer).attn_w.narrow(0, head * 6, 6);
                const at::Tensor w_o = c.gpt.block(layer).proj_w.narrow(1, head * 6, 6);
                const at::Tensor j = at::eye(12, at::kDouble) -
                                     at::matmul(w_o, at::matmul(c_ih, w_q)) / std::sqrt(6.0);
                const double expected = at::linalg_inv(j).norm().item<double>();
                EXPECT_NEAR(terms.inverse_norm[(layer * 2 + 1) * 2 + head][i - 2].item<double>(),
                            expected, 1e-8 * expected);
                smallest = std::min(smallest, at::linalg_svdvals(j).min().item<double>());
            }
    EXPECT_LE(heads_sigma_min(c.gpt, tap, 2), smallest + 1e-10);
}

}  // namespace
}  // namespace marginscope
