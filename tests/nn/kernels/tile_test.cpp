// Products of every shape that the tiles distinguish.
#include "nn/kernels/tile.h"

#include <gtest/gtest.h>

#include <vector>

#include "nn/kernels/rows.h"

namespace marginscope::kernels {
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

}  // namespace
}  // namespace marginscope::kernels
