// The best continuation against its definition, written another way: every one is compared with
// every other.
#include "core/probability/best_of.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

namespace marginscope {
namespace {

/// By sorting: the rank of a value is where it stands first in the falling order.
std::size_t by_sorting(const std::vector<ContinuationScore>& all, BestBy by) {
    std::vector<std::size_t> judged;
    for (std::size_t k = 0; k < all.size(); ++k)
        if (all[k].finished) judged.push_back(k);
    if (judged.empty())
        for (std::size_t k = 0; k < all.size(); ++k) judged.push_back(k);
    std::vector<double> likely, far;
    for (const std::size_t k : judged) {
        likely.push_back(all[k].logprob);
        far.push_back(all[k].lowest_margin);
    }
    std::ranges::sort(likely, std::greater{});
    std::ranges::sort(far, std::greater{});
    std::vector<std::tuple<std::ptrdiff_t, std::ptrdiff_t, std::size_t>> order;
    for (const std::size_t k : judged) {
        const auto a = std::ranges::find(likely, all[k].logprob) - likely.begin();
        const auto b = std::ranges::find(far, all[k].lowest_margin) - far.begin();
        if (by == BestBy::logprob) order.emplace_back(a, 0, k);
        if (by == BestBy::margin) order.emplace_back(b, 0, k);
        if (by == BestBy::both) order.emplace_back(a + b, a, k);
    }
    return std::get<2>(*std::ranges::min_element(order));
}

TEST(BestOf, IsItsDefinition) {
    std::mt19937 rng(11);
    for (int trial = 0; trial < 3000; ++trial) {
        std::vector<ContinuationScore> all(1 + rng() % 7);
        for (ContinuationScore& one : all)  // few values: ties are common
            one = {-0.25 * (rng() % 5), 0.5 * (rng() % 5) - 1.0, rng() % 3 > 0};
        for (const BestBy by : {BestBy::logprob, BestBy::margin, BestBy::both})
            ASSERT_EQ(best_of(all, by), by_sorting(all, by)) << trial;
    }
}

TEST(BestOf, ByBothIsNeitherAlone) {
    const std::vector<ContinuationScore> all = {{-1, 0.1}, {-2, 0.4}, {-1.1, 0.3}, {-3, 0.2}};
    EXPECT_EQ(best_of(all, BestBy::logprob), 0u);
    EXPECT_EQ(best_of(all, BestBy::margin), 1u);
    EXPECT_EQ(best_of(all, BestBy::both), 2u);
}

TEST(BestOf, WhatStoppedEarlyWinsOnlyAmongItsLike) {
    std::vector<ContinuationScore> all = {{-0.1, 9, false}, {-2, 0.4}, {-3, 0.2}};
    EXPECT_EQ(best_of(all, BestBy::both), 1u);
    for (ContinuationScore& one : all) one.finished = false;
    EXPECT_EQ(best_of(all, BestBy::both), 0u);
}

}  // namespace
}  // namespace marginscope
