// Pull, barrier and descent against differences and against what they are for.
#include "core/playground/barrier_play.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/playground/noise_cloud.h"
#include "core/playground/position_map.h"
#include "random_playground.h"

namespace marginscope {
namespace {

// -log|det J| by the closed form.
double total(const PlaygroundDocument& document, PlanarPoint u) {
    const double off_x = u.x - document.pull.target.x;
    const double off_y = u.y - document.pull.target.y;
    const double variance = document.pull.sigma * document.pull.sigma;
    return (off_x * off_x + off_y * off_y) / (2 * variance) -
           document.pull.lambda * std::log(std::abs(PositionMap(document, document.asked).det(u)));
}

TEST(BarrierPlay, ValueAndGradient) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        PlaygroundDocument document = random_playground(seed);
        document.strict = seed % 3 != 2;
        document.pull.lambda = 0.3;
        document.pull.sigma = 0.8;
        const PlanarPoint u = document.tokens.back();
        if (std::abs(PositionMap(document, document.asked).det(u)) < 1e-3) continue;
        const PlayValue value = play_value(document, u);
        EXPECT_NEAR(value.total, total(document, u), 1e-10 * (1 + std::abs(value.total)));
        EXPECT_NEAR(value.total, value.pull + 0.3 * value.barrier, 1e-12);
        const double h = 1e-6;
        const double x =
            (total(document, {u.x + h, u.y}) - total(document, {u.x - h, u.y})) / (2 * h);
        const double y =
            (total(document, {u.x, u.y + h}) - total(document, {u.x, u.y - h})) / (2 * h);
        const double size = 1 + std::hypot(x, y);
        EXPECT_NEAR(value.gradient.x, x, 1e-5 * size);
        EXPECT_NEAR(value.gradient.y, y, 1e-5 * size);
    }
}

// A cliff at x = 0.64 (two tokens at +-1.5), a target within, a start without.
PlaygroundDocument cliff(double lambda) {
    PlaygroundDocument document;
    document.tokens = {{-1.5, 0}, {1.5, 0}, {2.4, 0.2}};
    document.asked = 2;
    document.pull = {{0, 0}, lambda, 1};
    return document;
}

PlanarPoint descended(const PlaygroundDocument& document, int steps) {
    PlanarPoint u = document.tokens.back();
    for (int k = 0; k < steps; ++k) u = descent_step(document, u);
    return u;
}

TEST(BarrierPlay, WithoutABarrierItGoesThroughTheCliffToTheTarget) {
    const PlanarPoint end = descended(cliff(0), 300);
    EXPECT_NEAR(end.x, 0, 1e-6);
    EXPECT_NEAR(end.y, 0, 1e-6);
}

TEST(BarrierPlay, WithABarrierItStopsBeforeItTheFartherTheLargerLambdaIs) {
    double last = std::atanh(std::sqrt(1 - 1 / 2.25)) / 1.5;  // the cliff
    for (const double lambda : {0.003, 0.03, 0.3, 3.0}) {
        const PlanarPoint end = descended(cliff(lambda), 2000);
        EXPECT_GT(end.x, last);
        last = end.x;
        const PlayValue value = play_value(cliff(lambda), end);
        EXPECT_EQ(value.sign, 1);
        EXPECT_LE(std::hypot(value.gradient.x, value.gradient.y), 1e-2) << lambda;
    }
}

TEST(BarrierPlay, EveryStepFallsAndIsShort) {
    for (unsigned seed = 0; seed < 30; ++seed) {
        PlaygroundDocument document = random_playground(seed);
        document.pull.lambda = 0.2;
        PlanarPoint u = document.tokens.back();
        for (int k = 0; k < 60; ++k) {
            const PlayValue before = play_value(document, u);
            const PlanarPoint next = descent_step(document, u);
            EXPECT_LE(std::hypot(next.x - u.x, next.y - u.y), 0.1 + 1e-12);
            const PlayValue after = play_value(document, next);
            EXPECT_LE(after.total, before.total);
            EXPECT_EQ(after.sign, before.sign);
            u = next;
        }
    }
}

TEST(BarrierPlay, CurveRunsFromTheTargetThroughTheTokenToTheEdge) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const PlaygroundDocument document = random_playground(seed);
        const PlanarPoint u = document.tokens.back();
        const std::vector<PlayCurvePoint> curve = play_curve(document, u, 101);
        ASSERT_GE(curve.size(), 101U);
        EXPECT_EQ(curve.front().at, document.pull.target);
        const PlanarPoint end = curve.back().at;
        EXPECT_NEAR(std::max(std::abs(end.x), std::abs(end.y)), kPlaneHalf, 1e-9);
        const PlanarPoint way{u.x - document.pull.target.x, u.y - document.pull.target.y};
        const PlanarPoint to{end.x - document.pull.target.x, end.y - document.pull.target.y};
        EXPECT_NEAR(way.x * to.y - way.y * to.x, 0, 1e-9);
        EXPECT_GT(way.x * to.x + way.y * to.y, 0);
        EXPECT_NEAR(curve[40].total, total(document, curve[40].at),
                    1e-9 * (1 + std::abs(curve[40].total)));
        EXPECT_NEAR(curve[40].total, curve[40].pull + curve[40].barrier, 1e-12);
    }
}

TEST(BarrierPlay, CurveIsInfiniteExactlyWhereItCrossesTheCliff) {
    const double edge = std::atanh(std::sqrt(1 - 1 / 2.25)) / 1.5;
    const PlaygroundDocument document = cliff(0.2);
    const std::vector<PlayCurvePoint> curve = play_curve(document, {2.4, 0.0}, 101);
    std::vector<double> infinite;
    for (const PlayCurvePoint& point : curve)
        if (std::isinf(point.barrier)) infinite.push_back(point.along);
    ASSERT_EQ(infinite.size(), 1U);
    EXPECT_NEAR(infinite[0], edge, 1e-9);
    for (std::size_t k = 1; k < curve.size(); ++k) EXPECT_GT(curve[k].along, curve[k - 1].along);
    for (const PlayCurvePoint& point : play_curve(cliff(0), {2.4, 0.0}, 101))
        EXPECT_EQ(point.barrier, 0.0);
}

TEST(NoiseCloud, CountsWhatHasAnotherSign) {
    PlaygroundDocument document = cliff(0);
    document.noise = 0.3;
    const double boundary = std::atanh(std::sqrt(1 - 1 / 2.25)) / 1.5;
    document.tokens.back() = {boundary + 0.3, 0};  // one sigma before the line, which is straight
    const NoiseCloud cloud = noise_cloud(document, 20000);
    // Beyond the line and before the opposite one, 2 boundary away.
    const auto below = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
    const double share = below(-1) - below(-1 - 2 * boundary / 0.3);
    EXPECT_NEAR(cloud.share_crossed, share, 4 * std::sqrt(share * (1 - share) / 20000));
    for (std::size_t k = 0; k < 200; ++k)
        EXPECT_EQ(cloud.crossed[k], std::abs(cloud.before[k].x) < boundary);
}

TEST(NoiseCloud, DrawsAreTheSameAtEverySigma) {
    PlaygroundDocument document = cliff(0);
    document.noise = 0.1;
    const NoiseCloud small = noise_cloud(document, 50);
    document.noise = 0.2;
    const NoiseCloud large = noise_cloud(document, 50);
    const PlanarPoint u = document.tokens.back();
    for (std::size_t k = 0; k < 50; ++k)
        EXPECT_NEAR(large.before[k].x - u.x, 2 * (small.before[k].x - u.x), 1e-12);
    EXPECT_NE(noise_cloud(document, 1, 1).before, noise_cloud(document, 1, 2).before);
}

TEST(NoiseCloud, WithoutNoiseEverythingStays) {
    PlaygroundDocument document = cliff(0);
    document.noise = 0;
    const NoiseCloud cloud = noise_cloud(document, 10);
    EXPECT_EQ(cloud.share_crossed, 0.0);
    EXPECT_EQ(cloud.before.front(), document.tokens.back());
}

}  // namespace
}  // namespace marginscope
