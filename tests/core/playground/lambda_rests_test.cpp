// Where each lambda_m lets a token rest, against minima found otherwise and maps differentiated
// numerically.
#include "core/playground/lambda_rests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/playground/barrier_play.h"
#include "core/playground/position_map.h"
#include "random_playground.h"

namespace marginscope {
namespace {

// Two tokens at +-1.5 on the axis: J there is diag(1 - 2.25 / cosh^2(1.5 x), 1).
PlaygroundDocument cliff() {
    PlaygroundDocument document;
    document.tokens = {{-1.5, 0}, {1.5, 0}, {2.4, 0}};
    document.asked = 2;
    document.pull = {{0, 0}, 0.1, 1};
    document.noise = 0.15;
    return document;
}

double slope_along(double x) {
    const double c = std::cosh(1.5 * x);
    return 1 - 2.25 / (c * c);
}

// By golden section between the cliff and the start.
double rest_on_axis(double lambda) {
    const auto f = [&](double x) { return x * x / 2 - lambda * std::log(slope_along(x)); };
    double low = std::atanh(std::sqrt(1 - 1 / 2.25)) / 1.5 + 1e-9, high = 3;
    const double golden = (std::sqrt(5.0) - 1) / 2;
    for (int k = 0; k < 200; ++k) {
        const double a = high - golden * (high - low), b = low + golden * (high - low);
        (f(a) < f(b) ? high : low) = f(a) < f(b) ? b : a;
    }
    return low;
}

TEST(LambdaRests, LambdasAreZeroAndThenAPowerOfTenInSixSteps) {
    const std::vector<double> lambdas = rest_lambdas();
    ASSERT_EQ(lambdas.size(), 26U);
    EXPECT_EQ(lambdas[0], 0.0);
    EXPECT_NEAR(lambdas[1], 0.001, 1e-12);
    EXPECT_NEAR(lambdas[7], 0.01, 1e-12);
    EXPECT_EQ(lambdas.back(), kLargestLambda);
}

TEST(LambdaRests, RestsAtTheMinimumAndCostsWhatTheMapSays) {
    const PlaygroundDocument document = cliff();
    for (const double lambda : {0.01, 0.1, 0.5, 2.0}) {
        const LambdaRest rest = lambda_rest(document, document.tokens[2], lambda);
        const double x = rest_on_axis(lambda);
        EXPECT_NEAR(rest.at.x, x, 0.02) << lambda;  // a descent ends a step before
        EXPECT_NEAR(rest.at.y, 0, 1e-9);
        EXPECT_EQ(rest.crossings, 0);
        EXPECT_NEAR(rest.away, rest.at.x, 1e-9);
        EXPECT_NEAR(rest.pull, rest.at.x * rest.at.x / 2, 1e-12);
        const double j = slope_along(rest.at.x);
        EXPECT_NEAR(rest.noise, 0.15 * 0.15 / 2 * (1 / (j * j) + 1), 1e-9 * (1 + rest.noise));
    }
}

TEST(LambdaRests, WithoutABarrierItEndsBeyondTheCliff) {
    const PlaygroundDocument document = cliff();
    const LambdaRest rest = lambda_rest(document, document.tokens[2], 0);
    EXPECT_TRUE(rest.through);
    EXPECT_EQ(rest.crossings, 1);
    EXPECT_LT(rest.away, 0.01);
    EXPECT_FALSE(lambda_rest(document, document.tokens[2], 0.1).through);
    // To the far side of both lines: no longer beyond, but it went through.
    PlaygroundDocument far = document;
    far.pull.target = {-2.4, 0};
    const LambdaRest other_side = lambda_rest(far, far.tokens[2], 0);
    EXPECT_TRUE(other_side.through);
    EXPECT_EQ(other_side.crossings, 0);
}

// Falls, has its least between the ends, rises; what is beyond is no candidate, though it pays
// least.
TEST(LambdaRests, HaveTheFormOfAU) {
    const PlaygroundDocument document = cliff();
    std::vector<LambdaRest> all;
    for (const double lambda : rest_lambdas())
        all.push_back(lambda_rest(document, document.tokens[2], lambda));
    const LambdaRests rests = lambda_rests(all, document.noise);
    ASSERT_TRUE(rests.best.has_value());
    EXPECT_GT(*rests.best, 3U);
    EXPECT_LT(*rests.best, all.size() - 3);
    const double least = all[*rests.best].sum();
    EXPECT_GT(all[1].sum(), 3 * least);
    EXPECT_GT(all.back().sum(), 3 * least);
    EXPECT_LT(all[0].sum(), least);
    for (std::size_t k = 2; k < all.size(); ++k) {
        EXPECT_GE(all[k].pull, all[k - 1].pull) << k;
        EXPECT_LE(all[k].noise, all[k - 1].noise) << k;
        ASSERT_TRUE(all[k].geometric && all[k - 1].geometric);
        EXPECT_GE(*all[k].geometric, *all[k - 1].geometric) << k;
    }
}

TEST(LambdaRests, WithoutNoiseThereIsNoBest) {
    EXPECT_FALSE(lambda_rests({LambdaRest{}}, 0).best);
    EXPECT_TRUE(lambda_rests({LambdaRest{}}, 0.1).best);
    LambdaRest beyond;
    beyond.crossings = 1;
    EXPECT_FALSE(lambda_rests({beyond}, 0.1).best);
    LambdaRest through;
    through.through = true;
    EXPECT_FALSE(lambda_rests({through}, 0.1).best);
}

TEST(LambdaRests, AreWhereTheStepsEndAndTheirNoiseIsThatOfTheMap) {
    for (unsigned seed = 0; seed < 12; ++seed) {
        PlaygroundDocument document = random_playground(seed);
        document.noise = 0.2;
        const PlanarPoint from = document.tokens[static_cast<std::size_t>(document.asked)];
        const LambdaRest rest = lambda_rest(document, from, 0.3);
        document.pull.lambda = 0.3;
        PlanarPoint u = from;
        for (double length = 1; length >= kAtRest;) {
            const PlanarPoint next = descent_step(document, u);
            length = std::hypot(next.x - u.x, next.y - u.y);
            u = next;
        }
        EXPECT_EQ(rest.at, u) << seed;
        const PositionMap map(document, document.asked);
        const double h = 1e-5;
        const PlanarPoint right = map.residual({u.x + h, u.y}), left = map.residual({u.x - h, u.y}),
                          up = map.residual({u.x, u.y + h}), down = map.residual({u.x, u.y - h});
        const double a = (right.x - left.x) / (2 * h), b = (up.x - down.x) / (2 * h),
                     c = (right.y - left.y) / (2 * h), d = (up.y - down.y) / (2 * h);
        const double det = a * d - b * c;
        const double variance = document.pull.sigma * document.pull.sigma;
        const double expected =
            0.04 * (a * a + b * b + c * c + d * d) / (det * det) / (2 * variance);
        EXPECT_NEAR(rest.noise, expected, 1e-4 * (1 + expected)) << seed;
    }
}

}  // namespace
}  // namespace marginscope
