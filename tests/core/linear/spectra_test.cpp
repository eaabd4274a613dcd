// Counts of real eigenvalues against the whole spectrum.
#include "core/linear/spectra.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/reference_linear.h"

namespace marginscope {
namespace {

using reference::random_matrix;

TEST(Spectra, RealEigenvaluesAboveOne) {
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
TEST(Spectra, RealEigenvaluesAboveOneOfEverySizeAreThoseOfTheSpectrum) {
    std::mt19937_64 rng(4);
    int none = 0, some = 0;
    for (int n = 1; n <= 40; ++n)
        for (const double scale : {0.1, 0.4, 1.5}) {
            const Matrix a = random_matrix(rng, n, n, scale / std::sqrt(static_cast<double>(n)));
            int expected = 0;
            for (const std::complex<double>& value : reference::eigenvalues(a))
                expected += value.imag() == 0.0 && value.real() > 1.0;
            EXPECT_EQ(linear::real_eigenvalues_above_one(a), expected) << n << ", " << scale;
            ++(expected > 0 ? some : none);
        }
    EXPECT_GT(none, 10);
    EXPECT_GT(some, 10);
}

}  // namespace
}  // namespace marginscope
