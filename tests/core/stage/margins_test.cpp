// Order of margins, support tokens, log-likelihood.
#include "core/stage/margins.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/reference_attention.h"
#include "core/stage/stage.h"

namespace marginscope {
namespace {

PositionMargins at(int position, double det, double sigma_min, int crossings = 0) {
    PositionMargins m;
    m.position = position;
    m.det = det;
    m.logdet = {std::log(std::abs(det)), det < 0 ? -1 : 1};
    m.sigma_min = sigma_min;
    m.crossings = crossings;
    return m;
}

TEST(Margins, BeyondTheBoundaryIsNegative) {
    PositionMargins m = at(4, 0.25, 0.5, 2);  // two crossings: det is positive again
    EXPECT_DOUBLE_EQ(margin_value(m, MarginKind::determinant), -0.25);
    EXPECT_DOUBLE_EQ(margin_value(m, MarginKind::singular), -0.5);
    EXPECT_TRUE(std::isnan(margin_value(m, MarginKind::geometric)));
    m.geometric.emplace();
    EXPECT_EQ(margin_value(m, MarginKind::geometric), -std::numeric_limits<double>::infinity());
    m.geometric->value = 0.125;
    EXPECT_DOUBLE_EQ(margin_value(m, MarginKind::geometric), -0.125);
    m.crossings = 0;
    EXPECT_DOUBLE_EQ(margin_value(m, MarginKind::determinant), 0.25);
}

TEST(Margins, SupportTokensAreTheNearestOnEitherSide) {
    const std::vector<PositionMargins> margins = {at(0, 1e-9, 1e-9), at(1, 1e-8, 1e-8),
                                                  at(2, 0.5, 0.1),   at(3, -0.1, 0.4, 1),
                                                  at(4, 3.0, 0.2),   at(5, 0.2, 0.3)};
    EXPECT_EQ(support_tokens(margins, MarginKind::determinant, 2), (std::vector<int>{3, 5}));
    EXPECT_EQ(support_tokens(margins, MarginKind::singular, 3), (std::vector<int>{2, 4, 5}));
    EXPECT_EQ(support_tokens(margins, MarginKind::singular, 50).size(), 4u);
    EXPECT_TRUE(support_tokens(margins, MarginKind::singular, 0).empty());
    EXPECT_TRUE(support_tokens(margins, MarginKind::geometric).empty());
    EXPECT_TRUE(support_tokens({}, MarginKind::determinant).empty());
}

TEST(Margins, TiesBelong) {
    for (const MarginKind kind : {MarginKind::determinant, MarginKind::singular}) {
        const std::vector<PositionMargins> margins = {
            at(2, 0.1, 0.1), at(3, 0.3 * (1 + 5e-7), 0.3 * (1 + 5e-7)), at(4, 0.3, 0.3),
            at(5, 0.3 * (1 + 3e-6), 0.3 * (1 + 3e-6))};
        EXPECT_EQ(support_tokens(margins, kind, 2), (std::vector<int>{2, 4, 3}));
    }
}

TEST(Margins, NotANumberIsNeverASupportToken) {
    std::vector<PositionMargins> margins = {at(2, 0.5, 0.5), at(3, 0.2, 0.2)};
    margins[0].logdet = {std::nan(""), 0};
    margins[0].sigma_min = std::nan("");
    EXPECT_EQ(support_tokens(margins, MarginKind::determinant), (std::vector<int>{3}));
    EXPECT_EQ(support_tokens(margins, MarginKind::singular), (std::vector<int>{3}));
    // A singular J is the nearest of all.
    margins[0].logdet = {-std::numeric_limits<double>::infinity(), 0};
    EXPECT_EQ(support_tokens(margins, MarginKind::determinant, 1), (std::vector<int>{2}));
}

TEST(LogLikelihood, IsTheSumOfE4) {
    const reference::RandomStage random = reference::random_stage(4, 15, 5, 5, 1.0);
    const Stage stage = random.stage();
    for (const double sigma : {0.3, 1.7}) {
        double sum = 0.0;
        for (int i = 2; i < 15; ++i) {
            const Matrix j = reference::jacobian(random.u, random.weights, i);
            for (int c = 0; c < 5; ++c) {
                const double e = stage.residual(i)(c);
                sum += -0.5 * std::log(2 * M_PI * sigma * sigma) - e * e / (2 * sigma * sigma);
            }
            sum += reference::log_det(j).value;
        }
        const StageLikelihood found = log_likelihood(stage, sigma);
        EXPECT_NEAR(found.nats_per_position, sum / 13, 1e-10 * std::abs(sum));
        EXPECT_NEAR(found.volume - found.energy - found.normaliser, found.nats_per_position, 1e-12);
        EXPECT_EQ(found.positions, 13);
    }
    // The closed form is the best sigma.
    const StageLikelihood best = log_likelihood(stage);
    EXPECT_NEAR(best.energy, 2.5, 1e-12);  // d / 2
    EXPECT_GT(best.nats_per_position, log_likelihood(stage, best.sigma * 1.01).nats_per_position);
    EXPECT_GT(best.nats_per_position, log_likelihood(stage, best.sigma * 0.99).nats_per_position);
    EXPECT_EQ(log_likelihood(Stage(random.u.topRows(2), random.weights)).positions, 0);
}

}  // namespace
}  // namespace marginscope
