// Laws that fit together pass, one that was tampered with does not; a seam is what two passes say.
#include "nn/probability/subset_checks.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/probability/all_texts.h"

namespace marginscope {
namespace {

using testing_support::float64_model;

constexpr double kMuch = 1e9;

std::vector<SubsetCheck> checks_of(const CharGpt& model, const SubsetProblem& problem,
                                   const SubsetLaw& law) {
    return check_consistency(model, problem, law, kMuch);
}

TEST(SubsetChecks, LawsOfOneProcessFitTogether) {
    for (const int context : {12, 4}) {
        const CharGpt model = float64_model(8, context, 60);
        const SubsetProblem problem{{3, 1}, 6, {{1, 2}, {4, 0}}, {5, 0, 3}};
        const SubsetLaw law = enumerate_subset(model, subset_plan(problem));
        const std::vector<SubsetCheck> checks = checks_of(model, problem, law);
        ASSERT_EQ(checks.size(), 4u);
        std::vector<std::size_t> positions;
        for (const SubsetCheck& check : checks) {
            EXPECT_LE(check.value, 1e-12) << name_of(check.kind) << " " << check.position;
            positions.push_back(check.position);
        }
        EXPECT_EQ(positions, (std::vector<std::size_t>{5, 0, 3, 6}));
        EXPECT_EQ(checks[3].kind, SubsetCheck::Kind::one_longer);
    }
}

TEST(SubsetChecks, AWrongLawIsFound) {
    const CharGpt model = float64_model(8, 12, 61);
    const SubsetProblem problem{{3, 1}, 4, {{1, 2}}, {0, 3}};
    SubsetLaw law = enumerate_subset(model, subset_plan(problem));
    const double moved = 0.25 * std::exp(law.law.front().logprob);
    law.law.front().logprob += std::log(0.75);
    for (const SubsetCheck& check : checks_of(model, problem, law))
        EXPECT_NEAR(check.value, moved, 1e-12);
}

// Sampled laws of one process differ by their errors; a wrong one by more.
TEST(SubsetChecks, SampledLawsFitTogetherWithinTheirErrors) {
    const CharGpt model = float64_model(8, 12, 64);
    const SubsetProblem problem{{3, 1}, 5, {{1, 2}}, {0, 3}};
    SubsetSampling sampling;
    sampling.draws = 512;
    int beyond = 0, all = 0;
    for (std::uint64_t seed = 100; seed < 120; ++seed) {
        sampling.seed = 10 * seed;
        const SubsetLaw law = sample_subset(model, subset_plan(problem), sampling).law;
        const auto checks = check_sampled(model, problem, law, sampling);
        ASSERT_EQ(checks.size(), 3u);
        for (const SubsetCheck& check : checks) {
            EXPECT_GT(check.compared, 0);
            ++all;
            beyond += check.in_errors > check.by_chance ? 1 : 0;
        }
    }
    EXPECT_LE(beyond, 9) << "of " << all;  // 3 are expected; more than 9 in one of 1,000 trials
    SubsetProblem other = problem;
    other.fixed[1] = 5;
    const SubsetLaw wrong = sample_subset(model, subset_plan(other), sampling).law;
    const auto checks = check_sampled(model, problem, wrong, sampling);
    EXPECT_GT(checks[2].in_errors, 2.0 * checks[2].by_chance);
}

TEST(SubsetChecks, WhatIsTooMuchIsLeftOut) {
    const CharGpt model = float64_model(8, 12, 62);
    const SubsetProblem problem{{3, 1}, 4, {}, {0, 1, 2}};
    const SubsetLaw law = enumerate_subset(model, subset_plan(problem));
    EXPECT_EQ(check_consistency(model, problem, law, 5.0).size(), 0u);
    EXPECT_EQ(check_consistency(model, problem, law, 80.0).size(), 3u);  // not the longer text
}

TEST(SubsetChecks, ASeamIsTheDivergenceOfTwoPasses) {
    const CharGpt model = float64_model(8, 4, 63);
    // Windows of four, which move on by two: before the fifth token, the seventh and the ninth.
    SubsetProblem problem{{3, 1}, 7, {}, {6}};
    for (std::size_t i = 0; i < 6; ++i) problem.fixed[i] = static_cast<int>((5 * i + 1) % 8);
    const std::vector<SubsetCheck> found = seams(model, problem);
    ASSERT_EQ(found.size(), 3u);
    std::vector<int> text = {3, 1};
    for (const auto& [position, token] : problem.fixed) text.push_back(token);
    const at::NoGradGuard no_grad;
    const auto law = [&](std::size_t begin, std::size_t end) {
        const at::Tensor ids =
            at::tensor(at::ArrayRef<int>(text.data() + begin, end - begin), at::kLong);
        return at::log_softmax(model.logits_from_embeddings(model.embed(ids.unsqueeze(0)))[0][-1],
                               -1);
    };
    for (std::size_t k = 0; k < found.size(); ++k) {
        const std::size_t length = 4 + 2 * k;
        const at::Tensor before = law(length - 4, length), after = law(length - 2, length);
        EXPECT_EQ(found[k].position, length - 2);
        EXPECT_NEAR(found[k].value, (before.exp() * (before - after)).sum().item<double>(), 1e-12);
        EXPECT_GT(found[k].value, 1e-3);
    }
}

}  // namespace
}  // namespace marginscope
