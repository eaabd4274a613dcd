// The beam and the bound against every text there is.
#include "nn/probability/subset_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nn/probability/all_texts.h"

namespace marginscope {
namespace {

using testing_support::all_texts;
using testing_support::brute_law;
using testing_support::float64_model;

TEST(SubsetSearch, AWideBeamFindsTheLikeliestText) {
    const CharGpt model = float64_model(8, 5, 70);
    const std::vector<double> table = all_texts(model, {3, 1}, 4);
    const SubsetProblem all{{3, 1}, 4, {}, {0, 1, 2, 3}};
    const LikelyText found = likely_text(model, subset_plan(all), 512);
    const auto most = std::max_element(table.begin(), table.end());
    EXPECT_NEAR(found.logprob, std::log(*most), 1e-12);
    std::size_t number = 0;
    ASSERT_EQ(found.tokens.size(), 6u);
    for (std::size_t i = 2; i < 6; ++i)
        number = number * 8 + static_cast<std::size_t>(found.tokens[i]);
    EXPECT_EQ(number, static_cast<std::size_t>(most - table.begin()));
    // A narrow one finds a text, and weighs it right.
    const LikelyText narrow = likely_text(model, subset_plan(all), 1);
    number = 0;
    for (std::size_t i = 2; i < 6; ++i)
        number = number * 8 + static_cast<std::size_t>(narrow.tokens[i]);
    EXPECT_NEAR(narrow.logprob, std::log(table[number]), 1e-12);
}

TEST(SubsetSearch, LeavesOutAsMuchAsItMay) {
    const CharGpt model = float64_model(8, 12, 71, 100.0);
    const std::vector<double> table = all_texts(model, {3, 1}, 6);
    const SubsetProblem problem{{3, 1}, 6, {{2, 5}, {5, 1}}, {0, 3, 4}};
    const auto brute = brute_law(table, problem, 8);
    const SubsetPlan plan = subset_plan(problem);
    double steps = 0.0;
    for (const double share : {0.3, 0.03, 0.003}) {
        const SubsetLaw law = enumerate_leaving_out(model, plan, share);
        EXPECT_LE(law.bound, share);
        for (const SubsetText& text : law.law)
            EXPECT_LE(std::abs(std::exp(text.logprob) - brute.of(text.tokens, 8)),
                      law.bound + 1e-12);
        EXPECT_GT(law.token_steps, steps);
        steps = law.token_steps;
    }
    EXPECT_LT(enumerate_leaving_out(model, plan, 0.3).token_steps,
              0.5 * enumeration_work(plan, model.shape(), 8).token_steps);
}

}  // namespace
}  // namespace marginscope
