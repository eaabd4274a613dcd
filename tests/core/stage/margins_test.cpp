// Order of margins, support tokens, log-likelihood.
#include "core/stage/margins.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

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

TEST(Margins, ValuesAreDistancesAndNats) {
    PositionMargins m = at(4, 0.25, 0.5, 2);  // two crossings: det is positive again
    EXPECT_DOUBLE_EQ(margin_value(m, MarginKind::determinant), std::log(0.25));
    EXPECT_DOUBLE_EQ(margin_value(m, MarginKind::singular), 0.5);
    EXPECT_TRUE(std::isnan(margin_value(m, MarginKind::geometric)));
    m.geometric.emplace();
    EXPECT_EQ(margin_value(m, MarginKind::geometric), std::numeric_limits<double>::infinity());
    m.geometric->value = 0.125;
    EXPECT_DOUBLE_EQ(margin_value(m, MarginKind::geometric), 0.125);
    EXPECT_DOUBLE_EQ(margin_value(at(4, -20.0, 0.5, 1), MarginKind::determinant), std::log(20.0));
}

TEST(Margins, AThresholdIsInTheUnitOfItsKindAndRefusesWhatIsBeyond) {
    const PositionMargins inside = at(4, 0.25, 0.5), beyond = at(4, -20.0, 0.5, 1);
    EXPECT_TRUE(margin_allows(inside, MarginKind::determinant, std::log(0.25)));
    EXPECT_FALSE(margin_allows(inside, MarginKind::determinant, std::log(0.26)));
    EXPECT_FALSE(margin_allows(inside, MarginKind::determinant, 0.1));  // nats, not |det|
    EXPECT_TRUE(margin_allows(inside, MarginKind::singular, 0.5));
    EXPECT_FALSE(margin_allows(inside, MarginKind::singular, 0.51));
    for (const MarginKind kind : {MarginKind::determinant, MarginKind::singular}) {
        EXPECT_FALSE(margin_allows(beyond, kind, -1e300));
        EXPECT_TRUE(margin_allows(beyond, kind, 0.4, true));
        EXPECT_FALSE(margin_allows(beyond, kind, 1e300, true));
    }
    PositionMargins far = inside;
    EXPECT_FALSE(margin_allows(far, MarginKind::geometric, 0.0));  // not computed
    far.geometric.emplace();
    EXPECT_TRUE(margin_allows(far, MarginKind::geometric, 1e300));  // none within its radius
    PositionMargins trivial = at(1, 1.0, 1.0);
    trivial.has_boundary = false;
    EXPECT_TRUE(margin_allows(trivial, MarginKind::determinant, 5.0));
}

TEST(Margins, SupportTokensAreTheNearestOnEitherSide) {
    std::vector<PositionMargins> margins = {at(0, 1e-9, 1e-9), at(1, 1e-8, 1e-8),
                                            at(2, 0.5, 0.1),   at(3, -0.1, 0.4, 1),
                                            at(4, 3.0, 0.2),   at(5, 0.2, 0.3)};
    margins[0].has_boundary = margins[1].has_boundary = false;
    EXPECT_EQ(support_tokens(margins, MarginKind::determinant, 2), (std::vector<int>{3, 5}));
    EXPECT_EQ(support_tokens(margins, MarginKind::singular, 3), (std::vector<int>{2, 4, 5}));
    EXPECT_EQ(support_tokens(margins, MarginKind::singular, 50).size(), 4u);
    EXPECT_TRUE(support_tokens(margins, MarginKind::singular, 0).empty());
    EXPECT_TRUE(support_tokens(margins, MarginKind::geometric).empty());
    EXPECT_TRUE(support_tokens({}, MarginKind::determinant).empty());
}

// Against determinants by automatic differentiation of attention itself: whichever positions have a
// boundary compete, and no others. A strict stage's second token never does, that of a stage that
// attends to itself does.
TEST(Margins, SupportTokensOfWholeStagesAreThoseOfTheReference) {
    int second_is_nearest = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const bool strict = seed % 2 == 0;
        const reference::RandomStage random =
            reference::random_stage(seed, 9, 4, 4, 1.5, strict, seed % 4 >= 2);
        const Stage stage = random.stage();
        std::vector<std::pair<double, int>> order;
        for (int i = strict ? 2 : 1; i < 9; ++i) {
            const Matrix j = reference::jacobian(random.u, random.weights, i);
            order.emplace_back(reference::log_det(j).value, i);
        }
        std::sort(order.begin(), order.end());
        std::vector<PositionMargins> all;
        for (int i = 0; i < 9; ++i) all.push_back(stage.margins(i));
        const std::vector<int> found = support_tokens(all, MarginKind::determinant, 3);
        ASSERT_EQ(found.size(), 3u) << "seed " << seed;
        for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(found[k], order[k].second) << "seed " << seed;
        second_is_nearest += found[0] == 1;
        EXPECT_EQ(log_likelihood(stage).positions, strict ? 7 : 8);
        EXPECT_EQ(log_likelihood(all, 4).positions, strict ? 7 : 8);
    }
    EXPECT_GT(second_is_nearest, 0);
}

// Two opposite tokens under a stage that attends to itself: the second is all but singular.
TEST(Margins, TheSecondTokenOfAStageThatAttendsToItselfCanBeTheNearest) {
    Matrix u = reference::random_stage(3, 6, 3, 3, 1.0).u;
    u.row(0) << 4, 0, 0;
    u.row(1) << -4, 0, 0;
    const Matrix one = Matrix::Identity(3, 3);
    const Stage stage(u, {one, one, {}, false});
    std::vector<PositionMargins> all;
    for (int i = 1; i < 6; ++i) all.push_back(stage.margins(i));
    EXPECT_LT(all[0].logdet.value, -20.0);
    EXPECT_EQ(support_tokens(all, MarginKind::determinant, 1), (std::vector<int>{1}));
    EXPECT_EQ(support_tokens(all, MarginKind::singular, 1), (std::vector<int>{1}));
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
