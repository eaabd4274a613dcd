// The head and layer views (E13 to E15) against a GPT block's attention differentiated by dual
// numbers.
#include "core/stage/attention_views.h"

#include <gtest/gtest.h>

#include "core/reference_attention.h"

namespace marginscope {
namespace {

using reference::First;
using reference::Row;

AttentionLayer random_layer(std::uint64_t seed, int positions, int width, int heads, double gain,
                            bool bias) {
    std::mt19937_64 rng(seed);
    const double scale = gain / std::sqrt(static_cast<double>(width));
    AttentionLayer layer;
    layer.u = reference::random_matrix(rng, positions, width, 1.0);
    for (Matrix* weight : {&layer.w_q, &layer.w_k, &layer.w_v, &layer.w_o})
        *weight = reference::random_matrix(rng, width, width, scale);
    for (auto* of_layer : {&layer.b_q, &layer.b_k, &layer.b_v})
        if (bias) *of_layer = reference::random_matrix(rng, width, 1, 0.5);
    layer.heads = heads;
    return layer;
}

// The block's attention at position i for query column `query`, while the token's own key and
// value come from `own`. Heads outside [first, last) are left out.
Row<First> attend(const AttentionLayer& layer, int i, const Row<First>& query,
                  const Row<First>& own, int first, int last) {
    const int width = static_cast<int>(layer.u.cols());
    const int p = width / layer.heads;
    const auto project = [&](const Row<First>& x, const Matrix& weight,
                             const std::optional<Vector>& bias, int row) {
        Row<First> y = reference::apply(Matrix(weight.middleRows(row, p)), x);
        for (int k = 0; k < p && bias; ++k)
            y[static_cast<std::size_t>(k)] += First((*bias)(row + k));
        return y;
    };
    Row<First> concatenated(static_cast<std::size_t>(width), First(0.0));
    for (int h = first; h < last; ++h) {
        const Row<First> q = project(query, layer.w_q, layer.b_q, h * p);
        Row<First> logits;
        std::vector<Row<First>> values;
        for (int s = 0; s <= i; ++s) {
            const Row<First> x = s == i ? own : reference::lift<First>(layer.u.row(s));
            logits.push_back(reference::dot(q, project(x, layer.w_k, layer.b_k, h * p)) /
                             First(std::sqrt(static_cast<double>(p))));
            values.push_back(project(x, layer.w_v, layer.b_v, h * p));
        }
        const Row<First> alpha = reference::softmax(logits);
        for (std::size_t s = 0; s < values.size(); ++s)
            for (int k = 0; k < p; ++k)
                concatenated[static_cast<std::size_t>(h * p + k)] +=
                    alpha[s] * values[s][static_cast<std::size_t>(k)];
    }
    return reference::apply(layer.w_o, concatenated);
}

Matrix reference_jacobian(const AttentionLayer& layer, int i, int first, int last,
                          bool query_only) {
    const Eigen::Index width = layer.u.cols();
    Matrix j = Matrix::Identity(width, width);
    for (Eigen::Index c = 0; c < width; ++c) {
        const Row<First> fixed = reference::lift<First>(layer.u.row(i));
        Row<First> moved = fixed;
        moved[static_cast<std::size_t>(c)].slope = 1.0;
        const Row<First> out = attend(layer, i, moved, query_only ? fixed : moved, first, last);
        for (Eigen::Index r = 0; r < width; ++r) j(r, c) -= out[static_cast<std::size_t>(r)].slope;
    }
    return j;
}

double smallest(const Matrix& j) { return reference::singular_values(j).minCoeff(); }

struct Case {
    int positions, width, heads;
    double gain;
    bool bias;
};

class Views : public ::testing::TestWithParam<Case> {};

TEST_P(Views, HeadViewIsTheQueryPathOfOneHead) {
    const Case c = GetParam();
    const AttentionLayer layer = random_layer(11, c.positions, c.width, c.heads, c.gain, c.bias);
    const AttentionViews views(layer);
    for (const int i : {0, c.positions / 3, c.positions / 2, c.positions - 1}) {
        for (int h = 0; h < c.heads; h += 2) {
            const Matrix j = reference_jacobian(layer, i, h, h + 1, true);
            const double tolerance = reference::tolerance(j);
            const LogDet expected = reference::log_det(j);
            const ViewMargin found = views.head(h, i);
            EXPECT_LE((views.head_jacobian(h, i) - j).norm(), tolerance * j.norm());
            EXPECT_NEAR(found.logdet.value, expected.value, tolerance);
            EXPECT_EQ(found.logdet.sign, expected.sign);
            EXPECT_NEAR(views.head_log_det(h, i).value, expected.value, tolerance);
            EXPECT_NEAR(found.sigma_min, smallest(j), 1e-12 * j.norm());
            EXPECT_EQ(found.crossings % 2 == 1, expected.sign < 0);
        }
    }
}

TEST_P(Views, LayerViewIsTheWholeDerivative) {
    const Case c = GetParam();
    const AttentionLayer layer = random_layer(12, c.positions, c.width, c.heads, c.gain, c.bias);
    const AttentionViews views(layer);
    for (const int i : {0, c.positions / 3, c.positions - 1}) {
        const Matrix j = reference_jacobian(layer, i, 0, c.heads, false);
        const double tolerance = reference::tolerance(j);
        const LogDet expected = reference::log_det(j);
        const ViewMargin found = views.layer(i);
        EXPECT_LE((views.layer_jacobian(i) - j).norm(), tolerance * j.norm());
        EXPECT_NEAR(found.logdet.value, expected.value, tolerance);
        EXPECT_NEAR(views.layer_log_det(i).value, expected.value, tolerance);
        EXPECT_EQ(found.logdet.sign, expected.sign);
        EXPECT_NEAR(found.sigma_min, smallest(j), 1e-12 * j.norm());
        EXPECT_EQ(found.crossings % 2 == 1, expected.sign < 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Views,
                         ::testing::Values(Case{10, 12, 4, 1.5, false}, Case{20, 32, 4, 2.5, true},
                                           Case{8, 10, 1, 2.0, true}, Case{8, 8, 2, 3.0, false},
                                           Case{1, 6, 3, 1.0, true}, Case{24, 64, 4, 1.0, false}));

TEST(AttentionViews, WrongInputIsRefusedWithASentence) {
    AttentionLayer good = random_layer(1, 4, 8, 2, 1.0, true);
    EXPECT_NO_THROW(AttentionViews{good});
    AttentionLayer bad = good;
    bad.heads = 3;
    EXPECT_THROW(AttentionViews{bad}, UserError);
    bad = good;
    bad.w_k = Matrix::Zero(8, 24);
    EXPECT_THROW(AttentionViews{bad}, UserError);
    bad = good;
    bad.b_v = Vector::Zero(7);
    EXPECT_THROW(AttentionViews{bad}, UserError);
    bad = good;
    bad.u(2, 2) = std::nan("");
    EXPECT_THROW(AttentionViews{bad}, UserError);
}

}  // namespace
}  // namespace marginscope
