// Decoding, margins of heads and layers, noise and the barrier of heads through LanguageModel
// alone, on a model packed in another way.
#include "nn/model/language_model.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <Eigen/LU>
#include <cmath>
#include <vector>

#include "core/stage/attention_views.h"
#include "nn/barrier/barrier.h"
#include "nn/decode/decoder.h"
#include "nn/measure/noise.h"
#include "nn/measure/probes.h"
#include "nn/model/tensor_eigen.h"
#include "nn/other_model.h"

namespace marginscope {
namespace {

using testing_support::OtherModel;

const std::vector<int> kIds = {3, 1, 4, 1, 5, 0, 2, 6};

at::Tensor tensor_of(const std::vector<int>& ids) {
    at::Tensor out = at::empty({1, static_cast<std::int64_t>(ids.size())}, at::kLong);
    std::copy(ids.begin(), ids.end(), out.data_ptr<std::int64_t>());
    return out;
}

TEST(LanguageModel, DecodingWithACacheEqualsWholePasses) {
    const OtherModel model;
    Decoder decoder(model);
    decoder.append(std::span(kIds).first(3));
    for (std::size_t n = 4; n <= kIds.size(); ++n) {
        const at::Tensor found = decoder.append(std::span(kIds).subspan(n - 1, 1));
        const at::Tensor whole = model.logits_from_embeddings(
            model.embed(tensor_of({kIds.begin(), kIds.begin() + static_cast<long>(n)})));
        EXPECT_LE((found - whole[0][static_cast<std::int64_t>(n) - 1]).abs().max().item<double>(),
                  1e-12);
    }
    const Matrix u = decoder.window_embeddings();
    EXPECT_EQ(u, stage_embeddings(model, kIds));
    EXPECT_EQ(u, to_matrix(model.embed(tensor_of(kIds))[0]));
    EXPECT_EQ(decoder.next_embeddings(std::span(kIds).first(2)), u.topRows(2));
}

// The attention's answer at position i when only its own column of u moves; `head` < 0: all heads.
at::Tensor attention_of(const OtherModel& model, const at::Tensor& u, int i, int head,
                        const at::Tensor& moved) {
    const AttentionWeights w = model.attention_weights(0);
    at::Tensor out = at::zeros({6}, at::kDouble);
    for (int h = 0; h < 2; ++h) {
        if (head >= 0 && h != head) continue;
        // The head view moves the query alone, the layer view the token's key and value too.
        std::vector<at::Tensor> rows;
        for (int s = 0; s <= i; ++s) rows.push_back(s == i && head < 0 ? moved : u[s]);
        const at::Tensor past = at::stack(rows);
        const at::Tensor keys = at::matmul(past, w.w_k[h].t());
        const at::Tensor values = at::matmul(past, w.w_v[h].t());
        const at::Tensor scores = at::matmul(keys, at::matmul(w.w_q[h], moved)) / std::sqrt(3.0);
        out = out + at::matmul(w.w_o[h], at::matmul(at::softmax(scores, 0), values));
    }
    return out;
}

Matrix jacobian_by_autograd(const OtherModel& model, const at::Tensor& u, int i, int head) {
    const at::Tensor moved = u[i].clone().set_requires_grad(true);
    const at::Tensor e = moved - attention_of(model, u, i, head, moved);
    std::vector<at::Tensor> rows;
    for (std::int64_t c = 0; c < 6; ++c)
        rows.push_back(torch::autograd::grad({e[c]}, {moved}, {}, true)[0]);
    return to_matrix(at::stack(rows));
}

TEST(LanguageModel, ViewsOfHeadsAndLayersEqualAutograd) {
    const OtherModel model;
    const at::Tensor u = model.embed(tensor_of(kIds));
    const std::vector<AttentionLayer> layers = attention_layers(model, u);
    ASSERT_EQ(layers.size(), 1u);
    const AttentionViews views(layers[0]);
    double spread = 0.0;
    for (int i = 0; i < static_cast<int>(kIds.size()); ++i) {
        const Matrix whole = jacobian_by_autograd(model, u[0], i, -1);
        EXPECT_LE((views.layer_jacobian(i) - whole).norm(), 1e-11 * whole.norm());
        for (int head = 0; head < 2; ++head) {
            const Matrix one = jacobian_by_autograd(model, u[0], i, head);
            EXPECT_LE((views.head_jacobian(head, i) - one).norm(), 1e-11 * one.norm());
            const double expected = std::log(std::abs(one.determinant()));
            EXPECT_NEAR(views.head_log_det(head, i).value, expected, 1e-9);
            spread = std::max(spread, std::abs(expected));
        }
    }
    EXPECT_GT(spread, 0.05);
    const std::vector<int> positions = {2, 5};
    const HeadMargins heads = head_margins(model, to_matrix(u[0]), positions);
    for (std::size_t k = 0; k < positions.size(); ++k)
        for (int head = 0; head < 2; ++head)
            EXPECT_NEAR(heads.logdet(k, 0, head), views.head_log_det(head, positions[k]).value,
                        1e-12);
}

TEST(LanguageModel, TheBarrierOfHeadsIsTheMeanOfTheirViews) {
    const OtherModel model;
    const at::Tensor u = model.embed(tensor_of(kIds));
    Tap tap;
    ForwardOptions options;
    options.tap = &tap;
    (void)model.hidden_from_embeddings(u, options);
    const AttentionViews views(attention_layers(model, u)[0]);
    const BarrierTerms terms = heads_barrier(model, tap, 1, 1e12);
    double sum = 0.0;
    for (int head = 0; head < 2; ++head)
        for (int i = 2; i < static_cast<int>(kIds.size()); ++i)
            sum -= views.head_log_det(head, i).value;
    EXPECT_NEAR(terms.barrier.item<double>(), sum / (2.0 * 6.0), 1e-10);
}

TEST(LanguageModel, RelativeNoiseIsInUnitsOfTheTokensOwnVectors) {
    const OtherModel model;
    const at::Tensor vectors = model.token_vectors(tensor_of(kIds));
    EXPECT_NEAR(token_embedding_rms(model, kIds), vectors.square().mean().sqrt().item<double>(),
                1e-12);
}

}  // namespace
}  // namespace marginscope
