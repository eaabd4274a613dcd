// A path grows by seeds at some lambda only.
#include "core/messages/more_seeds.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "engine/path/path_cells.h"
#include "engine/path/path_folder.h"

namespace marginscope {
namespace {

TEST(MoreSeeds, AreReadAsTheyAreWritten) {
    for (const MoreSeeds& more : {MoreSeeds{0, 8, std::nullopt}, MoreSeeds{0.02, 12, std::nullopt},
                                  MoreSeeds{0.1, 3, PathRecipe{false, "closed"}},
                                  MoreSeeds{0.02, 7, PathRecipe{true, "learned:0.2"}}})
        EXPECT_EQ(more_seeds_from(more_seeds_text(more)), more) << more_seeds_text(more);
    EXPECT_EQ(more_seeds_text({0.02, 7, PathRecipe{true, "learned:0.2"}}),
              "0.02:7:tied:learned:0.2");
    EXPECT_EQ(more_seeds_from("0.020:8").lambda, 0.02);
}

TEST(MoreSeeds, WhatIsNoneIsRefused) {
    for (const char* text :
         {"", "0.02", "0.02:", ":8", "0.02:0", "0.02:-3", "0.02:8.5", "x:8", "-1:8",
          "0.02:8:", "0.02:8:own", "0.02:8:both:closed", "0.02:8:own:loud", "0.02:99999999"})
        EXPECT_THROW(more_seeds_from(text), UserError) << text;
}

std::map<double, int> seeds_of(const std::vector<PathCell>& cells, const PathRecipe& recipe) {
    std::map<double, int> seeds;
    for (const PathCell& cell : cells)
        if (cell.train_noise == 0 && cell.recipe == recipe) ++seeds[cell.lambda];
    return seeds;
}

TEST(MoreSeeds, ThePlanHasExactlyThose) {
    PathPlan plan;
    plan.folder = "somewhere";
    plan.lambdas = {0, 0.02, 0.1};
    plan.train_noises = {0, 0.1};
    plan.seeds = 3;
    const auto before = plan_cells(plan);
    plan = with_more_seeds(plan, {0, 0.02}, std::nullopt, 5);
    const auto cells = plan_cells(plan);
    const PathRecipe recipe = before.front().recipe;
    EXPECT_EQ(seeds_of(cells, recipe), (std::map<double, int>{{0, 5}, {0.02, 5}, {0.1, 3}}));
    EXPECT_EQ(cells.size(), before.size() + 4) << "rivals trained with noise get no more";
    for (const PathCell& cell : before)
        EXPECT_TRUE(std::any_of(cells.begin(), cells.end(),
                                [&](const PathCell& one) { return one.run == cell.run; }))
            << cell.run << " is left out";
    EXPECT_EQ(most_seeds(plan), 5);
    // Growing again says it once, and fewer than there are changes nothing.
    plan = with_more_seeds(plan, {0, 0.02}, std::nullopt, 7);
    EXPECT_EQ(plan.more_seeds, (std::vector<std::string>{"0:7", "0.02:7"}));
    plan = with_more_seeds(plan, {0}, std::nullopt, 2);
    EXPECT_EQ(planned_seeds(plan, 0, recipe), 7);
}

TEST(MoreSeeds, OfOneHeadAndSigmaLeaveTheOthersAlone) {
    PathPlan plan;
    plan.folder = "somewhere";
    plan.lambdas = {0, 0.02};
    plan.seeds = 2;
    plan.both_heads = true;
    plan.stage_sigmas = {"closed", "learned:0.2"};
    const PathRecipe grown{false, "learned:0.2"};
    plan = with_more_seeds(plan, {0, 0.02}, grown, 6);
    const auto cells = plan_cells(plan);
    EXPECT_EQ(cells.size(), 2U * 2U * 4U + 2U * 4U);
    EXPECT_EQ(seeds_of(cells, grown), (std::map<double, int>{{0, 6}, {0.02, 6}}));
    EXPECT_EQ(seeds_of(cells, {true, "learned:0.2"}), (std::map<double, int>{{0, 2}, {0.02, 2}}));
}

TEST(MoreSeeds, OfALambdaThatThePathLacksAreRefused) {
    PathPlan plan;
    plan.folder = "somewhere";
    plan.lambdas = {0, 0.02};
    plan.more_seeds = {"0.05:8"};
    EXPECT_THROW(plan_cells(plan), UserError);
}

TEST(MoreSeeds, GrowTheSameFolderAndStayInIt) {
    namespace fs = std::filesystem;
    PathPlan plan;
    plan.folder =
        (fs::temp_directory_path() / ("more-seeds-" + std::to_string(::getpid()))).string();
    fs::remove_all(plan.folder);
    plan.lambdas = {0, 0.02};
    plan.seeds = 1;
    write_plan(plan);
    const PathPlan grown = with_more_seeds(plan, {0, 0.02}, std::nullopt, 3);
    write_plan(grown);
    EXPECT_EQ(read_plan(plan.folder).more_seeds, grown.more_seeds);
    EXPECT_EQ(open_path(plan.folder)->cells.size(), 6U);
    fs::remove_all(plan.folder);
}

}  // namespace
}  // namespace marginscope
