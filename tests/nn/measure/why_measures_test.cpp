// Lens and heads against a pass written out with plain tensor operations, one head left out by
// hand, and Jacobians that autograd takes through it.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <Eigen/LU>
#include <cmath>
#include <memory>

#include "nn/measure/head_ablation.h"
#include "nn/measure/logit_lens.h"
#include "nn/model/tensor_eigen.h"
#include "nn/other_model.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::tiny_model;

constexpr int kTokens = 9;

struct LeftOut {
    int layer = -1, head = -1;
};

// The model of char_gpt.h once more, from its weights.
class Plain {
public:
    explicit Plain(const CharGpt& model) : model_(model) {}

    static at::Tensor norm(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b) {
        const at::Tensor centred = x - x.mean(-1, true);
        const at::Tensor y = centred / (centred.square().mean(-1, true) + 1e-5).sqrt() * w;
        return b.defined() ? y + b : y;
    }
    static at::Tensor affine(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b) {
        const at::Tensor y = at::matmul(x, w.t());
        return b.defined() ? y + b : y;
    }
    // (T, C) -> (T, C); the weights of each head go to `seen`.
    at::Tensor attend(int layer, const at::Tensor& u, const LeftOut& out,
                      std::vector<at::Tensor>* seen = nullptr) const {
        const BlockWeights& w = model_.block(layer);
        const std::int64_t heads = model_.shape().heads, time = u.size(0), width = u.size(1);
        const std::int64_t p = width / heads;
        const at::Tensor qkv = affine(u, w.attn_w, w.attn_b);
        const at::Tensor future = at::ones({time, time}, at::kBool).triu_(1);
        std::vector<at::Tensor> all;
        for (std::int64_t h = 0; h < heads; ++h) {
            const at::Tensor q = qkv.narrow(1, h * p, p), k = qkv.narrow(1, width + h * p, p),
                             v = qkv.narrow(1, 2 * width + h * p, p);
            const at::Tensor scores = at::matmul(q, k.t()) / std::sqrt(static_cast<double>(p));
            const at::Tensor weights = at::softmax(scores.masked_fill(future, -INFINITY), 1);
            if (seen != nullptr) seen->push_back(weights);
            const bool zero = layer == out.layer && h == out.head;
            all.push_back(zero ? at::zeros({time, p}, at::kDouble) : at::matmul(weights, v));
        }
        return affine(at::cat(all, 1), w.proj_w, w.proj_b);
    }
    struct Read {
        std::vector<at::Tensor> streams;  // the embeddings, then after each layer
        std::vector<at::Tensor> inputs;   // what each layer's attention reads
    };
    Read read(const at::Tensor& u, const LeftOut& out = {}) const {
        Read result;
        at::Tensor x = u;
        result.streams.push_back(x);
        for (int layer = 0; layer < model_.shape().layers; ++layer) {
            const BlockWeights& w = model_.block(layer);
            result.inputs.push_back(norm(x, w.ln1_w, w.ln1_b));
            x = x + attend(layer, result.inputs.back(), out);
            const at::Tensor wide = affine(norm(x, w.ln2_w, w.ln2_b), w.fc_w, w.fc_b);
            const at::Tensor bent = wide * 0.5 * (1.0 + at::erf(wide / std::sqrt(2.0)));
            x = x + affine(bent, w.out_w, w.out_b);
            result.streams.push_back(x);
        }
        return result;
    }
    at::Tensor logprob(const at::Tensor& stream) const {
        return at::log_softmax(
            at::matmul(norm(stream, model_.final_norm_weight(), model_.final_norm_bias()),
                       model_.head_weight().t()),
            -1);
    }
    // log|det(I - d attention_i / d u_i)|, column i alone.
    double layer_logdet(int layer, const at::Tensor& input, const LeftOut& out,
                        std::int64_t i) const {
        const at::AutoGradMode grad(true);
        const at::Tensor leaf = input.detach().clone().requires_grad_(true);
        const at::Tensor y = attend(layer, leaf, out)[i];
        at::Tensor rows = at::zeros({y.size(0), y.size(0)}, at::kDouble);
        for (std::int64_t c = 0; c < y.size(0); ++c)
            rows[c].copy_(torch::autograd::grad({y[c]}, {leaf}, {}, true)[0][i]);
        const Matrix j = Matrix::Identity(y.size(0), y.size(0)) - to_matrix(rows);
        return std::log(std::abs(j.determinant()));
    }

private:
    const CharGpt& model_;
};

struct Case {
    Model model;
    std::shared_ptr<const CharGpt> exact;
    std::vector<int> ids;
    at::Tensor u;  // (1, T, C)
};

Case make_case(bool bias, unsigned seed) {
    Model model = tiny_model(bias, false, seed);
    auto exact = std::make_shared<const CharGpt>(model.gpt.clone(at::kCPU, at::kDouble));
    std::vector<int> ids = model.vocabulary.encode(random_text(kTokens, seed));
    const at::Tensor index =
        at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong).unsqueeze(0);
    at::Tensor u = exact->embed(index).detach();
    return {std::move(model), std::move(exact), std::move(ids), std::move(u)};
}

TEST(LogitLens, IsThePredictionOfEachLayersStream) {
    for (const bool bias : {false, true}) {
        const Case c = make_case(bias, 3);
        const Plain plain(*c.exact);
        const Plain::Read read = plain.read(c.u[0]);
        const std::vector<LensPlace> places = {{8, c.ids[2]}, {0, -1}, {5, c.ids[6]}};
        const auto rows = logit_lens(*c.exact, c.u, places, 4);
        ASSERT_EQ(rows.size(), 3u);
        for (std::size_t k = 0; k < rows.size(); ++k) {
            ASSERT_EQ(rows[k].size(), read.streams.size());
            for (std::size_t row = 0; row < rows[k].size(); ++row) {
                const at::Tensor expected =
                    plain.logprob(read.streams[row])[places[k].position].exp();
                ASSERT_EQ(rows[k][row].top.size(), 4u);
                double before = 2;
                for (const LensGuess& guess : rows[k][row].top) {
                    EXPECT_NEAR(guess.probability, expected[guess.token].item<double>(), 1e-10);
                    EXPECT_LE(guess.probability, before);
                    before = guess.probability;
                }
                EXPECT_NEAR(rows[k][row].top[0].probability, expected.max().item<double>(), 1e-10);
                if (places[k].came < 0)
                    EXPECT_TRUE(std::isnan(rows[k][row].logprob));
                else
                    EXPECT_NEAR(rows[k][row].logprob,
                                std::log(expected[places[k].came].item<double>()), 1e-9);
            }
        }
    }
}

TEST(LogitLens, NeedsNothingBeyondALanguageModel) {
    const testing_support::OtherModel other;
    const at::Tensor u = other.embed(at::tensor(std::vector<std::int64_t>{1, 4, 2}).unsqueeze(0));
    const std::vector<LensPlace> places = {{2, 5}};
    const auto rows = logit_lens(other, u, places, 2);
    const at::Tensor logprob = at::log_softmax(other.logits_from_embeddings(u)[0][2], -1);
    ASSERT_EQ(rows[0].size(), 2u);
    EXPECT_NEAR(rows[0].back().logprob, logprob[5].item<double>(), 1e-12);
    EXPECT_EQ(rows[0].back().top[0].token, logprob.argmax().item<std::int64_t>());
}

TEST(HeadAblation, EachEffectIsThatOfAPassWithoutTheHead) {
    for (const bool bias : {false, true})
        for (const int position : {0, 4, 8}) {
            const Case c = make_case(bias, 7);
            const Plain plain(*c.exact);
            const at::Tensor u = c.u[0].narrow(0, 0, position + 1);
            const Plain::Read whole = plain.read(u);
            const at::Tensor with = plain.logprob(whole.streams.back());
            const int own = c.ids[static_cast<std::size_t>(position)], next = c.ids[1];
            HeadAblation ablation(c.exact, c.u, {position, own, next});
            int flips = 0;
            while (!ablation.done()) {
                const int k = static_cast<int>(ablation.effects().size());
                const LeftOut out{k / 2, k % 2};
                ablation.step();
                const HeadEffect& effect = ablation.effects().back();
                const Plain::Read read = plain.read(u, out);
                const at::Tensor without = plain.logprob(read.streams.back());
                const at::Tensor p = with[position].exp();
                EXPECT_NEAR(effect.kl,
                            (p * (with[position] - without[position])).sum().item<double>(), 1e-9);
                EXPECT_NEAR(effect.next_change,
                            (without[position][next] - with[position][next]).item<double>(), 1e-9);
                if (position == 0)
                    EXPECT_TRUE(std::isnan(effect.own_change));
                else
                    EXPECT_NEAR(
                        effect.own_change,
                        (without[position - 1][own] - with[position - 1][own]).item<double>(),
                        1e-9);
                const auto likeliest = without[position].argmax().item<std::int64_t>();
                EXPECT_EQ(effect.likeliest, likeliest);
                EXPECT_EQ(effect.flips, likeliest != with[position].argmax().item<std::int64_t>());
                flips += effect.flips;
                std::vector<at::Tensor> weights;
                plain.attend(out.layer, whole.inputs[static_cast<std::size_t>(out.layer)], {},
                             &weights);
                const at::Tensor row = weights[static_cast<std::size_t>(out.head)][position];
                double entropy = 0;
                for (int s = 0; s <= position; ++s)
                    entropy -= row[s].item<double>() * std::log(row[s].item<double>());
                EXPECT_NEAR(effect.entropy, entropy, 1e-9);
                EXPECT_NEAR(effect.sink, row[0].item<double>(), 1e-12);
                if (out.layer == 1) {
                    EXPECT_FALSE(effect.margin_change) << "nothing reads the last layer";
                    continue;
                }
                ASSERT_TRUE(effect.margin_change);
                EXPECT_EQ(effect.margin_layer, 1);
                EXPECT_NEAR(*effect.margin_change,
                            plain.layer_logdet(1, read.inputs[1], {}, position) -
                                plain.layer_logdet(1, whole.inputs[1], {}, position),
                            1e-8);
            }
            EXPECT_LE(flips, 4);
            for (int layer = 0; layer < 2; ++layer)
                EXPECT_NEAR(ablation.clean_layers()[static_cast<std::size_t>(layer)].logdet.value,
                            plain.layer_logdet(layer, whole.inputs[static_cast<std::size_t>(layer)],
                                               {}, position),
                            1e-8);
        }
}

}  // namespace
}  // namespace marginscope
