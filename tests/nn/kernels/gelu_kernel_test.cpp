// GELU against the error function in float64.
#include "nn/kernels/gelu_kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace marginscope::kernels {
namespace {

double share(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double slope_of(double x) {
    return share(x) + x * std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
}

TEST(GeluKernel, IsExactToRoundingWithItsSlope) {
    std::vector<float> x;
    for (int k = -20000; k <= 20000; ++k) x.push_back(static_cast<float>(k) * 7e-4f);
    std::vector<float> y(x.size()), slope(x.size());
    gelu_with_slope(x.data(), static_cast<std::int64_t>(x.size()), y.data(), slope.data());
    for (std::size_t k = 0; k < x.size(); ++k) {
        const double at = x[k];
        EXPECT_NEAR(y[k], at * share(at), 6e-8 + 3e-7 * std::abs(at * share(at))) << at;
        EXPECT_NEAR(slope[k], slope_of(at), 1e-6) << at;
    }
}

TEST(GeluKernel, EveryLengthAndWhatIsNotFinite) {
    for (std::int64_t n = 1; n < 40; ++n) {
        std::vector<float> x(static_cast<std::size_t>(n), 1.5f), y(x), slope(x);
        x.back() = -2.0f;
        gelu_with_slope(x.data(), n, y.data(), slope.data());
        EXPECT_NEAR(y.back(), -2.0 * share(-2.0), 1e-7);
        if (n == 1) continue;
        EXPECT_NEAR(y[0], 1.5 * share(1.5), 3e-7);
    }
    const float x[] = {std::nanf(""), std::numeric_limits<float>::max(), 40.0f, -40.0f};
    float y[4], slope[4];
    gelu_with_slope(x, 4, y, slope);
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(slope[0]));
    EXPECT_EQ(y[2], 40.0f);
    EXPECT_EQ(slope[2], 1.0f);
    EXPECT_NEAR(y[3], 0.0f, 1e-30);
}

}  // namespace
}  // namespace marginscope::kernels
