// The small linear algebra under the stage, against Eigen's slower and safer decompositions.
#include "core/linear/spectra.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <limits>

#include "core/linear/log_det.h"
#include "core/reference_attention.h"

namespace marginscope {
namespace {

using reference::random_matrix;

TEST(StageLinear, LogDetOfEverySize) {
    std::mt19937_64 rng(1);
    for (int n = 1; n <= 75; ++n) {
        const Matrix a = random_matrix(rng, n, n, 1.0);
        const LogDet found = linear::log_det(a);
        const Eigen::FullPivLU<Eigen::MatrixXd> lu(a);
        EXPECT_NEAR(found.value, lu.matrixLU().diagonal().array().abs().log().sum(),
                    1e-10 * std::max(1.0, reference::condition(a) / 1e4));
        EXPECT_EQ(found.sign, lu.determinant() > 0 ? 1 : -1) << n;
    }
    EXPECT_EQ(linear::log_det(Matrix(0, 0)).value, 0.0);
    EXPECT_EQ(linear::log_det(Matrix(0, 0)).sign, 1);
}

TEST(StageLinear, LogDetNeitherOverflowsNorUnderflows) {
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
    EXPECT_TRUE(std::isnan(linear::smallest_singular_value(bad)));
}

TEST(StageLinear, SmallestSingularValueFarBelowTheLargest) {
    std::mt19937_64 rng(2);
    for (const double smallest : {0.0, 1e-14, 1e-9, 1e-5, 1e-3, 0.5}) {
        const Matrix a = random_matrix(rng, 24, 24, 1.0);
        const Eigen::JacobiSVD<Matrix> svd(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
        Vector sigma = svd.singularValues().array() + 1.0;
        sigma(23) = smallest;
        const Matrix b = svd.matrixU() * sigma.asDiagonal() * svd.matrixV().transpose();
        EXPECT_NEAR(linear::smallest_singular_value(b), smallest, 1e-12 * sigma(0));
    }
}

TEST(StageLinear, SmallestSingularValueOfAnIdentityLessLowRank) {
    std::mt19937_64 rng(3);
    for (const int rank : {1, 3, 9, 10, 15}) {
        const Matrix left = random_matrix(rng, rank, 20, 0.3);
        const Matrix right = random_matrix(rng, rank, 20, 0.3);
        const Matrix whole = Matrix::Identity(20, 20) - left.transpose() * right;
        const Matrix dual = Matrix::Identity(rank, rank) - right * left.transpose();
        EXPECT_NEAR(linear::smallest_singular_value(left, right, dual.inverse()),
                    Eigen::JacobiSVD<Matrix>(whole).singularValues()(19), 1e-12);
    }
}

TEST(StageLinear, RealEigenvaluesAboveOne) {
    Matrix a = Matrix::Zero(5, 5);
    a.diagonal() << 2.0, 0.5, 1.5, -3.0, 0.0;
    a(0, 4) = 7.0;
    EXPECT_EQ(linear::real_eigenvalues_above_one(a), 2);
    // A pair of complex eigenvalues 3 +- 2i counts for nothing.
    a.topLeftCorner(2, 2) << 3.0, -2.0, 2.0, 3.0;
    EXPECT_EQ(linear::real_eigenvalues_above_one(a), 1);
    EXPECT_EQ(linear::real_eigenvalues_above_one(0.1 * a), 0);
    EXPECT_EQ(linear::real_eigenvalues_above_one(Matrix(0, 0)), 0);
}

// The shortcut through the symmetric part never changes the count, at sizes that fill vectors and
// sizes that do not, where it applies and where it does not.
TEST(StageLinear, RealEigenvaluesAboveOneOfEverySizeAreThoseOfTheSpectrum) {
    std::mt19937_64 rng(4);
    int none = 0, some = 0;
    for (int n = 1; n <= 40; ++n)
        for (const double scale : {0.1, 0.4, 1.5}) {
            const Matrix a = random_matrix(rng, n, n, scale / std::sqrt(static_cast<double>(n)));
            int expected = 0;
            const Eigen::VectorXcd values =
                Eigen::EigenSolver<Eigen::MatrixXd>(a, false).eigenvalues();
            for (const std::complex<double>& value : values)
                expected += value.imag() == 0.0 && value.real() > 1.0;
            EXPECT_EQ(linear::real_eigenvalues_above_one(a), expected) << n << ", " << scale;
            ++(expected > 0 ? some : none);
        }
    EXPECT_GT(none, 10);
    EXPECT_GT(some, 10);
}

}  // namespace
}  // namespace marginscope
