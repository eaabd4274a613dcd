// Inverses and determinants against Eigen's, pivots everywhere, and what cannot be inverted.
#include "core/linear/small_inverse.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <limits>

#include "support/padded_rows.h"

namespace marginscope::linear {
namespace {

template <typename Real>
class SmallInverse : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(SmallInverse, Reals);

TYPED_TEST(SmallInverse, EqualsEigenAtEverySize) {
    using Real = TypeParam;
    const double unit = std::numeric_limits<Real>::epsilon();
    Draws draws(3);
    InverseScratch<Real> scratch;
    for (Eigen::Index n = 1; n <= 80; ++n) {
        // Half of them near the identity, as the barrier's are; half that need every swap.
        const Matrix given = n % 2 == 0 ? Matrix(Matrix::Identity(n, n) + draws.matrix(n, n, 0.2))
                                        : draws.matrix(n, n);
        PaddedRows<Real> a(given);
        const Matrix rounded = a.matrix();
        const SmallDet det = invert_in_place(a.data(), n, a.stride(), scratch);
        const Eigen::PartialPivLU<Matrix> lu(rounded);
        const Matrix expected = lu.inverse();
        const double condition = rounded.norm() * expected.norm();
        EXPECT_LE((a.matrix() - expected).norm(), 10 * unit * condition * expected.norm())
            << "n = " << n;
        EXPECT_NEAR(det.logdet, std::log(std::abs(lu.determinant())), 20 * unit * condition);
        EXPECT_EQ(det.sign, lu.determinant() > 0 ? 1 : -1) << "n = " << n;
        EXPECT_TRUE(a.padding_is_zero());
    }
}

TYPED_TEST(SmallInverse, PermutationsAreExact) {
    using Real = TypeParam;
    InverseScratch<Real> scratch;
    for (Eigen::Index n = 2; n <= 40; ++n) {
        Eigen::PermutationMatrix<Eigen::Dynamic> turn(n);
        for (Eigen::Index k = 0; k < n; ++k) turn.indices()[k] = static_cast<int>((k + 1) % n);
        PaddedRows<Real> a(Matrix(turn.toDenseMatrix().cast<double>()));
        const SmallDet det = invert_in_place(a.data(), n, a.stride(), scratch);
        EXPECT_EQ((a.matrix() - turn.transpose().toDenseMatrix().cast<double>()).norm(), 0.0);
        EXPECT_EQ(det.sign, n % 2 == 1 ? 1 : -1);
        EXPECT_EQ(det.logdet, 0.0);
    }
}

TYPED_TEST(SmallInverse, SingularOrNotFiniteIsZeroAndSaysSo) {
    using Real = TypeParam;
    Draws draws(4);
    InverseScratch<Real> scratch;
    for (const Eigen::Index n : {1, 2, 9, 20}) {
        for (int trouble = 0; trouble < 4; ++trouble) {
            Matrix given = draws.matrix(n, n);
            if (trouble == 0) given.row(n - 1).setZero();
            if (trouble == 1) given.col(n / 2).setZero();
            if (trouble == 2) given.row(n / 2).setConstant(std::nan(""));
            if (trouble == 3) given(n - 1, 0) = std::numeric_limits<double>::infinity();
            PaddedRows<Real> a(given);
            const SmallDet det = invert_in_place(a.data(), n, a.stride(), scratch);
            EXPECT_EQ(det.sign, 0) << "n = " << n << ", trouble " << trouble;
            EXPECT_EQ(det.logdet, -std::numeric_limits<double>::infinity());
            EXPECT_EQ(a.matrix().cwiseAbs().maxCoeff(), 0.0);
        }
    }
}

TYPED_TEST(SmallInverse, DeterminantsBeyondTheRangeOfNumbers) {
    using Real = TypeParam;
    InverseScratch<Real> scratch;
    PaddedRows<Real> a(Matrix(1e-20 * Matrix::Identity(60, 60)));
    const SmallDet det = invert_in_place(a.data(), 60, a.stride(), scratch);
    EXPECT_NEAR(det.logdet, 60 * std::log(static_cast<double>(static_cast<Real>(1e-20))), 1e-6);
}

}  // namespace
}  // namespace marginscope::linear
