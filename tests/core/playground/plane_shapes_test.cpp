// A as axes, stretch, rotation and sign, and back; ellipses.
#include "core/playground/plane_shapes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace marginscope {
namespace {

void expect_same(const PlanarMatrix& a, const PlanarMatrix& b) {
    for (std::size_t k = 0; k < a.size(); ++k)
        EXPECT_NEAR(a[k], b[k], 1e-14 * (1 + std::abs(b[k])));
}

// Built up from turns and stretches themselves, by products.
PlanarMatrix product(const PlanarMatrix& a, const PlanarMatrix& b) {
    return {a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2],
            a[2] * b[1] + a[3] * b[3]};
}
PlanarMatrix turn(double angle) {
    return {std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle)};
}

TEST(PlaneShapes, AxesComeBackExactly) {
    std::mt19937 rng(3);
    std::uniform_real_distribution<double> entry(-5, 5);
    for (int k = 0; k < 2000; ++k) {
        const PlanarMatrix a{entry(rng), entry(rng), entry(rng), entry(rng)};
        const AxesForm form = axes_form(a);
        EXPECT_GE(form.along, std::abs(form.across));
        EXPECT_LE(std::abs(form.rotation), M_PI / 2);
        EXPECT_LE(std::abs(form.axis), M_PI / 2);
        expect_same(matrix_of(form), a);
    }
}

TEST(PlaneShapes, AxesOfSpecialMatrices) {
    for (const PlanarMatrix& a :
         {PlanarMatrix{0, 0, 0, 0}, PlanarMatrix{1, 0, 0, 1}, PlanarMatrix{-1, 0, 0, -1},
          PlanarMatrix{0, 1, 1, 0}, PlanarMatrix{0, -1, 1, 0}, PlanarMatrix{2, 0, 0, -1},
          PlanarMatrix{-2, 0, 0, 1}, PlanarMatrix{0, 1, 0, 0}})
        expect_same(matrix_of(axes_form(a)), a);
    EXPECT_EQ(axes_form({-1, 0, 0, -1}).sign, -1);
    EXPECT_EQ(axes_form({1, 0, 0, 1}).sign, 1);
}

TEST(PlaneShapes, FormIsASignATurnAndAStretchAlongItsAxes) {
    std::mt19937 rng(4);
    std::uniform_real_distribution<double> angle(-1.5, 1.5);
    std::uniform_real_distribution<double> stretch(0.1, 3);
    for (int k = 0; k < 200; ++k) {
        const AxesForm form{angle(rng), stretch(rng) + 3, stretch(rng), angle(rng), k % 2 ? 1 : -1};
        PlanarMatrix wanted = product(
            turn(form.rotation),
            product(turn(form.axis), product({form.along, 0, 0, form.across}, turn(-form.axis))));
        for (double& entry : wanted) entry *= form.sign;
        expect_same(matrix_of(form), wanted);
        const AxesForm back = axes_form(wanted);
        EXPECT_EQ(back.sign, form.sign);
        EXPECT_NEAR(back.along, form.along, 1e-12);
        EXPECT_NEAR(back.across, form.across, 1e-12);
        EXPECT_NEAR(back.rotation, form.rotation, 1e-12);
        EXPECT_NEAR(back.axis, form.axis, 1e-12);
    }
}

TEST(PlaneShapes, EllipseIsWhereTheCovarianceSaysOne) {
    const PlanarCovariance c{2.0, 0.7, 0.5};
    const double det = c.xx * c.yy - c.xy * c.xy;
    const std::vector<PlanarPoint> points = ellipse({1, -2}, c, 32);
    ASSERT_EQ(points.size(), 33U);
    EXPECT_EQ(points.front(), points.back());
    for (const PlanarPoint& p : points) {
        const double x = p.x - 1;
        const double y = p.y + 2;
        EXPECT_NEAR((c.yy * x * x - 2 * c.xy * x * y + c.xx * y * y) / det, 1.0, 1e-12);
    }
}

TEST(PlaneShapes, SingularCovarianceGivesALineAndNothingAPoint) {
    for (const PlanarPoint& p : ellipse({0, 0}, {0, 0, 4}, 16)) {
        EXPECT_EQ(p.x, 0.0);
        EXPECT_LE(std::abs(p.y), 2.0);
    }
    for (const PlanarPoint& p : ellipse({3, 4}, {0, 0, 0}, 8)) EXPECT_EQ(p, (PlanarPoint{3, 4}));
}

}  // namespace
}  // namespace marginscope
