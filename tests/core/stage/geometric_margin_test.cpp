// The geometric margin against grids, plain Newton and first-order conditions computed from softmax
// attention over dual numbers.
#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "core/reference_attention.h"
#include "core/stage/stage.h"

namespace marginscope {
namespace {

using reference::First;
using reference::random_stage;
using reference::RandomStage;

struct AtPoint {
    double sigma_min, kkt;
};

// sigma_min of J at the point, and 1 - |cos(delta, grad det J)|. On the boundary grad det J is
// parallel to the gradient of w^T J v, w and v the singular vectors of the zero; that is one dual
// pass per evaluation, differentiated here by central differences.
AtPoint at_point(const RandomStage& random, int i, const Vector& delta) {
    const Vector point = random.u.row(i).transpose() + delta;
    const Matrix j = reference::jacobian_at(random.u, random.weights, i, point);
    const reference::SingularVectors svd = reference::singular_vectors(j);
    const Eigen::Index last = j.rows() - 1;
    const Vector w = svd.left.col(last);
    const Vector v = svd.right.col(last);
    const auto product = [&](const Vector& x) {
        reference::Row<First> moved = reference::lift<First>(x);
        for (std::size_t k = 0; k < moved.size(); ++k)
            moved[k].slope = v(static_cast<Eigen::Index>(k));
        const auto mean = reference::attention_mean(random.u, random.weights, i, moved);
        double sum = w.dot(v);
        for (std::size_t k = 0; k < mean.size(); ++k)
            sum -= w(static_cast<Eigen::Index>(k)) * mean[k].slope;
        return sum;
    };
    Vector gradient(delta.size());
    const double h = 1e-5;
    for (Eigen::Index k = 0; k < delta.size(); ++k) {
        const Vector e = h * Vector::Unit(delta.size(), k);
        gradient(k) = (product(point + e) - product(point - e)) / (2 * h);
    }
    return {svd.sigma(last),
            1.0 - std::abs(gradient.dot(delta)) / (gradient.norm() * delta.norm())};
}

void expect_good_point(const RandomStage& random, int i, const GeometricMargin& margin) {
    ASSERT_TRUE(margin.value.has_value());
    EXPECT_NEAR(margin.point.norm(), *margin.value, 1e-12 * *margin.value);
    EXPECT_LE(*margin.value, margin.searched_radius);
    EXPECT_LE(margin.sigma_min_at_point, 1e-8);
    EXPECT_LE(margin.kkt, 1e-6);
    const AtPoint reference = at_point(random, i, margin.point);
    EXPECT_LE(reference.sigma_min, 1e-8);
    if (*margin.value > 0.0) {
        EXPECT_LE(reference.kkt, 1e-6);
    }
}

// Plain Newton from the token with the stage's own gradient: nothing when it does not arrive.
std::optional<double> plain_newton(const RandomStage& random, int i) {
    Stage moved = random.stage();
    const Vector token = random.u.row(i);
    Vector delta = Vector::Zero(token.size());
    for (int step = 0; step < 200; ++step) {
        moved.set_embedding(i, token + delta);
        const Vector gradient = moved.gradient(i);
        const Vector move = -gradient / gradient.squaredNorm();
        if (!move.allFinite()) return std::nullopt;
        delta += move;
        if (move.norm() < 1e-12 * delta.norm()) return delta.norm();
    }
    return std::nullopt;
}

class Wide : public ::testing::TestWithParam<int> {};

TEST_P(Wide, InSixtyFourDimensionsNeverWorseThanPlainNewton) {
    const int seed = GetParam();
    const int positions = seed % 2 == 0 ? 64 : 20;
    const RandomStage random =
        random_stage(500 + static_cast<std::uint64_t>(seed), positions, 64, 64, 2.0 + 0.1 * seed);
    const int i = positions - 1;
    const GeometricMargin margin = random.stage().geometric_margin(i);
    const std::optional<double> newton = plain_newton(random, i);
    if (newton && *newton <= margin.searched_radius) {
        ASSERT_TRUE(margin.value.has_value());
        EXPECT_LE(*margin.value, *newton * (1.0 + 1e-9));
    }
    if (margin.value) expect_good_point(random, i, margin);
    EXPECT_NEAR(margin.first_order, 1.0 / random.stage().gradient(i).norm(),
                1e-9 * margin.first_order);
    EXPECT_NEAR(margin.searched_radius, 2.0 * random.u.row(i).norm(),
                1e-12 * margin.searched_radius);
}

INSTANTIATE_TEST_SUITE_P(Random, Wide, ::testing::Range(0, 8));

// How many of the cases above have a boundary point at all: the test must not pass on "none".
TEST(GeometricMargin, FindsBoundariesInManyDimensions) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        const RandomStage random = random_stage(500 + seed, 40, 48, 48, 2.4);
        const GeometricMargin margin = random.stage().geometric_margin(39);
        if (!margin.value) continue;
        ++found;
        expect_good_point(random, 39, margin);
    }
    EXPECT_GE(found, 5);
}

// det J of a strict stage in two dimensions, written out: fast enough for a grid.
class PlanarDeterminant {
public:
    PlanarDeterminant(const RandomStage& random, int i) : u_(random.u.topRows(i)) {
        keys_ = u_ * random.weights.score_matrix();
    }

    double operator()(double x, double y) const {
        const Eigen::Index n = u_.rows();
        double largest = -1e300;
        for (Eigen::Index s = 0; s < n; ++s)
            largest = std::max(largest, keys_(s, 0) * x + keys_(s, 1) * y);
        double sum = 0, k0 = 0, k1 = 0, v0 = 0, v1 = 0, m00 = 0, m01 = 0, m10 = 0, m11 = 0;
        for (Eigen::Index s = 0; s < n; ++s) {
            const double w = std::exp(keys_(s, 0) * x + keys_(s, 1) * y - largest);
            sum += w, k0 += w * keys_(s, 0), k1 += w * keys_(s, 1), v0 += w * u_(s, 0),
                v1 += w * u_(s, 1);
            m00 += w * u_(s, 0) * keys_(s, 0), m01 += w * u_(s, 0) * keys_(s, 1);
            m10 += w * u_(s, 1) * keys_(s, 0), m11 += w * u_(s, 1) * keys_(s, 1);
        }
        k0 /= sum, k1 /= sum, v0 /= sum, v1 /= sum;
        return (1 - m00 / sum + v0 * k0) * (1 - m11 / sum + v1 * k1) -
               (m01 / sum - v0 * k1) * (m10 / sum - v1 * k0);
    }

private:
    Matrix u_, keys_;
};

// The nearest point of a 2000 x 2000 grid over [-R, R]^2 next to which det J changes its sign,
// within `limit`; infinity where there is none. Rows and columns outside of the limit are skipped.
double nearest_on_grid(const PlanarDeterminant& det, const Vector& token, double radius,
                       double limit) {
    constexpr int kSize = 2000;
    const double cell = 2.0 * radius / (kSize - 1);
    const int first = std::max(0, static_cast<int>((radius - limit) / cell) - 2);
    const int last = std::min(kSize - 1, static_cast<int>((radius + limit) / cell) + 2);
    const auto at = [&](int k) { return -radius + cell * k; };
    double nearest = std::numeric_limits<double>::infinity();
    std::vector<bool> above(static_cast<std::size_t>(last - first + 1));
    for (int r = first; r <= last; ++r) {
        bool left = false;
        for (int c = first; c <= last; ++c) {
            const bool positive = det(token(0) + at(c), token(1) + at(r)) > 0;
            const double length = std::hypot(at(c), at(r));
            const std::size_t column = static_cast<std::size_t>(c - first);
            if ((c > first && positive != left) || (r > first && positive != above[column]))
                nearest = std::min(nearest, length);
            left = positive;
            above[column] = positive;
        }
    }
    return nearest;
}

class Plane : public ::testing::TestWithParam<int> {};

TEST_P(Plane, AgreesWithAGridInTwoDimensions) {
    const int seed = GetParam();
    const RandomStage random =
        random_stage(900 + static_cast<std::uint64_t>(seed), 6 + 3 * seed, 2, 2, 1.2 + 0.15 * seed);
    const int i = random.stage().positions() - 1;
    const Vector token = random.u.row(i);
    const PlanarDeterminant det(random, i);
    ASSERT_NEAR(det(token(0), token(1)),
                reference::log_det(reference::jacobian(random.u, random.weights, i)).det(), 1e-10);
    const GeometricMargin margin = random.stage().geometric_margin(i);
    const double radius = margin.searched_radius;
    const double cell = 2.0 * radius / 1999;
    if (margin.value) {
        const double nearest = nearest_on_grid(det, token, radius, 1.05 * *margin.value + 2 * cell);
        EXPECT_NEAR(*margin.value, nearest, 0.01 * nearest + 1.5 * cell);
        expect_good_point(random, i, margin);
    } else {
        EXPECT_GT(nearest_on_grid(det, token, radius, radius), radius - cell);
    }
}

INSTANTIATE_TEST_SUITE_P(Random, Plane, ::testing::Range(0, 12));

TEST(GeometricMargin, ScalarBoundaryIsWhereTheVarianceIsOneOverA) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        RandomStage random = random_stage(seed, 8, 1, 1, 1.0);
        random.weights.w_q(0, 0) = 1.5;
        random.weights.w_k(0, 0) = 1.0;
        const GeometricMargin margin = random.stage().geometric_margin(7);
        // A fine walk outwards on both sides.
        const double token = random.u(7, 0);
        const auto j = [&](double x) {
            double sum = 0, mean = 0, square = 0;
            for (int s = 0; s < 7; ++s) {
                const double w = std::exp(1.5 * random.u(s, 0) * x);
                sum += w, mean += w * random.u(s, 0), square += w * random.u(s, 0) * random.u(s, 0);
            }
            return 1 - 1.5 * (square / sum - (mean / sum) * (mean / sum));
        };
        const bool positive = j(token) > 0;
        double walked = std::numeric_limits<double>::infinity();
        const double step = margin.searched_radius / 20000;
        for (int k = 1; k <= 20000 && std::isinf(walked); ++k)
            for (const double side : {-1.0, 1.0})
                if ((j(token + side * k * step) > 0) != positive) walked = k * step;
        EXPECT_EQ(margin.value.has_value(), std::isfinite(walked)) << seed;
        if (!margin.value || std::isinf(walked)) continue;
        ++found;
        EXPECT_NEAR(*margin.value, walked, 2 * step);
        EXPECT_LE(margin.sigma_min_at_point, 1e-8);
    }
    EXPECT_GE(found, 5);
}

TEST(GeometricMargin, NoneIsAnAnswer) {
    // A negative definite: no eigenvalue of Cov A is positive, so there is no boundary anywhere.
    for (const int width : {1, 2, 6, 40}) {
        RandomStage random = random_stage(3, 10, width, width, 1.0);
        random.weights.w_q = -random.weights.w_k;
        const Stage stage = random.stage();
        const GeometricMargin margin = stage.geometric_margin(9);
        EXPECT_FALSE(margin.value.has_value());
        EXPECT_TRUE(std::isnan(margin.kkt));
        EXPECT_EQ(margin.point.size(), 0);
        EXPECT_EQ(stage.crossings(9), 0);
        EXPECT_GT(margin.first_order, 0.0);
        EXPECT_NEAR(margin.searched_radius, 2.0 * random.u.row(9).norm(), 1e-12);
    }
    // A token at the origin has no radius to search.
    RandomStage random = random_stage(4, 6, 5, 5, 2.0);
    random.u.row(5).setZero();
    EXPECT_FALSE(random.stage().geometric_margin(5).value.has_value());
}

TEST(GeometricMargin, AStageThatAttendsToItself) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        const RandomStage random = random_stage(40 + seed, 12, 6, 6, 2.0, false, seed % 2 == 0);
        const GeometricMargin margin = random.stage().geometric_margin(11);
        if (!margin.value) continue;
        ++found;
        expect_good_point(random, 11, margin);
    }
    EXPECT_GE(found, 3);
}

TEST(GeometricMargin, DependsOnItsSeedAloneAndStops) {
    const Stage stage = random_stage(8, 30, 24, 24, 2.0).stage();
    const GeometricMargin first = stage.geometric_margin(29, 5);
    const GeometricMargin again = stage.geometric_margin(29, 5);
    ASSERT_TRUE(first.value.has_value());
    EXPECT_EQ(first.value, again.value);
    EXPECT_EQ(first.point, again.point);
    std::stop_source stop;
    stop.request_stop();
    const GeometricMargin stopped = stage.geometric_margin(29, 5, stop.get_token());
    EXPECT_EQ(stopped.first_order, first.first_order);
    if (stopped.value) {
        EXPECT_GE(*stopped.value, *first.value * (1 - 1e-9));
    }
}

}  // namespace
}  // namespace marginscope
