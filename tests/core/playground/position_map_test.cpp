// The closed form of two dimensions against the stage and against differences of attention itself.
#include "core/playground/position_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/playground/plane_margins.h"
#include "random_playground.h"

namespace marginscope {
namespace {

// u - mu(u) by plain softmax attention.
PlanarPoint residual(const PlaygroundDocument& document, int i, PlanarPoint u) {
    const int attended = document.strict ? i : i + 1;
    double sum = 0, x = 0, y = 0;
    for (int s = 0; s < attended; ++s) {
        const PlanarPoint v = s == i ? u : document.tokens[static_cast<std::size_t>(s)];
        const double weight =
            std::exp(document.scale * (v.x * (document.a[0] * u.x + document.a[1] * u.y) +
                                       v.y * (document.a[2] * u.x + document.a[3] * u.y)));
        sum += weight;
        x += weight * v.x;
        y += weight * v.y;
    }
    return sum > 0 ? PlanarPoint{u.x - x / sum, u.y - y / sum} : u;
}

class PositionMapTest : public ::testing::TestWithParam<bool> {
protected:
    PlaygroundDocument random(unsigned seed, int tokens = 6) const {
        PlaygroundDocument document = random_playground(seed, tokens);
        document.strict = GetParam();
        return document;
    }
};
INSTANTIATE_TEST_SUITE_P(Attention, PositionMapTest, ::testing::Values(true, false),
                         [](const auto& attention) {
                             return attention.param ? "Strict" : "WithItself";
                         });

TEST_P(PositionMapTest, JacobianIsTheDerivativeOfTheResidual) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const PlaygroundDocument document = random(seed);
        for (int i = 1; i < document.size(); ++i) {
            const PositionMap map(document, i);
            const PlanarPoint u = document.tokens[static_cast<std::size_t>(i)];
            const double h = 1e-5;
            const auto difference = [&](double dx, double dy) {
                const PlanarPoint a = residual(document, i, {u.x + dx, u.y + dy});
                const PlanarPoint b = residual(document, i, {u.x - dx, u.y - dy});
                return PlanarPoint{(a.x - b.x) / (2 * h), (a.y - b.y) / (2 * h)};
            };
            const PlanarMatrix j = map.jacobian(u);
            const PlanarPoint first = difference(h, 0);
            const PlanarPoint second = difference(0, h);
            const double size =
                1 + std::abs(j[0]) + std::abs(j[1]) + std::abs(j[2]) + std::abs(j[3]);
            EXPECT_NEAR(j[0], first.x, 1e-7 * size);
            EXPECT_NEAR(j[2], first.y, 1e-7 * size);
            EXPECT_NEAR(j[1], second.x, 1e-7 * size);
            EXPECT_NEAR(j[3], second.y, 1e-7 * size);
            EXPECT_NEAR(map.residual(u).x, residual(document, i, u).x, 1e-12);
            EXPECT_NEAR(map.residual(u).y, residual(document, i, u).y, 1e-12);
        }
    }
}

TEST_P(PositionMapTest, AgreesWithTheStage) {
    for (unsigned seed = 100; seed < 130; ++seed) {
        const PlaygroundDocument document = random(seed, 2 + static_cast<int>(seed % 11));
        const Stage stage = stage_of(document);
        const int i = document.size() - 1;
        const PositionMap map(document, i);
        for (double x = -3; x <= 3; x += 0.75) {
            for (double y = -3; y <= 3; y += 0.75) {
                const Vector at = Eigen::Vector2d(x, y);
                const Matrix j = stage.jacobian_at(i, at);
                const PlanarMatrix mine = map.jacobian({x, y});
                const double size = 1 + j.squaredNorm();
                for (int k = 0; k < 4; ++k)
                    EXPECT_NEAR(mine[static_cast<std::size_t>(k)], j(k / 2, k % 2), 1e-13 * size);
                EXPECT_NEAR(map.det({x, y}), stage.log_det_at(i, at).det(), 1e-12 * size);
            }
        }
    }
}

TEST_P(PositionMapTest, LatticeHasTheSignOfEachPlace) {
    for (unsigned seed = 200; seed < 220; ++seed) {
        PlaygroundDocument document = random(seed, 8);
        if (seed % 2) document.scale = 40;  // beyond what products of exponentials can hold
        const PositionMap map(document, 7);
        std::vector<double> xs, ys;
        for (int k = 0; k < 31; ++k) {
            xs.push_back(-3 + 0.2 * k);
            ys.push_back(-2.5 + 0.15 * k);
        }
        const std::vector<std::int8_t> signs = map.signs(xs, ys);
        for (std::size_t r = 0; r < ys.size(); ++r)
            for (std::size_t c = 0; c < xs.size(); ++c) {
                const double det = map.det({xs[c], ys[r]});
                if (std::abs(det) < 1e-9) continue;
                EXPECT_EQ(signs[r * xs.size() + c], det > 0 ? 1 : -1);
            }
    }
}

TEST_P(PositionMapTest, ViewIsAttentionItsMeanAndItsCovariance) {
    const PlaygroundDocument document = random(7);
    const Stage stage = stage_of(document);
    const int i = 4;
    const PlanarPoint u = document.tokens[4];
    const PositionMap::View view = PositionMap(document, i).view(u);
    const Vector attention = stage.attention(i);
    ASSERT_EQ(static_cast<Eigen::Index>(view.weights.size()), attention.size());
    double xx = 0;
    double xy = 0;
    for (std::size_t s = 0; s < view.weights.size(); ++s) {
        EXPECT_NEAR(view.weights[s], attention(static_cast<Eigen::Index>(s)), 1e-14);
        const double x = document.tokens[s].x - view.mean.x;
        xx += view.weights[s] * x * x;
        xy += view.weights[s] * x * (document.tokens[s].y - view.mean.y);
    }
    EXPECT_NEAR(view.mean.x, stage.mean(i)(0), 1e-13);
    EXPECT_NEAR(view.mean.y, stage.mean(i)(1), 1e-13);
    EXPECT_NEAR(view.covariance.xx, xx, 1e-12);
    EXPECT_NEAR(view.covariance.xy, xy, 1e-12);
}

TEST(PositionMap, WithoutAPastNothingIsMoved) {
    const PositionMap map(random_playground(1), 0);
    EXPECT_EQ(map.jacobian({1, 2}), (PlanarMatrix{1, 0, 0, 1}));
    EXPECT_EQ(map.residual({1, 2}), (PlanarPoint{1, 2}));
    EXPECT_TRUE(map.view({1, 2}).weights.empty());
}

}  // namespace
}  // namespace marginscope
