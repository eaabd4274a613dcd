// Products of every shape that the tiles distinguish.
#include "core/linear/tile.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/padded_rows.h"

namespace marginscope::linear {
namespace {

template <typename Real>
class Tile : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Tile, Reals);

TYPED_TEST(Tile, EveryRestOfRowsAndColumns) {
    using Real = TypeParam;
    const double tolerance = std::is_same_v<Real, float> ? 1e-5 : 1e-13;
    Draws draws(1);
    for (const Eigen::Index rows : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 29})
        for (const Eigen::Index columns : {1, 8, 15, 17, 33, 70})
            for (const Eigen::Index terms : {1, 2, 8, 31}) {
                const Matrix a = draws.matrix(rows, terms), b = draws.matrix(terms, columns);
                const Matrix start = draws.matrix(rows, columns);
                const PaddedRows<Real> left(a), left_transposed(a.transpose()), right(b);
                for (const bool transposed : {false, true}) {
                    const Left<Real> factor =
                        transposed ? Left<Real>{left_transposed.data(), 1, left_transposed.stride()}
                                   : Left<Real>{left.data(), left.stride(), 1};
                    for (const Into into : {Into::replace, Into::add}) {
                        PaddedRows<Real> out(start);
                        multiply(factor, right.data(), right.stride(), out.data(), out.stride(),
                                 {rows, out.stride(), terms}, into);
                        const Matrix expected =
                            into == Into::add ? Matrix(start + a * b) : Matrix(a * b);
                        EXPECT_LE((out.matrix() - expected).cwiseAbs().maxCoeff(),
                                  tolerance * (1 + expected.cwiseAbs().maxCoeff()))
                            << rows << " x " << columns << ", " << terms << " terms";
                        EXPECT_TRUE(out.padding_is_zero());
                    }
                }
            }
}

TYPED_TEST(Tile, NoTermsGiveZero) {
    using Real = TypeParam;
    Draws draws(2);
    PaddedRows<Real> out(draws.matrix(5, 9));
    multiply(Left<Real>{out.data(), 1, 1}, out.data(), out.stride(), out.data(), out.stride(),
             {5, out.stride(), 0}, Into::replace);
    EXPECT_EQ(out.matrix().cwiseAbs().maxCoeff(), 0.0);
}

// Row r has terms first_of[r] … terms_of[r] - 1 and columns_of[r] columns; a tile may take more,
// which are zero in the left factor, and write more columns.
TYPED_TEST(Tile, TrianglesStopWhereTheirRowsDo) {
    using Real = TypeParam;
    Draws draws(3);
    const Eigen::Index n = 43;
    std::vector<std::int64_t> first, last, columns;
    Matrix lower = Matrix::Zero(n, n);
    for (Eigen::Index r = 0; r < n; ++r) {
        first.push_back(r / 3);
        last.push_back(r + 1);
        columns.push_back(std::min<std::int64_t>(n, r + 2));
        for (Eigen::Index k = r / 3; k <= r; ++k) lower(r, k) = draws.normal();
    }
    const Matrix b = draws.matrix(n, n);
    const PaddedRows<Real> left(lower), right(b);
    PaddedRows<Real> out(n, n);
    multiply(Left<Real>{left.data(), left.stride(), 1}, right.data(), right.stride(), out.data(),
             out.stride(), {n, out.stride(), n, last.data(), columns.data(), first.data()},
             Into::add);
    const Matrix expected = lower * b, found = out.matrix();
    for (Eigen::Index r = 0; r < n; ++r)
        for (Eigen::Index c = 0; c < columns[static_cast<std::size_t>(r)]; ++c)
            EXPECT_NEAR(found(r, c), expected(r, c), 1e-5) << r << ", " << c;
    // Far from the diagonal nothing was done.
    EXPECT_EQ(found(0, n - 1), 0.0);
}

}  // namespace
}  // namespace marginscope::linear
