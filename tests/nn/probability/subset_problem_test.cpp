// What can be asked, in which order it is read, and what that costs.
#include "nn/probability/subset_problem.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "nn/probability/sequence_batch.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

std::string refusal(const SubsetProblem& problem) {
    try {
        check_subset(problem, 9);
    } catch (const UserError& error) {
        EXPECT_EQ(error.exit_code(), 2);
        return error.what();
    }
    return {};
}

void expect_refused(const SubsetProblem& problem, const std::string& part) {
    EXPECT_NE(refusal(problem).find(part), std::string::npos) << refusal(problem);
}

TEST(SubsetProblem, RefusesWhatHasNoLaw) {
    EXPECT_EQ(refusal({{}, 4, {{0, 1}}, {3, 1}}), "");
    EXPECT_EQ(refusal({{2}, 4, {}, {0}}), "");
    expect_refused({{}, 4, {{1, 1}}, {2}}, "Position 0 is not fixed");
    expect_refused({{2}, 4, {}, {}}, "No position is asked for");
    expect_refused({{2}, 0, {}, {0}}, "its length is 0");
    expect_refused({{2}, 4, {}, {4}}, "Position 4 lies outside");
    expect_refused({{2}, 4, {{9, 1}}, {1}}, "Position 9 lies outside");
    expect_refused({{2}, 4, {{1, 1}}, {1}}, "both fixed and asked for");
    expect_refused({{2}, 4, {}, {1, 3, 1}}, "Position 1 is asked for twice");
    expect_refused({{2}, 4, {{1, 9}}, {2}}, "Token 9 at position 1");
}

TEST(SubsetPlan, ReadsWhatMattersAndNoMore) {
    // Given "7 8", fixed "5", asked, fixed "6", open, fixed "4 3", and open ones that nobody reads.
    const SubsetPlan plan = subset_plan({{7, 8}, 10, {{0, 5}, {2, 6}, {4, 4}, {5, 3}}, {1}});
    EXPECT_EQ(plan.beginning, (std::vector<int>{7, 8, 5}));
    EXPECT_EQ(plan.conditioned, 2u);
    ASSERT_EQ(plan.levels.size(), 2u);
    EXPECT_EQ(plan.levels[0], (SubsetLevel{1, 0, {6}}));
    EXPECT_EQ(plan.levels[1], (SubsetLevel{3, std::nullopt, {4, 3}}));
    EXPECT_EQ(plan.length_before(1), 5u);
    EXPECT_EQ(plan.read_at(0), 2u);
    EXPECT_EQ(plan.read_at(1), 2u);  // its own and "4"; "3" is known by then
}

TEST(SubsetPlan, TokensPassedAreThoseThatPass) {
    const Model model = testing_support::tiny_model();
    for (std::size_t from = 1; from < 30; ++from)
        for (std::size_t to = from + 1; to < 40; to += 3) {
            std::int64_t passed = 0;
            SequenceBatch batch(model.gpt, [&](const at::Tensor& u, std::size_t) {
                passed += u.size(1);
                return u;
            });
            batch.start(std::vector<int>(from, 2));
            passed = 0;
            batch.extend(at::full({1, static_cast<std::int64_t>(to - from)}, 3, at::kLong));
            EXPECT_EQ(tokens_passed(from, to, 12), static_cast<double>(passed))
                << from << " " << to;
        }
}

// Two for each weight that a token is multiplied with, and for each product with a past token.
TEST(SubsetPlan, FlopOfASmallTransformerByHand) {
    ModelConfig shape;
    shape.layers = 1;
    shape.width = 2;
    // q, k, v 12; projection 4; inner 16 + 16; head 6: 54. Scores and values over 5: 2 · 2 · 5.
    EXPECT_EQ(transformer_flop(shape, 3, 1.0, 5.0), 2.0 * (54.0 + 20.0));
}

}  // namespace
}  // namespace marginscope
