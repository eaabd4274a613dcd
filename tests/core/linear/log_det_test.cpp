// log|det| and inverses of every size against full pivoting.
#include "core/linear/log_det.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/linear/rows.h"
#include "core/reference_linear.h"

namespace marginscope {
namespace {

using reference::random_matrix;

TEST(LogDet, OfEverySize) {
    std::mt19937_64 rng(1);
    for (int n = 1; n <= 75; ++n) {
        const Matrix a = random_matrix(rng, n, n, 1.0);
        const LogDet found = linear::log_det(a);
        const LogDet expected = reference::log_det(a);
        EXPECT_NEAR(found.value, expected.value,
                    1e-10 * std::max(1.0, reference::condition(a) / 1e4));
        EXPECT_EQ(found.sign, expected.sign) << n;
    }
    EXPECT_EQ(linear::log_det(Matrix(0, 0)).value, 0.0);
    EXPECT_EQ(linear::log_det(Matrix(0, 0)).sign, 1);
}

TEST(LogDet, NeitherOverflowsNorUnderflows) {
    for (const double scale : {1e-200, 1e200}) {
        const LogDet found = linear::log_det(scale * Matrix::Identity(40, 40));
        EXPECT_NEAR(found.value, 40 * std::log(scale), 1e-9);
        EXPECT_EQ(found.sign, 1);
    }
    EXPECT_EQ(linear::log_det(Matrix::Zero(5, 5)).value, -std::numeric_limits<double>::infinity());
    EXPECT_EQ(linear::log_det(Matrix::Zero(5, 5)).sign, 0);
    Matrix bad = Matrix::Identity(20, 20);
    bad(3, 7) = bad(7, 3) = std::nan("");
    EXPECT_TRUE(std::isnan(linear::log_det(bad).value));
}

TEST(LogDet, InverseOfEverySize) {
    std::mt19937_64 rng(13);
    for (int n = 1; n <= 40; ++n) {
        const Matrix a = random_matrix(rng, n, n, 1.0);
        Matrix inverse = a;
        const LogDet det = linear::invert_in_place(inverse);
        EXPECT_NEAR(det.value, linear::log_det(a).value, 1e-10);
        EXPECT_EQ(det.sign, linear::log_det(a).sign);
        EXPECT_LE((a * inverse - Matrix::Identity(n, n)).norm(), 1e-13 * reference::condition(a));
    }
    Matrix zero = Matrix::Zero(5, 5);
    EXPECT_EQ(linear::invert_in_place(zero).sign, 0);
}

}  // namespace
}  // namespace marginscope
