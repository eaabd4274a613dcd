// The front of clean and noisy loss against a count of who beats whom, and its intervals.
#include "figures/path/path_front.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace marginscope {
namespace {

PathCell done(double lambda, std::int64_t seed, double clean, double noisy, double trained = 0) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.train_noise = trained;
    cell.status = CellStatus::done;
    cell.clean_ce = clean;
    cell.noisy_ce = {{0.05, noisy}};
    return cell;
}

const CellQuantity kNoisy = noisy_loss(0.05, false);

TEST(PathFront, MeansAndIntervalsAreOverTheSeedsThatAllShare) {
    PathFrame path;
    path.cells = {done(0, 1, 1, 5),       done(0, 2, 2, 6),   done(0, 3, 90, 90),
                  done(0.1, 1, 3, 2),     done(0.1, 2, 5, 4), done(0.1, 1, 7, 1, 0.2),
                  done(0.1, 2, 9, 1, 0.2)};
    const auto points = front_points(path, kNoisy, false);
    ASSERT_EQ(points.size(), 3U);
    EXPECT_EQ(points[0].lambda, 0);
    EXPECT_EQ(points[0].seeds, 2) << "seed 3 is done at lambda 0 only";
    EXPECT_DOUBLE_EQ(points[0].clean.value, 1.5);
    EXPECT_DOUBLE_EQ(points[1].noisy.value, 3);
    // Two values: mean ± t(0.975, 1) * sd / sqrt(2), sd = sqrt(2), t = 12.7062.
    EXPECT_NEAR(points[1].clean.high, 4 + 12.7062, 1e-3);
    EXPECT_EQ(points[2].train_noise, 0.2);
    for (const FrontPoint& point : points) EXPECT_TRUE(point.front);
    path.cells.push_back(done(0.05, 1, 1, 4));
    const auto lucky = front_points(path, kNoisy, false);
    ASSERT_EQ(lucky.size(), 4U);
    for (const FrontPoint& point : lucky) EXPECT_EQ(point.seeds, 1);
    EXPECT_TRUE(std::isnan(lucky[0].clean.low)) << "one seed has no interval";
    EXPECT_FALSE(lucky[0].front) << "1, 5 is beaten by 1, 4";
}

TEST(PathFront, ALambdaWhoseSeedsSplitHasNoMean) {
    PathFrame path;
    path.cells = {done(0, 1, 1, 5), done(0.02, 1, 2, 3), done(0.05, 1, 3, 2)};
    path.splits = {{{}, 0.02, 0, "share beyond", {{1}, 0}, {{2}, 1}}};
    const auto points = front_points(path, kNoisy, false);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[1].lambda, 0.05);
}

TEST(PathFront, IsWhatNothingBeatsInRandomPaths) {
    std::mt19937 generator(5);
    std::uniform_int_distribution<int> few(0, 6);
    for (int round = 0; round < 300; ++round) {
        PathFrame path;
        std::map<double, std::pair<double, double>> losses;
        for (int l = 0; l < 8; ++l) {
            const double clean = few(generator), noisy = few(generator);
            path.cells.push_back(done(0.01 * l, 1, clean, noisy));
            losses[0.01 * l] = {clean, noisy};
        }
        int on_front = 0;
        for (const FrontPoint& point : front_points(path, kNoisy, false)) {
            bool beaten = false;
            const auto [x, y] = losses.at(point.lambda);
            for (const auto& [lambda, other] : losses)
                beaten = beaten || (other.first < x && other.second <= y) ||
                         (other.first <= x && other.second < y);
            EXPECT_EQ(point.front, !beaten) << "round " << round << ", lambda " << point.lambda;
            on_front += point.front;
        }
        const auto front = front_of(front_points(path, kNoisy, false));
        ASSERT_EQ(static_cast<int>(front.size()), on_front);
        for (std::size_t k = 1; k < front.size(); ++k) {
            EXPECT_LE(front[k - 1].clean.value, front[k].clean.value);
            EXPECT_GE(front[k - 1].noisy.value, front[k].noisy.value) << "it falls";
        }
    }
}

TEST(PathFront, LeavesOutWhatIsNotFiniteAndNotDone) {
    PathFrame path;
    EXPECT_TRUE(front_points(path, kNoisy, false).empty());
    path.cells = {done(0, 1, 1, NAN), done(0.1, 1, 2, 2), done(0.2, 1, 1, 1)};
    path.cells[2].status = CellStatus::running;
    const auto points = front_points(path, kNoisy, false);
    ASSERT_EQ(points.size(), 1U);
    EXPECT_EQ(points[0].lambda, 0.1);
}

TEST(PathFront, WeighsAgainstTheMiddleNoiseUnlessOneIsChosen) {
    const std::vector<double> three = {0.1, 0.2, 0.3};
    EXPECT_EQ(weighed_sigma(three, -1), 1U);
    EXPECT_EQ(weighed_sigma(three, 0), 0U);
    EXPECT_EQ(weighed_sigma(three, 7), 2U) << "of another unit, which had more";
    EXPECT_EQ(weighed_sigma({0.5}, -1), 0U);
}

}  // namespace
}  // namespace marginscope
