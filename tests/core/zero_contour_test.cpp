// The zero line against circles known in closed form and against determinants of a softmax
// attention's Jacobian.
#include "core/zero_contour.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <iostream>
#include <limits>
#include <random>

#include "core/error.h"
#include "core/zero_lines.h"
#include "support/boundary_fields.h"

namespace marginscope {
namespace {

TEST(ZeroContourTest, CircleIsFoundToASmallShareOfACell) {
    constexpr int kNodes = 33;
    constexpr double kRadius = 0.61;
    for (const double slope : {0.0, 5.0, -20.0, 60.0}) {  // up to 3.75 nats within a cell
        const SampledField field = circle_field(kNodes, kNodes, kRadius, slope, 300.0);
        const std::vector<Segment> line = zero_contour(field.view());
        ASSERT_GT(line.size(), 40U);
        double length = 0.0;
        const double half = (kNodes - 1) / 2.0;
        for (const Segment& s : line) {
            EXPECT_NEAR(std::hypot(s.x0 / half - 1.0, s.y0 / half - 1.0) * half, kRadius * half,
                        0.01)
                << slope;
            length += std::hypot(s.x1 - s.x0, s.y1 - s.y0) / half;
            // The positive side is outside: away from the centre.
            const double centre = (s.x1 - s.x0) * (half - s.y0) - (s.y1 - s.y0) * (half - s.x0);
            EXPECT_LT(centre, 0.0);
        }
        EXPECT_NEAR(length, 2.0 * M_PI * kRadius, 0.02);
    }
}

// det J(u) with J = I - Cov_alpha(u) A for scores s·A·u over random past tokens: the quantity the
// boundary is made of.
double attention_det(const Eigen::MatrixXd& past, const Eigen::MatrixXd& a,
                     const Eigen::VectorXd& u) {
    Eigen::VectorXd scores = past * (a * u);
    Eigen::VectorXd alpha = (scores.array() - scores.maxCoeff()).exp();
    alpha /= alpha.sum();
    const Eigen::VectorXd mean = past.transpose() * alpha;
    Eigen::MatrixXd cov = -mean * mean.transpose();
    for (Eigen::Index s = 0; s < past.rows(); ++s)
        cov += alpha[s] * past.row(s).transpose() * past.row(s);
    return (Eigen::MatrixXd::Identity(u.size(), u.size()) - cov * a).determinant();
}

TEST(ZeroContourTest, AttentionDeterminantsAreCrossedWhereTheyVanish) {
    std::mt19937 random(11);
    std::normal_distribution<double> normal;
    double total_error = 0.0;
    double total_linear = 0.0;
    int crossings = 0;
    for (int trial = 0; trial < 30; ++trial) {
        const int d = 2 + trial % 7;
        Eigen::MatrixXd past(12, d);
        Eigen::MatrixXd a(d, d);
        Eigen::VectorXd x_axis(d);
        for (Eigen::Index i = 0; i < past.size(); ++i) past.data()[i] = normal(random);
        for (Eigen::Index i = 0; i < a.size(); ++i) a.data()[i] = normal(random) * 0.8;
        for (Eigen::Index i = 0; i < d; ++i) x_axis[i] = normal(random);
        x_axis.normalize();
        // One row of 41 nodes 0.15 apart (twice, so that it is a field).
        constexpr int kNodes = 41;
        constexpr double kStep = 0.15;
        const auto det_at = [&](double node) {
            return attention_det(past, a, (node - 20.0) * kStep * x_axis);
        };
        SampledField field = make_field(2, kNodes);
        for (int c = 0; c < kNodes; ++c) {
            field.set(0, c, det_at(c));
            field.set(1, c, det_at(c));
        }
        const std::vector<EdgeCrossing> found = edge_crossings(field.view());
        for (int c = 0; c + 1 < kNodes; ++c) {
            const float share = found[static_cast<std::size_t>(c)].right;
            if (share < 0.0F) continue;
            double low = c;
            double high = c + 1;
            const double first = det_at(low);
            for (int i = 0; i < 50; ++i) {
                const double middle = 0.5 * (low + high);
                (det_at(middle) * first > 0 ? low : high) = middle;
            }
            const double linear = first / (first - det_at(c + 1));
            total_error += std::abs(c + share - low);
            total_linear += std::abs(c + linear - low);
            ++crossings;
        }
    }
    ASSERT_GT(crossings, 25);
    RecordProperty("crossings", crossings);
    std::cout << crossings << " crossings, mean error " << total_error / crossings
              << " of a cell, linear " << total_linear / crossings << '\n';
    EXPECT_LT(total_error / crossings, 0.02);
    EXPECT_LT(total_error, 0.5 * total_linear);
}

TEST(ZeroContourTest, LinesAreClosedOrEndAtTheRim) {
    // A random smooth field: every end of a segment that is not on the rim belongs to exactly one
    // other segment.
    std::mt19937 random(5);
    std::uniform_real_distribution<double> phase(0.0, 6.28);
    constexpr int kRows = 24;
    constexpr int kCols = 31;
    for (int trial = 0; trial < 10; ++trial) {
        const double p = phase(random);
        const double q = phase(random);
        SampledField field = make_field(kRows, kCols);
        for (int r = 0; r < kRows; ++r) {
            for (int c = 0; c < kCols; ++c)
                field.set(r, c, std::sin(0.9 * c + p) * std::sin(0.8 * r + q) + 0.07);
        }
        const std::vector<Segment> line = zero_contour(field.view());
        ASSERT_FALSE(line.empty());
        int ends = 0;
        for (const Segment& a : line) {
            const bool rim = a.x1 == 0 || a.y1 == 0 || a.x1 == kCols - 1 || a.y1 == kRows - 1;
            int continued = 0;
            for (const Segment& b : line) continued += a.x1 == b.x0 && a.y1 == b.y0 ? 1 : 0;
            EXPECT_EQ(continued, rim ? 0 : 1);
            ends += rim ? 1 : 0;
        }
        EXPECT_GT(ends, 0);
    }
}

TEST(ZeroContourTest, SingularNodesLieOnTheLine) {
    SampledField field = make_field(2, 3);
    for (int r = 0; r < 2; ++r) {
        field.set(r, 0, -1.0);
        field.set(r, 1, 0.0);
        field.set(r, 2, 1.0);
    }
    const std::vector<Segment> line = zero_contour(field.view());
    ASSERT_EQ(line.size(), 1U);
    EXPECT_DOUBLE_EQ(line[0].x0, 1.0);
    EXPECT_DOUBLE_EQ(line[0].x1, 1.0);
}

TEST(ZeroContourTest, NotANumberHasNoLineAroundIt) {
    SampledField field = circle_field(17, 17, 0.5, 0.0, 0.0);
    field.set(8, 4, std::numeric_limits<double>::quiet_NaN(), 1);  // on the circle
    for (const Segment& s : zero_contour(field.view())) {
        EXPECT_FALSE(std::abs((s.x0 + s.x1) / 2 - 4) < 1 && std::abs((s.y0 + s.y1) / 2 - 8) < 1);
        EXPECT_TRUE(std::isfinite(s.x0 + s.y0 + s.x1 + s.y1));
    }
}

TEST(ZeroContourTest, NoSignChangeNoLineAndBadSizesAreASentence) {
    const SampledField field = make_field(4, 5);
    EXPECT_TRUE(zero_contour(field.view()).empty());
    BoundaryField wrong = field.view();
    wrong.rows = 5;
    EXPECT_THROW(zero_contour(wrong), UserError);
    EXPECT_THROW(zero_contour(BoundaryField{}), UserError);
}

TEST(ZeroLinesTest, ACoarseCircleIsRoundAndClosed) {
    constexpr int kNodes = 13;
    constexpr double kRadius = 0.63;
    constexpr double kHalf = (kNodes - 1) / 2.0;
    const SampledField field = circle_field(kNodes, kNodes, kRadius, 2.0, 0.0);
    const std::vector<ZeroLine> lines = zero_lines(field.view(), 0.1);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_TRUE(lines[0].closed);
    double worst = 0.0;
    for (std::size_t i = 0; i < lines[0].points.size(); ++i) {
        const ContourPoint p = lines[0].points[i];
        worst = std::max(worst, std::abs(std::hypot(p.x - kHalf, p.y - kHalf) - kRadius * kHalf));
        if (i > 0) {
            EXPECT_LT(std::hypot(p.x - lines[0].points[i - 1].x, p.y - lines[0].points[i - 1].y),
                      0.2);
        }
    }
    // Chords of this length are off by as much as length² / 8R, which is 0.06 for one and a quarter
    // nodes.
    EXPECT_LT(worst, 0.02);
}

TEST(ZeroLinesTest, OpenLinesReachTheRimAndEachSegmentIsUsedOnce) {
    SampledField field = make_field(9, 21);
    for (int r = 0; r < 9; ++r) {
        for (int c = 0; c < 21; ++c) field.set(r, c, std::sin(0.7 * c + 0.2 * r + 0.3));
    }
    const std::vector<ZeroLine> lines = zero_lines(field.view());
    ASSERT_EQ(lines.size(), 5U);
    for (const ZeroLine& line : lines) {
        EXPECT_FALSE(line.closed);
        for (const ContourPoint end : {line.points.front(), line.points.back()}) {
            EXPECT_TRUE(end.y == 0 || end.y == 8 || end.x == 0 || end.x == 20)
                << end.x << " " << end.y;
        }
    }
    EXPECT_TRUE(zero_lines(make_field(3, 3).view()).empty());
}

}  // namespace
}  // namespace marginscope
