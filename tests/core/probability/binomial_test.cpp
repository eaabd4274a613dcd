// The exact tail against plain sums over all outcomes, closed forms, and what an interval promises.
#include "core/probability/binomial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace marginscope {
namespace {

// By Pascal's rule, trial after trial: no factorial.
std::vector<double> law(int n, double p) {
    std::vector<double> out = {1.0};
    for (int trial = 0; trial < n; ++trial) {
        std::vector<double> next(out.size() + 1, 0.0);
        for (std::size_t k = 0; k < out.size(); ++k) {
            next[k] += out[k] * (1.0 - p);
            next[k + 1] += out[k] * p;
        }
        out = next;
    }
    return out;
}

TEST(Binomial, IsTheSumOverAllOutcomes) {
    for (const int n : {1, 2, 7, 40, 300})
        for (const double p : {0.001, 0.05, 0.5, 0.8, 0.999}) {
            double sum = 0.0;
            const std::vector<double> terms = law(n, p);
            for (int k = 0; k <= n; ++k) {
                sum += terms[static_cast<std::size_t>(k)];
                EXPECT_NEAR(binomial_cdf(k, n, p), sum, 1e-12) << k << " of " << n << " at " << p;
                if (k == 0 && sum > 1e-290) {
                    EXPECT_NEAR(binomial_cdf(k, n, p) / sum, 1.0, 1e-9);
                }
            }
        }
    EXPECT_EQ(binomial_cdf(-1, 5, 0.3), 0.0);
    EXPECT_EQ(binomial_cdf(5, 5, 0.3), 1.0);
    EXPECT_EQ(binomial_cdf(2, 5, 1.0), 0.0);
    EXPECT_EQ(binomial_cdf(0, 0, 0.3), 1.0);
}

TEST(Binomial, SmallTailsOfManyTrialsKeepTheirDigits) {
    // No success at all: (1 - p)^n. At most one: (1 - p)^n + n p (1 - p)^(n - 1).
    const int n = 100000;
    const double p = 0.002, none = n * std::log1p(-p);
    EXPECT_NEAR(std::log(binomial_cdf(0, n, p)), none, 1e-9);
    EXPECT_NEAR(std::log(binomial_cdf(1, n, p)), none + std::log1p(n * p / (1.0 - p)), 1e-9);
    EXPECT_NEAR(binomial_cdf(200, n, p) + binomial_cdf(n - 201, n, 1.0 - p), 1.0, 1e-9);
}

TEST(Binomial, BoundsHaveTheirClosedForms) {
    for (const int n : {1, 5, 59, 4000}) {
        const ShareBounds none = clopper_pearson(0, n, 0.95), all = clopper_pearson(n, n, 0.95);
        EXPECT_EQ(none.low, 0.0);
        EXPECT_NEAR(none.high, 1.0 - std::pow(0.025, 1.0 / n), 1e-12);
        EXPECT_NEAR(all.low, std::pow(0.025, 1.0 / n), 1e-12);
        EXPECT_EQ(all.high, 1.0);
    }
    EXPECT_EQ(clopper_pearson(0, 0).high, 1.0);
    const ShareBounds some = clopper_pearson(7, 50);
    EXPECT_NEAR(binomial_cdf(7, 50, some.high), 0.025, 1e-12);
    EXPECT_NEAR(1.0 - binomial_cdf(6, 50, some.low), 0.025, 1e-12);
}

TEST(Binomial, BoundsHoldAsOftenAsTheySay) {
    std::mt19937 rng(7);
    for (const double p : {0.02, 0.3}) {
        std::binomial_distribution<int> draw(80, p);
        int held = 0;
        for (int k = 0; k < 2000; ++k) {
            const ShareBounds bounds = clopper_pearson(draw(rng), 80);
            held += bounds.low <= p && p <= bounds.high ? 1 : 0;
        }
        EXPECT_GE(held, 1880);
    }
}

}  // namespace
}  // namespace marginscope
