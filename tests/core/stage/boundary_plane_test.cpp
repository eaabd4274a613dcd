// log|det J| over planes: against the reference, point by point.
#include <gtest/gtest.h>

#include <limits>

#include "core/reference_attention.h"
#include "core/stage/stage.h"

namespace marginscope {
namespace {

using reference::random_stage;
using reference::RandomStage;

using reference::random_matrix;

struct Case {
    int positions, width, rows;
    double gain;
    bool strict, own_values;
};

RandomStage make(const Case& c, std::uint64_t seed) {
    return random_stage(seed, c.positions, c.width, c.rows, c.gain, c.strict, c.own_values);
}

TEST(BoundaryPlane, EqualsPointByPoint) {
    for (const Case& c : {Case{30, 40, 40, 2.0, true, false}, Case{40, 6, 6, 2.0, true, true},
                          Case{64, 2, 2, 2.0, true, false}, Case{10, 8, 8, 2.0, false, true},
                          Case{2, 8, 8, 2.0, true, false}}) {
        const RandomStage random = make(c, 77);
        const Stage stage = random.stage();
        const int i = c.positions - 1;
        std::mt19937_64 rng(1);
        const Vector e1 = reference::random_matrix(rng, c.width, 1, 1.0);
        const Vector e2 = reference::random_matrix(rng, c.width, 1, 1.0);
        const Vector origin = random.u.row(i);
        const std::vector<double> xs = {-1.0, -0.2, 0.0, 0.7, 1.5}, ys = {-0.5, 0.1, 2.0};
        std::vector<float> logdet(15);
        std::vector<std::int8_t> sign(15);
        stage.log_det_on_plane(i, origin, e1, e2, xs, ys, logdet, sign);
        for (std::size_t at = 0; at < 15; ++at) {
            const Vector query = origin + xs[at % 5] * e1 + ys[at / 5] * e2;
            const LogDet expected =
                reference::log_det(reference::jacobian_at(random.u, random.weights, i, query));
            EXPECT_NEAR(logdet[at], expected.value, 1e-5 * std::max(1.0, std::abs(expected.value)));
            EXPECT_EQ(sign[at], expected.sign);
        }
    }
}

// A row of neighbours, of strangers (the shared order of rows serves few of them), and points
// whose attention overflows.
TEST(BoundaryPlane, OfEveryWidth) {
    for (const int positions : {3, 6, 9, 18, 41, 64}) {
        const auto random = random_stage(41, positions, 48, 48, 3.0);
        const Stage stage = random.stage();
        const int i = positions - 1;
        std::mt19937_64 rng(3);
        const Vector e1 = random_matrix(rng, 48, 1, 1.0), e2 = random_matrix(rng, 48, 1, 1.0);
        const Vector origin = random.u.row(i);
        for (const double reach : {0.3, 3.0, 100.0}) {
            std::vector<double> xs, ys = {-0.5 * reach, 0.2 * reach};
            for (int k = 0; k < 21; ++k) xs.push_back(reach * (0.1 * k - 1.0));
            std::vector<float> logdet(42);
            std::vector<std::int8_t> sign(42);
            stage.log_det_on_plane(i, origin, e1, e2, xs, ys, logdet, sign);
            for (std::size_t at = 0; at < 42; ++at) {
                const LogDet expected = reference::log_det(
                    stage.jacobian_at(i, origin + xs[at % 21] * e1 + ys[at / 21] * e2));
                EXPECT_NEAR(logdet[at], expected.value,
                            2e-6 * std::max(1.0, std::abs(expected.value)));
                EXPECT_EQ(sign[at], expected.sign);
            }
        }
    }
}

TEST(BoundaryPlane, ThroughSingularAndOverflowingPoints) {
    // Two tokens at -1 and 1: variance 1 at the middle, so that J is singular just there.
    Matrix u = Matrix::Zero(3, 4);
    u(0, 0) = -1.0;
    u(1, 0) = 1.0;
    const double scale = std::sqrt(2.0);
    const Stage stage(u,
                      {scale * Matrix::Identity(4, 4), Matrix::Identity(4, 4) * scale, {}, true});
    const std::vector<double> xs = {-1.0, 0.0, 1.0, 1e308}, ys = {0.0};
    std::vector<float> logdet(4);
    std::vector<std::int8_t> sign(4, 5);
    const Vector e1 = 10.0 * Vector::Unit(4, 0), e2 = Vector::Unit(4, 1);
    stage.log_det_on_plane(2, Vector::Zero(4), e1, e2, xs, ys, logdet, sign);
    EXPECT_TRUE(logdet[1] < -30.0f);
    EXPECT_EQ(sign[0], 1);
    EXPECT_EQ(sign[2], 1);
    EXPECT_TRUE(std::isnan(logdet[3]));
    EXPECT_EQ(sign[3], 0);
}

TEST(BoundaryPlane, StopsBetweenRows) {
    const Stage stage = random_stage(42, 20, 24, 24, 2.0).stage();
    std::stop_source stop;
    stop.request_stop();
    const std::vector<double> xs(4, 0.0), ys(3, 0.0);
    std::vector<float> logdet(12, 7.0f);
    std::vector<std::int8_t> sign(12, 7);
    stage.log_det_on_plane(19, Vector::Zero(24), Vector::Unit(24, 0), Vector::Unit(24, 1), xs, ys,
                           logdet, sign, stop.get_token());
    for (const float value : logdet) EXPECT_EQ(value, 7.0f);
}

}  // namespace
}  // namespace marginscope
