// The health of matrices whose condition and determinant are known by construction, and directions
// among tokens laid out by hand.
#include "core/stage/numeric_health.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <random>

#include "core/health_level.h"
#include "core/stage/boundary_direction.h"

namespace marginscope {
namespace {

Matrix rotation(int d, std::mt19937& random) {
    std::normal_distribution<double> normal;
    Eigen::MatrixXd m(d, d);
    for (double& x : m.reshaped()) x = normal(random);
    return Eigen::HouseholderQR<Eigen::MatrixXd>(m).householderQ() *
           Eigen::MatrixXd::Identity(d, d);
}

TEST(NumericHealth, ConditionAndDeterminantAreThoseOfTheConstruction) {
    std::mt19937 random(3);
    for (const int d : {1, 2, 8, 40})
        for (const double condition : {1.0, 30.0, 3e4, 1e6}) {
            Vector sigma = Vector::Ones(d);
            for (int k = 0; k < d && d > 1; ++k)
                sigma[k] = 2.0 * std::pow(condition, -k / (d - 1.0));
            const Matrix j = rotation(d, random) * sigma.asDiagonal() * rotation(d, random);
            const double found = condition_number(j, sigma[d - 1]);
            EXPECT_NEAR(found, sigma[0] / sigma[d - 1], 1e-9 * condition);
            const double logdet = sigma.array().log().sum();
            const LogDet exact{logdet, j.determinant() < 0 ? -1 : 1};
            const LogDet single = log_det_in_single(j);
            const double difference = single_difference(single, exact);
            EXPECT_NEAR(difference, 0, 1e-6 * d * condition);
            if (d == 40 && condition == 3e4) EXPECT_GT(std::abs(difference), 1e-6) << "it shows";
            if (condition > 3e4) continue;
            EXPECT_EQ(single.sign, exact.sign);
            EXPECT_EQ(health_level(difference, found, single.sign != exact.sign),
                      condition < 1e4 || d == 1 ? HealthLevel::good : HealthLevel::fair);
        }
}

TEST(NumericHealth, SeesThatFloat32LosesTheSide) {
    // The determinant is a + b. In float32 1 + a is 1 and 1 + b is 1 - 2^-24.
    const double a = 0.9 * std::ldexp(1.0, -24), b = -0.6 * std::ldexp(1.0, -24);
    Matrix j(2, 2);
    j << 1 + a, 1, 1, 1 + b;
    const LogDet single = log_det_in_single(j);
    EXPECT_EQ(single.sign, -1);
    EXPECT_NEAR(single.value, -24 * std::log(2.0), 1e-5);
    EXPECT_GT(j.determinant(), 0);
    EXPECT_EQ(health_level(0, 1, true), HealthLevel::poor);
    j(1, 1) = 1;
    EXPECT_EQ(log_det_in_single(j).sign, 0) << "1 + a is 1: singular";
    EXPECT_EQ(log_det_in_single(j).value, -std::numeric_limits<double>::infinity());
}

TEST(NumericHealth, OfWhatIsNotFiniteIsPoor) {
    Matrix j = Matrix::Identity(3, 3);
    EXPECT_EQ(single_difference(log_det_in_single(j), {0, 1}), 0.0);
    EXPECT_EQ(condition_number(j, 1), 1.0);
    EXPECT_EQ(health_level(0, 1, false), HealthLevel::good);
    j(1, 1) = 0;
    EXPECT_EQ(
        single_difference(log_det_in_single(j), {-std::numeric_limits<double>::infinity(), 0}), 0.0)
        << "both say -inf";
    EXPECT_EQ(health_level(0, condition_number(j, 0), false), HealthLevel::poor);
    j(1, 1) = std::nan("");
    EXPECT_EQ(log_det_in_single(j).sign, 0);
    EXPECT_EQ(health_level(log_det_in_single(j).value, 1, false), HealthLevel::poor);
    EXPECT_EQ(health_level(0, condition_number(j, 1), false), HealthLevel::poor);
}

TEST(TokensAlong, AreOrderedByTheirCosine) {
    Matrix vectors(5, 2);
    vectors << 1, 1,  // own
        3, 1,         // straight along
        2, 2,         // half way
        1, 5,         // across
        -1, 1;        // straight back
    const auto all = tokens_along(vectors, 0, Vector(Eigen::Vector2d(0.5, 0)));
    ASSERT_EQ(all.size(), 4u);
    const int order[] = {1, 2, 3, 4};
    const double cosines[] = {1, std::sqrt(0.5), 0, -1}, along[] = {2, 1, 0, -2};
    for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_EQ(all[k].token, order[k]);
        EXPECT_NEAR(all[k].cosine, cosines[k], 1e-15);
        EXPECT_NEAR(all[k].along, along[k], 1e-15);
    }
    EXPECT_TRUE(tokens_along(vectors, 0, Vector::Zero(2)).empty());
    vectors.row(3) = vectors.row(0);
    EXPECT_EQ(tokens_along(vectors, 0, Vector::Ones(2)).size(), 3u) << "what coincides has no way";
}

}  // namespace
}  // namespace marginscope
