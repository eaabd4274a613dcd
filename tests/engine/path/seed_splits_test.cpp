// Where the seeds of one lambda_m fall into two groups, and where they do not.
#include "engine/path/seed_splits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/messages/split_words.h"
#include "engine/path/path_cells.h"

namespace marginscope {
namespace {

PathCell done(double lambda, std::int64_t seed, double logdet) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.status = CellStatus::done;
    cell.clean_ce = 1;
    cell.logdet_mean = logdet;
    cell.share_beyond = NAN;
    return cell;
}

void add_seeds(std::vector<PathCell>& cells, double lambda, const std::vector<double>& logdets) {
    for (std::size_t k = 0; k < logdets.size(); ++k)
        cells.push_back(done(lambda, static_cast<std::int64_t>(k), logdets[k]));
}

TEST(SplitAt, IsTheWidestGapOfTwoTightGroups) {
    const std::vector<double> two = {-1.95, -1.9, -1.85, 0.29, 0.31};
    EXPECT_EQ(split_at(two, 0), 3U);
    EXPECT_EQ(split_at(two, 2.2), std::nullopt) << "the gap is 2.14";
    const std::vector<double> alone = {0.60, 0.61, 0.62, 0.64, 1.0};
    EXPECT_EQ(split_at(alone, 0), 4U) << "nine times as far as the others are wide";
    const std::vector<double> below = {0.1, 0.60, 0.61, 0.62, 0.64};
    EXPECT_EQ(split_at(below, 0), 1U);
}

TEST(SplitAt, IsNowhereInOneGroupOrInTooFewSeeds) {
    EXPECT_EQ(split_at(std::vector<double>{}, 0), std::nullopt);
    EXPECT_EQ(split_at(std::vector<double>{1, 5}, 0), std::nullopt);
    EXPECT_EQ(split_at(std::vector<double>{1, 1.1, 5}, 0), std::nullopt);
    EXPECT_EQ(split_at(std::vector<double>{1, 1.1, 1.2, 9}, 0), std::nullopt)
        << "one against three others may be luck";
    EXPECT_EQ(split_at(std::vector<double>{1, 1.1, 9, 9.1}, 0), 2U);
    EXPECT_EQ(split_at(std::vector<double>{1, 2, 3, 4, 5, 6}, 0), std::nullopt);
    EXPECT_EQ(split_at(std::vector<double>{1, 1, 1, 1, 1}, 0), std::nullopt);
    EXPECT_EQ(split_at(std::vector<double>{0.60, 0.61, 0.62, 0.70, 1.0}, 0), std::nullopt)
        << "one seed stands three times as far off as the others are wide, not four";
}

TEST(SeedSplits, AreFoundBetweenTwoBasinsAndSaidInWords) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0, {-1.9, -1.88, -1.93, -1.91, -1.86});
    add_seeds(cells, 0.02, {0.31, -1.93, 0.29, 0.3, -1.87});
    add_seeds(cells, 0.05, {0.4, 0.42, 0.38, 0.41, 0.4});
    const auto splits = seed_splits(cells, false);
    ASSERT_EQ(splits.size(), 1U);
    EXPECT_EQ(splits[0].lambda, 0.02);
    EXPECT_EQ(splits[0].low.seeds, (std::vector<std::int64_t>{1, 4}));
    EXPECT_EQ(splits[0].high.seeds, (std::vector<std::int64_t>{2, 3, 0}));
    EXPECT_NEAR(splits[0].low.mean, -1.9, 1e-12);
    EXPECT_NEAR(splits[0].high.mean, 0.3, 1e-12);
    EXPECT_EQ(split_words(splits[0]),
              "at lambda_m 0.02 the seeds split: 2 near -1.9, 3 near 0.3 in mean log|det J|");
}

TEST(SeedSplits, AreNoneWhereTheGapIsLittleBesideWhatLambdaDoes) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0, {-1.90, -1.90, -1.90, -1.89, -1.89});
    add_seeds(cells, 0.02, {0.30, 0.31, 0.32, 0.33, 0.34});
    EXPECT_TRUE(seed_splits(cells, false).empty());
}

TEST(SeedSplits, LookAtFinishedModelsOfOneRecipeAndTrainingNoise) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0.02, {-1.9, -1.9, 0.3, 0.3});
    ASSERT_EQ(seed_splits(cells, false).size(), 1U);
    cells[3].status = CellStatus::running;
    EXPECT_TRUE(seed_splits(cells, false).empty());
    cells[3].status = CellStatus::done;
    cells[3].recipe.tied = false;
    EXPECT_TRUE(seed_splits(cells, false).empty());
    cells[3].recipe.tied = true;
    cells[2].train_noise = cells[3].train_noise = 0.1;
    EXPECT_TRUE(seed_splits(cells, false).empty()) << "two models of each kind, told apart";
    cells[2].train_noise = cells[3].train_noise = 0;
    cells[3].logdet_mean = NAN;
    EXPECT_TRUE(seed_splits(cells, false).empty());
}

TEST(SeedSplits, OfSeveralQuantitiesTheFarthestApartSpeaks) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0, {-2, -2, -2, -2, -2});
    add_seeds(cells, 0.02, {0, 0, 0, -1, -1});
    for (PathCell& cell : cells) {
        const bool far = cell.lambda > 0 && cell.logdet_mean < -0.5;
        cell.noisy_ce_relative = {{0.25, far ? 1.0 : 0.6}};
        cell.noisy_ce = {{0.05, 3.0}};
    }
    const auto splits = seed_splits(cells, true);
    ASSERT_EQ(splits.size(), 1U);
    EXPECT_EQ(splits[0].quantity, "noise 0.25 RMS") << "all of its range, half of log|det J|'s";
    EXPECT_EQ(
        split_words(splits[0]),
        "at lambda_m 0.02 the seeds split: 3 near 0.6, 2 near 1 in loss under noise 0.25 RMS");
    EXPECT_EQ(seed_splits(cells, false).at(0).quantity, "mean log|det J|");
}

TEST(SeedSplits, AreHardlyEverSeenInOneCloud) {
    std::mt19937 generator(17);
    std::normal_distribution<double> normal;
    int said = 0;
    constexpr int kPaths = 400, kLambdas = 5, kSeeds = 5;
    for (int round = 0; round < kPaths; ++round) {
        std::vector<PathCell> cells;
        for (int l = 0; l < kLambdas; ++l)
            for (int s = 0; s < kSeeds; ++s) cells.push_back(done(0.01 * l, s, normal(generator)));
        said += static_cast<int>(seed_splits(cells, false).size());
    }
    EXPECT_LT(said, kPaths * kLambdas / 40) << "of " << kPaths * kLambdas << " clouds of one kind";
}

TEST(SeedSplits, AreSeenInTwoClouds) {
    std::mt19937 generator(18);
    std::normal_distribution<double> normal;
    int seen = 0;
    constexpr int kPaths = 200, kSeeds = 8;
    for (int round = 0; round < kPaths; ++round) {
        std::vector<PathCell> cells;
        for (int s = 0; s < kSeeds; ++s) {
            cells.push_back(done(0, s, normal(generator)));
            cells.push_back(done(0.02, s, normal(generator) + (s % 3 == 0 ? 20 : 0)));
        }
        const auto splits = seed_splits(cells, false);
        seen += splits.size() == 1 && splits[0].lambda == 0.02 && splits[0].high.seeds.size() == 3;
    }
    EXPECT_GT(seen, kPaths * 9 / 10);
}

TEST(Proposal, SaysWhereTheSeedsOfItsLambdaSplit) {
    std::vector<PathCell> cells;
    add_seeds(cells, 0, {-1.9, -1.9, -1.9, -1.9});
    add_seeds(cells, 0.02, {0.3, 0.3, -1.9, -1.9});
    for (PathCell& cell : cells)
        cell.noisy_ce = {
            {0.05, cell.lambda > 0 ? 1.0 + 0.001 * static_cast<double>(cell.seed) : 2.0}};
    const auto proposal = propose_lambda(cells, 0.02);
    ASSERT_TRUE(proposal.has_value());
    EXPECT_EQ(proposal->lambda, 0.02);
    EXPECT_NE(proposal->reason.find("at lambda_m 0.02 the seeds split: 2 near -1.9, 2 near 0.3"),
              std::string::npos)
        << proposal->reason;
    cells[4].logdet_mean = cells[5].logdet_mean = -1.9;
    EXPECT_EQ(propose_lambda(cells, 0.02)->reason.find("split"), std::string::npos);
}

TEST(SeedSplits, TheFrameAndItsDocumentTellThem) {
    PathFrame frame;
    add_seeds(frame.cells, 0.02, {0.3, 0.3, -1.9, -1.9});
    conclude(frame);
    ASSERT_EQ(frame.splits.size(), 1U);
    const std::string document = path_json(frame);
    EXPECT_NE(document.find("\"splits\""), std::string::npos);
    EXPECT_NE(document.find("\"quantity\": \"mean log|det J|\""), std::string::npos) << document;
}

}  // namespace
}  // namespace marginscope
