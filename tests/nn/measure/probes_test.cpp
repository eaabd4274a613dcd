// What core reads from a real model, against Jacobians that autograd takes through the model
// itself.
#include "nn/measure/probes.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <Eigen/LU>
#include <Eigen/SVD>
#include <cmath>

#include "core/stage/attention_views.h"
#include "nn/model/tensor_eigen.h"
#include "nn/tiny_model.h"
#include "nn/train/trainer.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::tiny_model;

constexpr int kTokens = 9;

at::Tensor ids_of(const Model& model, const std::string& text) {
    const std::vector<int> ids = model.vocabulary.encode(text);
    return at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong).unsqueeze(0);
}

// d y_c / d x, row c, by one backward pass each.
Matrix jacobian(const at::Tensor& y, const at::Tensor& x, std::int64_t position) {
    const std::int64_t width = y.size(0);
    at::Tensor rows = at::zeros({width, width}, at::kDouble);
    for (std::int64_t c = 0; c < width; ++c) {
        const auto grads = torch::autograd::grad({y[c]}, {x}, {}, true);
        rows[c].copy_(x.dim() == 3 ? grads[0][0][position] : grads[0]);
    }
    return to_matrix(rows);
}

// E15 of one layer by autograd: what attention reads is replaced by a leaf, what it gives is taken
// from the model's own pass (fused softmax attention), and only column i of the leaf counts.
Matrix layer_reference(const CharGpt& model, const at::Tensor& u, int wanted, std::int64_t i) {
    const at::AutoGradMode grad(true);
    at::Tensor leaf, out;
    ForwardOptions options;
    options.on_attention_input = [&](int layer, const at::Tensor& x) {
        if (layer != wanted) return x;
        leaf = x.detach().clone().requires_grad_(true);
        return leaf;
    };
    options.on_attention = [&](int layer, const at::Tensor& x) {
        if (layer == wanted) out = x;
        return x;
    };
    model.hidden_from_embeddings(u, options);
    return Matrix::Identity(u.size(2), u.size(2)) - jacobian(out[0][i], leaf, i);
}

// E14 by autograd: softmax attention of one head, its keys and values held fixed.
Matrix head_reference(const CharGpt& model, const at::Tensor& u, int layer, std::int64_t head,
                      std::int64_t i) {
    Tap tap;
    ForwardOptions options;
    options.tap = &tap;
    {
        const at::NoGradGuard no_grad;
        model.hidden_from_embeddings(u, options);
    }
    const at::AutoGradMode grad(true);
    const LayerTap& seen = tap.layers[static_cast<std::size_t>(layer)];
    const BlockWeights& weights = model.block(layer);
    const std::int64_t p = seen.q.size(3);
    const at::Tensor w_q = weights.attn_w.detach().narrow(0, head * p, p);
    const at::Tensor w_o = weights.proj_w.detach().narrow(1, head * p, p);
    const at::Tensor leaf = seen.u[0][i].detach().clone().requires_grad_(true);
    at::Tensor q = at::mv(w_q, leaf);
    if (weights.attn_b.defined()) q = q + weights.attn_b.detach().narrow(0, head * p, p);
    const at::Tensor k = seen.k[0][head].detach().narrow(0, 0, i + 1);
    const at::Tensor v = seen.v[0][head].detach().narrow(0, 0, i + 1);
    const at::Tensor attention = at::softmax(at::mv(k, q) / std::sqrt(static_cast<double>(p)), 0);
    const at::Tensor mu = at::mv(w_o, at::mv(v.t(), attention));
    return Matrix::Identity(u.size(2), u.size(2)) - jacobian(mu, leaf, i);
}

double condition(const Matrix& j) {
    const Eigen::VectorXd values = Eigen::JacobiSVD<Eigen::MatrixXd>(j).singularValues();
    return values(0) / values(values.size() - 1);
}

double bound(const Matrix& j) { return 1e-9 * std::max(1.0, condition(j) / 1e4); }

double relative_error(const Matrix& a, const Matrix& b) { return (a - b).norm() / b.norm(); }

void expect_views_equal_autograd(const Model& model, unsigned seed) {
    const CharGpt exact = model.gpt.clone(at::kCPU, at::kDouble);
    const at::Tensor ids = ids_of(model, random_text(kTokens, seed));
    const at::Tensor u = exact.embed(ids).detach();
    const at::Tensor u_float = model.gpt.embed(ids).detach();
    const auto layers = attention_layers(exact, u);
    const auto layers_float = attention_layers(model.gpt, u_float);
    for (int layer = 0; layer < exact.shape().layers; ++layer) {
        const AttentionViews views(layers[static_cast<std::size_t>(layer)]);
        const AttentionViews views_float(layers_float[static_cast<std::size_t>(layer)]);
        for (int i = 0; i < kTokens; ++i) {
            const Matrix whole = layer_reference(exact, u, layer, i);
            EXPECT_LE(relative_error(views.layer_jacobian(i), whole), bound(whole))
                << layer << ' ' << i;
            EXPECT_LE(relative_error(views_float.layer_jacobian(i), whole), 1e-4)
                << layer << ' ' << i;
            EXPECT_NEAR(views.layer_log_det(i).value, std::log(std::abs(whole.determinant())),
                        1e-8 * condition(whole));
            for (int head = 0; head < exact.shape().heads; ++head) {
                const Matrix of_head = head_reference(exact, u, layer, head, i);
                EXPECT_LE(relative_error(views.head_jacobian(head, i), of_head), bound(of_head));
                EXPECT_LE(relative_error(views_float.head_jacobian(head, i), of_head), 1e-4);
                const LogDet small = views.head_log_det(head, i);
                EXPECT_NEAR(small.value, std::log(std::abs(of_head.determinant())),
                            1e-8 * condition(of_head));
                EXPECT_EQ(small.sign, of_head.determinant() < 0 ? -1 : 1);
                const double sigma_min =
                    Eigen::JacobiSVD<Eigen::MatrixXd>(of_head).singularValues().minCoeff();
                EXPECT_NEAR(views.head(head, i).sigma_min, std::min(1.0, sigma_min), 1e-10);
            }
        }
    }
}

TEST(Probes, ViewsOfRandomModelsEqualAutograd) {
    expect_views_equal_autograd(tiny_model(false), 1);
    expect_views_equal_autograd(tiny_model(true), 2);
}

TEST(Probes, ViewsOfATrainedModelEqualAutograd) {
    RunConfig config;
    config.model = {.layers = 2, .heads = 2, .width = 8, .context = 12, .bias = false};
    config.train.steps = 60;
    config.train.warmup = 5;
    config.train.lr = 0.02;
    config.train.threads = 1;
    Trainer trainer(config, corpus_from_bytes("letters", random_text(2000, 3)));
    for (int step = 0; step < config.train.steps; ++step) trainer.step();
    expect_views_equal_autograd(*trainer.model(), 4);
}

TEST(Probes, StageEmbeddingsAreTheTokensAtTheirPlaces) {
    const Model model = tiny_model();
    const std::vector<int> ids = model.vocabulary.encode(random_text(7, 5));
    const Matrix u = stage_embeddings(model.gpt, ids);
    const Matrix wte = to_matrix(model.gpt.token_embeddings());
    const Matrix wpe = to_matrix(model.gpt.position_embeddings());
    for (int i = 0; i < 7; ++i)
        EXPECT_EQ(u.row(i), wte.row(ids[static_cast<std::size_t>(i)]) + wpe.row(i));
    EXPECT_EQ(stage_weights(model).w_q, to_matrix(model.stage->w_q));
    EXPECT_NEAR(stage_sigma(model), 0.5, 1e-6);
}

// A stage that was trained on s u is read over u, like every other.
TEST(Probes, AScaledStageIsTheSameStage) {
    Model model = tiny_model();
    const std::vector<int> ids = model.vocabulary.encode(random_text(9, 6));
    const Matrix u = stage_embeddings(model.gpt, ids);
    constexpr double kScale = 0.6;
    const Stage scaled(u * kScale, stage_weights(model));
    model.stage->input_scale.fill_(kScale);
    const Stage over_u(u, stage_weights(model));
    for (int i = 2; i < 9; ++i) {
        EXPECT_NEAR(over_u.margins(i).logdet.value, scaled.margins(i).logdet.value, 1e-10);
        EXPECT_NEAR(over_u.margins(i).sigma_min, scaled.margins(i).sigma_min, 1e-10);
    }
    EXPECT_NEAR(stage_sigma(model) * kScale, 0.5, 1e-12);
}

TEST(Probes, AModelWithoutAStageIsRefusedWithTheCure) {
    const Model model = tiny_model(false, false);
    try {
        stage_weights(model, "runs/plain");
        FAIL() << "no error";
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("marginscope fit"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("runs/plain"), std::string::npos);
    }
}

TEST(Probes, HeadMarginsAreTheHeadViewOfTheModel) {
    const Model model = tiny_model(true);
    const std::vector<int> ids = model.vocabulary.encode(random_text(kTokens, 6));
    const Matrix u = stage_embeddings(model.gpt, ids);
    const std::vector<int> positions = {2, 8};
    const HeadMargins heads = head_margins(model.gpt, u, positions);
    const CharGpt exact = model.gpt.clone(at::kCPU, at::kDouble);
    const auto layers = attention_layers(exact, to_tensor(u).unsqueeze(0));
    for (std::size_t k = 0; k < positions.size(); ++k)
        for (int layer = 0; layer < 2; ++layer)
            for (int head = 0; head < 2; ++head) {
                const AttentionViews views(layers[static_cast<std::size_t>(layer)]);
                EXPECT_NEAR(heads.logdet(k, layer, head),
                            views.head_log_det(head, positions[k]).value, 1e-3);
            }
}

}  // namespace
}  // namespace marginscope
