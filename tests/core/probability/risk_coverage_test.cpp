// Curves and areas against every order of tied items, one by one; intervals against repetition.
#include "core/probability/risk_coverage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace marginscope {
namespace {

const std::vector<double> kThirds = {1.0 / 3, 2.0 / 3, 1.0};

RiskCurve plain(const std::vector<double>& trust, const std::vector<std::uint8_t>& wrong,
                const std::vector<double>& coverages) {
    return RiskOrder(trust, wrong).curve(coverages);
}

// The mean over all permutations that fall in trust.
RiskCurve over_all_orders(const std::vector<double>& trust,
                          const std::vector<std::uint8_t>& wrong) {
    const std::size_t n = trust.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    RiskCurve sum{0.0, std::vector<double>(n, 0.0)};
    double orders = 0.0;
    do {
        if (!std::is_sorted(order.begin(), order.end(),
                            [&](std::size_t a, std::size_t b) { return trust[a] > trust[b]; }))
            continue;
        orders += 1.0;
        double bad = 0.0;
        for (std::size_t k = 0; k < n; ++k) {
            bad += wrong[order[k]];
            sum.risk[k] += bad / static_cast<double>(k + 1);
            sum.area += bad / static_cast<double>(k + 1) / static_cast<double>(n);
        }
    } while (std::next_permutation(order.begin(), order.end()));
    sum.area /= orders;
    for (double& one : sum.risk) one /= orders;
    return sum;
}

TEST(RiskCoverage, IsTheMeanOverAllOrdersOfWhatIsTied) {
    std::mt19937 rng(5);
    for (int round = 0; round < 30; ++round) {
        const std::size_t n = 1 + rng() % 7;
        std::vector<double> trust(n), coverages(n);
        std::vector<std::uint8_t> wrong(n);
        for (std::size_t k = 0; k < n; ++k) {
            trust[k] = static_cast<double>(rng() % 4);
            wrong[k] = rng() % 2;
            coverages[k] = static_cast<double>(k + 1) / static_cast<double>(n);
        }
        const RiskCurve found = plain(trust, wrong, coverages);
        const RiskCurve truth = over_all_orders(trust, wrong);
        EXPECT_NEAR(found.area, truth.area, 1e-12);
        for (std::size_t k = 0; k < n; ++k) EXPECT_NEAR(found.risk[k], truth.risk[k], 1e-12);
    }
}

TEST(RiskCoverage, ItemsThatCountTwiceAreTwoItems) {
    std::mt19937 rng(6);
    for (int round = 0; round < 30; ++round) {
        std::vector<double> trust, twice_trust;
        std::vector<std::uint8_t> wrong, twice_wrong;
        std::vector<std::uint32_t> times;
        for (int k = 0; k < 9; ++k) {
            trust.push_back(static_cast<double>(rng() % 5));
            wrong.push_back(rng() % 2);
            times.push_back(rng() % 3);
            for (std::uint32_t j = 0; j < times.back(); ++j) {
                twice_trust.push_back(trust.back());
                twice_wrong.push_back(wrong.back());
            }
        }
        const RiskCurve found = RiskOrder(trust, wrong).curve(kThirds, times);
        const RiskCurve truth = plain(twice_trust, twice_wrong, kThirds);
        EXPECT_DOUBLE_EQ(found.area, truth.area);
        for (std::size_t k = 0; k < 3; ++k) EXPECT_DOUBLE_EQ(found.risk[k], truth.risk[k]);
    }
}

TEST(RiskCoverage, WhatIsNoNumberIsTrustedLeast) {
    const std::vector<std::uint8_t> wrong = {1, 0, 0};
    EXPECT_NEAR(plain({NAN, 2.0, -5.0}, wrong, kThirds).area, (0.0 + 0.0 + 1.0 / 3) / 3, 1e-12);
    EXPECT_TRUE(std::isnan(plain({}, {}, kThirds).area));
}

TEST(RiskCoverage, AScoreThatKnowsNothingHasTheShareOfWrongOnes) {
    const RiskCurve curve = plain({1, 1, 1, 1, 1}, {1, 0, 0, 1, 0}, {0.1, 0.5, 1.0});
    EXPECT_NEAR(curve.area, 0.4, 1e-12);
    for (const double risk : curve.risk) EXPECT_NEAR(risk, 0.4, 1e-12);
}

// Sixty draws of data whose area is known: the interval of 95 % holds it about as often. Items come
// in groups that agree, which an interval over single items would not survive.
TEST(RiskCoverage, IntervalsHoldAsOftenAsTheySayAlsoOfGroups) {
    std::mt19937 rng(11);
    const auto data = [&](std::size_t groups, std::vector<double>& trust,
                          std::vector<std::uint8_t>& wrong, std::vector<std::size_t>& group) {
        std::uniform_real_distribution<double> unit(0.0, 1.0);
        for (std::size_t g = 0; g < groups; ++g) {
            const double t = unit(rng);
            const std::uint8_t bad = unit(rng) > t ? 1 : 0;
            for (int k = 0; k < 4; ++k) {
                trust.push_back(t);
                wrong.push_back(bad);
                group.push_back(g * 7 + 3);
            }
        }
    };
    std::vector<double> trust;
    std::vector<std::uint8_t> wrong;
    std::vector<std::size_t> group;
    data(100000, trust, wrong, group);
    const double truth = plain(trust, wrong, kThirds).area;  // 1/4 in the limit
    EXPECT_NEAR(truth, 0.25, 0.01);
    RiskBootstrap settings;
    settings.coverages = kThirds;
    settings.draws = 300;
    int held = 0, held_at_all = 0;
    for (int round = 0; round < 60; ++round) {
        trust.clear(), wrong.clear(), group.clear();
        data(150, trust, wrong, group);
        settings.seed = static_cast<std::uint64_t>(round);
        const ScoredCurve one = risk_curves({{trust}}, wrong, group, settings)[0];
        held += one.area.low <= truth && truth <= one.area.high ? 1 : 0;
        held_at_all += one.risk[2].low <= 0.5 && 0.5 <= one.risk[2].high ? 1 : 0;
    }
    EXPECT_GE(held, 51);
    EXPECT_GE(held_at_all, 51);
}

TEST(RiskCoverage, TwoScoresAreComparedDrawByDraw) {
    std::mt19937 rng(12);
    std::normal_distribution<double> normal;
    std::vector<double> good, better;
    std::vector<std::uint8_t> wrong;
    for (int k = 0; k < 400; ++k) {
        const double ease = normal(rng);
        wrong.push_back(normal(rng) > ease ? 1 : 0);
        good.push_back(ease + 1.0 * normal(rng));
        better.push_back(ease + 0.9 * (good.back() - ease));  // nearly the same, a little better
    }
    RiskBootstrap settings;
    settings.coverages = kThirds;
    settings.draws = 500;
    const auto curves = risk_curves({{good, better, good}}, wrong, {}, settings);
    const Interval none = area_difference(curves[0], curves[2]);
    EXPECT_EQ(none.value, 0.0);
    EXPECT_EQ(none.low, 0.0);
    EXPECT_EQ(none.high, 0.0);
    const Interval gain = area_difference(curves[1], curves[0]);
    EXPECT_LT(gain.value, 0.0);
    EXPECT_LT(gain.high - gain.low, 0.3 * (curves[0].area.high - curves[0].area.low))
        << "paired: far narrower than either";
}

}  // namespace
}  // namespace marginscope
