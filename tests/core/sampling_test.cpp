// Weights of candidates against the formula, laws given in double, and what a chooser costs.
#include "core/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace marginscope {
namespace {

std::vector<Candidate> random_candidates(std::mt19937& rng) {
    std::vector<float> logits(2 + rng() % 9);
    for (float& one : logits) one = std::normal_distribution<float>(0, 2)(rng);
    return candidates(logits, {.temperature = 1.0});
}

TEST(Weighted, MultipliesAndNormalises) {
    std::mt19937 rng(1);
    for (int trial = 0; trial < 200; ++trial) {
        const std::vector<Candidate> before = random_candidates(rng);
        std::vector<double> margin(20);
        for (double& one : margin) one = std::exp(std::normal_distribution<double>(0, 2)(rng));
        const double w = std::normal_distribution<double>(0, 1)(rng);
        const auto after = weighted(before, [&](int token) { return w * std::log(margin[token]); });
        double sum = 0;
        for (const Candidate& one : before) sum += one.probability * std::pow(margin[one.token], w);
        ASSERT_EQ(after.size(), before.size());
        for (std::size_t k = 0; k < after.size(); ++k) {
            EXPECT_EQ(after[k].token, before[k].token);
            EXPECT_EQ(after[k].logprob, before[k].logprob);
            EXPECT_NEAR(after[k].probability,
                        before[k].probability * std::pow(margin[before[k].token], w) / sum, 1e-12);
        }
    }
}

TEST(Weighted, LeavesOutWhatHasNoWeightAndHoldsHugeOnes) {
    const std::vector<Candidate> before = {{0, 0.5, 0}, {1, 0.3, 0}, {2, 0.2, 0}};
    const double none = -std::numeric_limits<double>::infinity();
    const auto some = weighted(before, [&](int token) { return token == 1 ? none : 5000.0; });
    ASSERT_EQ(some.size(), 2u);
    EXPECT_EQ(some[1].token, 2);
    EXPECT_NEAR(some[0].probability, 5.0 / 7.0, 1e-12);
    EXPECT_TRUE(weighted(before, [&](int) { return none; }).empty());
}

TEST(Candidates, OfDoublesAreThoseOfFloats) {
    std::mt19937 rng(2);
    for (int trial = 0; trial < 50; ++trial) {
        std::vector<float> logits(30);
        for (float& one : logits) one = std::normal_distribution<float>(0, 3)(rng);
        const SamplingSettings settings{.temperature = 0.1 * (rng() % 20),
                                        .top_k = static_cast<int>(rng() % 9),
                                        .top_p = 0.5 + 0.05 * (rng() % 10)};
        const std::vector<double> wide(logits.begin(), logits.end());
        const auto a = candidates(logits, settings), b = candidates(wide, settings);
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t k = 0; k < a.size(); ++k) {
            EXPECT_EQ(a[k].token, b[k].token);
            EXPECT_EQ(a[k].probability, b[k].probability);
            EXPECT_EQ(a[k].logprob, b[k].logprob);
        }
        EXPECT_EQ(distribution(logits).entropy, distribution(wide).entropy);
    }
}

TEST(ChooserSettings, ACostIsItsPasses) {
    EXPECT_EQ(passes_of({}, 7), 7);
    EXPECT_EQ(passes_of({.noise_draws = 4}, 7), 35);
    EXPECT_EQ(passes_of({.best_of = 3}, 7), 21);
    EXPECT_EQ(cost_sentence({}, false), "1 pass of the model a token.");
    EXPECT_EQ(cost_sentence({.noise_draws = 4, .best_of = 3}, false).substr(0, 29),
              "15 passes of the model a toke");
    EXPECT_NE(cost_sentence({.margin_weight = 1}, false).find("each candidate"), std::string::npos);
}

TEST(ChooserSettings, WhatIsOutOfRangeIsNamed) {
    EXPECT_EQ(wrong_setting({}), "");
    const double nan = std::nan("");
    EXPECT_NE(wrong_setting({.margin_weight = nan}), "");
    EXPECT_NE(wrong_setting({.noise_draws = -1}), "");
    EXPECT_NE(wrong_setting({.noise_sigma = -1}), "");
    EXPECT_NE(wrong_setting({.abstain_margin = nan}), "");
    EXPECT_NE(wrong_setting({.abstain_probability = 1.5}), "");
    EXPECT_NE(wrong_setting({.best_of = 0}), "");
}

}  // namespace
}  // namespace marginscope
