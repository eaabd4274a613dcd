// Two choices of a path, and what lambda_m changes in each recipe.
#include "figures/path/path_comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "figures/path/path_changes.h"

namespace marginscope {
namespace {

PathCell done(double lambda, std::int64_t seed, double clean) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.status = CellStatus::done;
    cell.clean_ce = clean;
    cell.noisy_ce = {{0.05, 2 * clean}};
    cell.noisy_ce_relative = {{0.5, 3 * clean}};
    cell.logdet_mean = -clean;
    return cell;
}

PathFrame two_lambdas() {
    PathFrame path;
    path.cells = {done(0, 1, 1), done(0, 2, 2), done(0, 3, 50), done(0.02, 1, 1.5),
                  done(0.02, 2, 2.7)};
    return path;
}

const ComparedQuantity& row_of(const PathComparison& comparison, const std::string& name) {
    const auto row =
        std::find_if(comparison.rows.begin(), comparison.rows.end(),
                     [&](const ComparedQuantity& one) { return one.quantity.name == name; });
    EXPECT_NE(row, comparison.rows.end()) << name;
    return *row;
}

TEST(PathComparison, PairsTheSeedsThatBothHave) {
    const PathComparison two = compare_choices(two_lambdas(), {0, 0, {}}, {0.02, 0, {}});
    EXPECT_EQ(two.pairs, 2);
    EXPECT_TRUE(two.same_seeds);
    const ComparedQuantity& clean = row_of(two, "clean loss");
    EXPECT_DOUBLE_EQ(*clean.first, 1.5) << "without seed 3, which 0.02 lacks";
    EXPECT_DOUBLE_EQ(*clean.second, 2.1);
    // Differences 0.5 and 0.7: mean 0.6, t(0.975, 1) = 12.7062, sd / sqrt(2) = 0.1.
    EXPECT_NEAR(clean.difference.value, 0.6, 1e-12);
    EXPECT_NEAR(clean.difference.low, 0.6 - 1.27062, 1e-4);
    EXPECT_NEAR(clean.difference.high, 0.6 + 1.27062, 1e-4);
    EXPECT_FALSE(clean.told());
    EXPECT_NEAR(row_of(two, "loss, noise 0.05").difference.value, 1.2, 1e-12);
    EXPECT_NEAR(row_of(two, "loss, noise 0.5 RMS").difference.value, 1.8, 1e-12);
    EXPECT_NEAR(row_of(two, "mean log|det J|").difference.value, -0.6, 1e-12);
}

TEST(PathComparison, TwoModelsAreComparedAsTheyAre) {
    const PathFrame path = two_lambdas();
    const PathComparison same = compare_choices(path, {0, 0, 1}, {0.02, 0, 1});
    EXPECT_EQ(same.pairs, 1);
    EXPECT_TRUE(same.same_seeds);
    EXPECT_DOUBLE_EQ(row_of(same, "clean loss").difference.value, 0.5);
    EXPECT_TRUE(std::isnan(row_of(same, "clean loss").difference.low)) << "one pair, no interval";
    const PathComparison other = compare_choices(path, {0, 0, 3}, {0.02, 0, 2});
    EXPECT_EQ(other.pairs, 1);
    EXPECT_FALSE(other.same_seeds);
    EXPECT_DOUBLE_EQ(row_of(other, "clean loss").difference.value, -47.3);
    const PathComparison none = compare_choices(path, {0, 0, 3}, {0.02, 0, {}});
    EXPECT_EQ(none.pairs, 0) << "0.02 has no seed 3";
    EXPECT_FALSE(row_of(none, "clean loss").first.has_value());
}

TEST(PathComparison, WhatThePathLacksGivesWayToTheUsual) {
    PathFrame path = two_lambdas();
    const auto [first, second] = compared_choices(path, PathChoice{0.3, 0, {}}, std::nullopt);
    EXPECT_EQ(first, (PathChoice{0, 0, {}}));
    EXPECT_EQ(second, (PathChoice{0.02, 0, {}}));
    PathFrame rivalled = path;
    rivalled.cells.push_back(done(0.9, 1, 1));
    rivalled.cells.back().train_noise = 0.1;
    EXPECT_EQ(compared_choices(rivalled, {}, {}).second, (PathChoice{0.02, 0, {}}))
        << "not a rival trained with noise";
    const auto chosen = compared_choices(path, PathChoice{0.02, 0, 2}, PathChoice{0, 0, 3});
    EXPECT_EQ(chosen.first, (PathChoice{0.02, 0, 2}));
    EXPECT_EQ(chosen.second, (PathChoice{0, 0, 3}));
    path.cells.push_back(done(0.5, 1, 1));
    path.proposal = PathProposal{0.02, "", "", true, 2, {}};
    EXPECT_EQ(compared_choices(path, {}, {}).second.lambda, 0.02) << "what is proposed";
    EXPECT_EQ(choice_words({0.02, 0.1, 7}), "lambda_m 0.02, trained with noise 0.1, seed 7");
}

TEST(PathChanges, AreATableOfRecipesAndLambdasWithZeroInTheMiddle) {
    PathFrame path = two_lambdas();
    const PathRecipe usual, other{false, "1.2"};
    path.cells.push_back(done(0, 1, 1));
    path.cells.back().recipe = other;
    path.cells.push_back(done(0.1, 1, 1));
    path.paired = {{0.02, 0, "clean", 2, 0.03, 0.01, 0.05, 0.1, usual},
                   {0.02, 0, "noise 0.05", 2, -0.5, -0.7, -0.3, 0.1, usual},
                   {0.1, 0, "clean", 2, -0.08, -0.2, 0.04, 0.1, other},
                   {0.1, 0.3, "clean", 2, 9, 8, 10, 0.1, usual}};
    const PathChanges changes = changes_of(path, "clean");
    EXPECT_EQ(changes.recipes, (std::vector<PathRecipe>{usual, other}));
    EXPECT_EQ(changes.lambdas, (std::vector<double>{0.02, 0.1})) << "0 is what they are against";
    ASSERT_NE(changes.at(0, 0), nullptr);
    EXPECT_DOUBLE_EQ(changes.at(0, 0)->mean, 0.03);
    EXPECT_EQ(changes.at(0, 1), nullptr) << "what was trained with noise is a rival";
    EXPECT_EQ(changes.at(1, 0), nullptr);
    EXPECT_DOUBLE_EQ(changes.at(1, 1)->mean, -0.08);
    EXPECT_DOUBLE_EQ(changes.scale.to_unit(0), 0.5);
    EXPECT_DOUBLE_EQ(changes.scale.limit(), 0.08) << "the largest on both sides";
    EXPECT_DOUBLE_EQ(changes_of(path, "noise 0.05").scale.limit(), 0.5);
    EXPECT_EQ(changed_quantities(path), (std::vector<std::string>{"clean", "noise 0.05"}));
    EXPECT_TRUE(changed_quantities(PathFrame{}).empty());
}

}  // namespace
}  // namespace marginscope
