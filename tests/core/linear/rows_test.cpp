// Products of rows of every size.
#include "core/linear/rows.h"

#include <gtest/gtest.h>

#include "core/reference_linear.h"

namespace marginscope {
namespace {

using reference::random_matrix;

TEST(Rows, ProductsOfEverySize) {
    std::mt19937_64 rng(14);
    for (const int n : {1, 3, 4, 9, 17}) {
        for (const int d : {1, 7, 8, 33}) {
            const Matrix a = random_matrix(rng, n, d, 1.0), b = random_matrix(rng, n + 2, d, 1.0);
            EXPECT_LE((linear::times_transposed(a, b) - a * b.transpose()).norm(), 1e-13);
            const Vector x = random_matrix(rng, d, 1, 1.0), w = random_matrix(rng, n, 1, 1.0);
            Vector y(n), z = x;
            linear::multiply(linear::Rows(a), x.data(), y.data());
            linear::add_transposed(linear::Rows(a), w.data(), z.data());
            EXPECT_LE((y - a * x).norm(), 1e-13);
            EXPECT_LE((z - x - a.transpose() * w).norm(), 1e-13);
        }
    }
}

}  // namespace
}  // namespace marginscope
