// sigma_min by Lanczos iterations against matrices whose singular values are given.
#include <gtest/gtest.h>

#include <limits>

#include "core/linear/spectra.h"
#include "core/reference_linear.h"

namespace marginscope {
namespace {

using reference::random_matrix;

TEST(SmallestSingularValue, OfClusteredSpectra) {
    std::mt19937_64 rng(11);
    Vector sigma = Vector::LinSpaced(96, 0.5, 3.0);
    for (const double apart : {0.0, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3}) {
        for (int k = 0; k < 4; ++k) sigma(k) = 0.2 * (1.0 + k * apart);
        const Matrix a = reference::with_singular_values(rng, sigma);
        EXPECT_NEAR(linear::smallest_singular_value(a) / 0.2, 1.0, 1e-10) << apart;
    }
    // All of them alike, where nothing converges quickly.
    for (int k = 0; k < 96; ++k) sigma(k) = 1.0 + 1e-4 * k;
    EXPECT_NEAR(linear::smallest_singular_value(reference::with_singular_values(rng, sigma)), 1.0,
                1e-10);
    EXPECT_NEAR(linear::smallest_singular_value(Matrix::Identity(96, 96)), 1.0, 1e-14);
}

TEST(SmallestSingularValue, NearSingular) {
    std::mt19937_64 rng(12);
    Vector sigma = Vector::LinSpaced(64, 1.0, 2.0);
    for (const double smallest : {0.0, 1e-15, 1e-12, 1e-8, 1e-4, 1e-2}) {
        sigma(0) = smallest;
        const Matrix a = reference::with_singular_values(rng, sigma);
        EXPECT_NEAR(linear::smallest_singular_value(a), smallest,
                    std::max(1e-10 * smallest, 1e-14 * 64));
    }
    Matrix a = reference::with_singular_values(rng, sigma);
    a.row(5) = a.row(9);
    EXPECT_LE(linear::smallest_singular_value(a), 1e-13);
    a(3, 4) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(std::isnan(linear::smallest_singular_value(a)));
    a(3, 4) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(std::isnan(linear::smallest_singular_value(a)));
}

TEST(SmallestSingularValue, FarBelowTheLargest) {
    std::mt19937_64 rng(2);
    for (const double smallest : {0.0, 1e-14, 1e-9, 1e-5, 1e-3, 0.5}) {
        const Matrix a = random_matrix(rng, 24, 24, 1.0);
        Vector sigma = reference::singular_values(a).array() + 1.0;
        sigma(23) = smallest;
        const Matrix b = reference::with_singular_values(rng, sigma);
        EXPECT_NEAR(linear::smallest_singular_value(b), smallest, 1e-12 * sigma(0));
    }
}

TEST(SmallestSingularValue, OfAnIdentityLessLowRank) {
    std::mt19937_64 rng(3);
    for (const int rank : {1, 3, 9, 10, 15}) {
        const Matrix left = random_matrix(rng, rank, 20, 0.3);
        const Matrix right = random_matrix(rng, rank, 20, 0.3);
        const Matrix whole = Matrix::Identity(20, 20) - left.transpose() * right;
        const Matrix dual = Matrix::Identity(rank, rank) - right * left.transpose();
        EXPECT_NEAR(linear::smallest_singular_value(left, right, reference::inverse(dual)),
                    reference::singular_values(whole)(19), 1e-12);
    }
}

}  // namespace
}  // namespace marginscope
