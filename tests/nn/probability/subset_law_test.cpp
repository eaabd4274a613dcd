// The law of a subset against sums over every text there is.
#include "nn/probability/subset_law.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nn/probability/all_texts.h"

namespace marginscope {
namespace {

using testing_support::all_texts;
using testing_support::brute_law;
using testing_support::BruteLaw;
using testing_support::float64_model;

constexpr int kVocabulary = 8;
constexpr int kLength = 6;

// How what is not asked for is chosen.
enum class Rest { fixed, open, mixed };

// Bit i of `asked`: whether position i is asked for.
SubsetProblem problem_of(unsigned asked, Rest rest, std::mt19937& rng) {
    SubsetProblem problem;
    problem.before = {3, 1};
    problem.length = kLength;
    for (std::size_t i = 0; i < kLength; ++i) {
        const bool fixed = rest == Rest::fixed || (rest == Rest::mixed && rng() % 3 > 0);
        if ((asked >> i & 1u) != 0)
            problem.asked.push_back(i);
        else if (fixed)
            problem.fixed[i] = static_cast<int>(rng() % kVocabulary);
    }
    std::shuffle(problem.asked.begin(), problem.asked.end(), rng);
    return problem;
}

void expect_law(const SubsetLaw& law, const BruteLaw& brute, double tolerance) {
    EXPECT_NEAR(std::exp(law.evidence), brute.evidence, tolerance);
    EXPECT_EQ(law.law.size(), brute.law.size());
    std::vector<std::vector<double>> marginals(law.marginals.size(),
                                               std::vector<double>(kVocabulary, 0.0));
    double largest = 0.0;
    for (const SubsetText& text : law.law) {
        const double p = brute.of(text.tokens, kVocabulary);
        largest = std::max(largest, std::abs(std::exp(text.logprob) - p));
        for (std::size_t k = 0; k < text.tokens.size(); ++k)
            marginals[k][static_cast<std::size_t>(text.tokens[k])] += p;
    }
    EXPECT_LE(largest, tolerance);
    for (std::size_t k = 0; k < marginals.size(); ++k)
        for (std::size_t c = 0; c < kVocabulary; ++c)
            EXPECT_NEAR(law.marginals[k][c].prob, marginals[k][c], tolerance);
}

TEST(SubsetLaw, OfEverySubsetIsTheSumOverAllTexts) {
    std::mt19937 rng(11);
    for (const int context : {12, 5}) {  // at 5 the window moves within the text
        const CharGpt model = float64_model(kVocabulary, context, 40);
        const std::vector<double> table = all_texts(model, {3, 1}, kLength);
        for (unsigned asked = 1; asked < 64; ++asked)
            for (const Rest rest : {Rest::fixed, Rest::open, Rest::mixed}) {
                if (context == 5 && rest == Rest::open) continue;
                const SubsetProblem problem = problem_of(asked, rest, rng);
                SCOPED_TRACE(testing::Message() << "context " << context << ", asked " << asked
                                                << ", rest " << static_cast<int>(rest));
                check_subset(problem, kVocabulary);
                const SubsetPlan plan = subset_plan(problem);
                const SubsetLaw law = enumerate_subset(model, plan);
                expect_law(law, brute_law(table, problem, kVocabulary), 1e-9);
                EXPECT_EQ(law.bound, 0.0);
                EXPECT_EQ(law.token_steps,
                          enumeration_work(plan, model.shape(), kVocabulary).token_steps);
            }
    }
}

TEST(SubsetLaw, WithoutABeginningIsGivenTheFirstToken) {
    const CharGpt model = float64_model(kVocabulary, 12, 41);
    const std::vector<double> table = all_texts(model, {5}, 3);
    const SubsetProblem inner{{5}, 3, {{1, 2}}, {0, 2}};
    const SubsetProblem whole{{}, 4, {{0, 5}, {2, 2}}, {1, 3}};
    expect_law(enumerate_subset(model, subset_plan(whole)), brute_law(table, inner, kVocabulary),
               1e-12);
}

TEST(SubsetLaw, WhatIsLeftOutIsBounded) {
    std::mt19937 rng(12);
    const CharGpt model = float64_model(kVocabulary, 12, 42);
    const std::vector<double> table = all_texts(model, {3, 1}, kLength);
    int bounded = 0;
    for (unsigned round = 1; round < 64; ++round) {
        const SubsetProblem problem = problem_of(round, Rest::mixed, rng);
        const BruteLaw brute = brute_law(table, problem, kVocabulary);
        const double drop = std::log(brute.evidence) + std::log(1e-2) - (round % 3) * 2.0;
        const SubsetLaw law = enumerate_subset(model, subset_plan(problem), {.drop_below = drop});
        ASSERT_GE(law.bound, 0.0);
        bounded += law.bound > 0.0 && law.bound < 0.5;
        double named = 0.0;
        for (const SubsetText& text : law.law) {
            named += std::exp(text.logprob);
            EXPECT_LE(std::abs(std::exp(text.logprob) - brute.of(text.tokens, kVocabulary)),
                      law.bound + 1e-12);
        }
        EXPECT_NEAR(named, law.law.empty() ? 0.0 : 1.0, 1e-9);
        for (std::size_t k = 0; k < law.marginals.size(); ++k)
            for (std::size_t c = 0; c < kVocabulary; ++c) {
                double truth = 0.0;
                std::size_t worth = 1;
                for (std::size_t j = k + 1; j < problem.asked.size(); ++j) worth *= kVocabulary;
                for (std::size_t key = 0; key < brute.law.size(); ++key)
                    if (key / worth % kVocabulary == c) truth += brute.law[key];
                EXPECT_LE(std::abs(law.marginals[k][c].prob - truth), law.bound + 1e-12);
            }
    }
    EXPECT_GE(bounded, 20);
}

TEST(SubsetLaw, AStopLeavesABoundThatHolds) {
    const CharGpt model = float64_model(kVocabulary, 12, 43);
    const SubsetProblem problem{{3, 1}, 5, {{4, 2}}, {0, 2}};
    const BruteLaw brute = brute_law(all_texts(model, {3, 1}, 5), problem, kVocabulary);
    std::stop_source source;
    const SubsetLaw law = enumerate_subset(
        model, subset_plan(problem), {.texts_at_once = 16},
        [&](double done, double total) {
            if (done > total / 2) source.request_stop();
        },
        source.get_token());
    EXPECT_TRUE(law.stopped);
    EXPECT_GT(law.bound, 0.0);
    EXPECT_LT(law.bound, 1.0);
    for (const SubsetText& text : law.law)
        EXPECT_LE(std::abs(std::exp(text.logprob) - brute.of(text.tokens, kVocabulary)), law.bound);
}

}  // namespace
}  // namespace marginscope
