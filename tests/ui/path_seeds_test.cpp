// What the plots of a path show of seeds: means over those that all points share, each seed as a
// line, and no mean where they split.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "figures/path/path_bands.h"
#include "interface.h"
#include "ui/path/path_plots.h"
#include "ui/path/path_view.h"

namespace marginscope {
namespace {

PathCell done(double lambda, std::int64_t seed, double clean, double train_noise = 0) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.train_noise = train_noise;
    cell.status = CellStatus::done;
    cell.clean_ce = clean;
    cell.noisy_ce = {{0.05, clean + 1}};
    cell.run = "run-" + std::to_string(lambda) + "-" + std::to_string(seed);
    return cell;
}

TEST(PathBands, ASeedThatIsMissingSomewhereCountsNowhere) {
    // Seed 2 is a lucky one: with it in one mean only, its luck would look like an effect of
    // lambda.
    PathFrame path;
    path.cells = {done(0, 1, 3.6348), done(0, 2, 3.6426), done(0.2, 1, 3.6384)};
    const auto points = band(path, clean_loss(), 0, false);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_DOUBLE_EQ(points[0].mean, 3.6348);
    EXPECT_DOUBLE_EQ(points[1].mean, 3.6384);
    EXPECT_EQ(points[0].seeds, 1);
    EXPECT_EQ(points[1].seeds, 1);
    const SharedSeeds shared = shared_seeds(path, clean_loss(), 0, false);
    EXPECT_EQ(shared.seeds, std::vector<std::int64_t>{1});
    EXPECT_EQ(shared.left_out, 1);
    path.cells.push_back(done(0.2, 2, 3.6470));
    EXPECT_EQ(band(path, clean_loss(), 0, false)[0].seeds, 2);
}

TEST(PathBands, ALambdaWithoutACommonSeedHasNoPoint) {
    PathFrame path;
    path.cells = {done(0, 1, 1), done(0, 2, 1), done(0.1, 1, 2), done(0.1, 2, 2), done(0.2, 3, 9)};
    const auto points = band(path, clean_loss(), 0, false);
    ASSERT_EQ(points.size(), 2U) << "0.2 shares no seed with the others";
    EXPECT_EQ(points[1].lambda, 0.1);
    EXPECT_EQ(points[1].seeds, 2);
}

TEST(PathBands, AreOverTheIntersectionOfRandomSets) {
    std::mt19937 generator(3);
    std::uniform_real_distribution<double> uniform;
    for (int round = 0; round < 200; ++round) {
        PathFrame path;
        std::map<double, std::map<std::int64_t, double>> table;
        for (const double lambda : {0.0, 0.01, 0.05, 0.1})
            for (std::int64_t seed = 1; seed <= 6; ++seed) {
                PathCell cell = done(lambda, seed, 3 + uniform(generator));
                if (seed > 1 && uniform(generator) < 0.3) cell.status = CellStatus::running;
                path.cells.push_back(cell);
                path.cells.push_back(done(lambda, seed, 99, 0.01));  // another line's
                if (cell.status == CellStatus::done) table[lambda][seed] = *cell.clean_ce;
            }
        std::shuffle(path.cells.begin(), path.cells.end(), generator);
        std::vector<std::int64_t> common;
        for (std::int64_t seed = 1; seed <= 6; ++seed)
            if (std::all_of(table.begin(), table.end(),
                            [&](const auto& row) { return row.second.contains(seed); }))
                common.push_back(seed);
        const auto points = band(path, clean_loss(), 0, false);
        ASSERT_EQ(points.size(), 4U);
        for (const BandPoint& point : points) {
            ASSERT_EQ(point.seeds, static_cast<int>(common.size()));
            double sum = 0, low = 1e9, high = -1e9;
            for (const std::int64_t seed : common) {
                const double value = table[point.lambda][seed];
                sum += value;
                low = std::min(low, value);
                high = std::max(high, value);
            }
            EXPECT_NEAR(point.mean, sum / point.seeds, 1e-12);
            EXPECT_EQ(point.low, low);
            EXPECT_EQ(point.high, high);
        }
    }
}

/// Seeds 1 to 4 at three lambdas; at 0.02 two of them ended in another basin.
PathFrame split_path() {
    PathFrame path;
    for (std::int64_t seed = 1; seed <= 4; ++seed) {
        const double by = 0.001 * static_cast<double>(seed);
        path.cells.push_back(done(0, seed, 1.0 + by));
        path.cells.push_back(done(0.02, seed, (seed <= 2 ? 1.0 : 2.0) + by));
        path.cells.push_back(done(0.05, seed, 2.0 + by));
    }
    path.splits = {{{}, 0.02, 0, "noise 0.05", {{1, 2}, 2.0}, {{3, 4}, 3.0}}};
    return path;
}

TEST(PathBands, NoMeanIsDrawnThroughASplit) {
    PathFrame path = split_path();
    const auto points = band(path, clean_loss(), 0, false);
    ASSERT_EQ(points.size(), 3U);
    ASSERT_EQ(points[1].groups.size(), 2U);
    EXPECT_NEAR(points[1].groups[0].mean, 1.0015, 1e-12);
    EXPECT_NEAR(points[1].groups[1].mean, 2.0035, 1e-12);
    EXPECT_EQ(points[1].groups[1].seeds, 2);
    using Stretches = std::vector<std::pair<std::size_t, std::size_t>>;
    EXPECT_EQ(unbroken(points), (Stretches{{0, 1}, {2, 3}}));
    path.splits.clear();
    EXPECT_EQ(unbroken(band(path, clean_loss(), 0, false)), (Stretches{{0, 3}}));
    EXPECT_EQ(unbroken({}), Stretches{});
}

TEST(PathBands, ASplitOfSeedsThatOthersLackIsNone) {
    PathFrame path = split_path();
    std::erase_if(path.cells, [](const PathCell& c) { return c.lambda == 0 && c.seed > 2; });
    for (const BandPoint& point : band(path, clean_loss(), 0, false))
        EXPECT_FALSE(point.split()) << "the seeds that all points share are of one group";
}

TEST(PathBands, ASeedIsALineThroughAllThatItFinished) {
    PathFrame path = split_path();
    path.cells.back().status = CellStatus::running;  // seed 4 at 0.05
    const auto lines = seed_lines(path, clean_loss(), 0, false);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0].seed, 1);
    EXPECT_EQ(lines[0].lambdas, (std::vector<double>{0, 0.02, 0.05}));
    EXPECT_EQ(lines[3].lambdas, (std::vector<double>{0, 0.02}));
    EXPECT_NEAR(lines[3].values[1], 2.004, 1e-12);
}

TEST(PathPlots, SayWhereSeedsSplitAndLetThemBeHidden) {
    for (const auto& draw : {draw_path_losses, draw_path_margins}) {
        Interface interface(ImVec2(520, 420));
        Frames frames;
        frames.path = std::make_shared<const PathFrame>(split_path());
        const auto panel = [&](const Frames& f, UiState& s, PanelContext& c) {
            draw(f, s.view<PathView>(), c);
        };
        interface.draw_panel(frames, panel);
        EXPECT_NE(interface.words().find("the seeds split: 2 near 2, 2 near 3"), std::string::npos)
            << interface.words();
        EXPECT_EQ(interface.too_wide(), "");
        PathFrame one_kind = split_path();
        one_kind.splits.clear();
        frames.path = std::make_shared<const PathFrame>(one_kind);
        interface.draw_panel(frames, panel);
        EXPECT_EQ(interface.words().find("split"), std::string::npos);
    }
}

// Another path, unit or choice is never drawn with the lines of the one before; the same one is
// computed once.
TEST(BandCache, IsOfThePathItIsAskedAbout) {
    const auto one = std::make_shared<const PathFrame>(split_path());
    PathFrame changed = split_path();
    for (PathCell& cell : changed.cells) cell.clean_ce = *cell.clean_ce + 1;
    auto other = std::make_shared<const PathFrame>(changed);
    BandCache cache;
    const BandLines* first = &cache.lines(one, clean_loss(), 0, false, true);
    EXPECT_EQ(first->points.size(), 3U);
    EXPECT_EQ(first->seeds.size(), 4U);
    const double mean = first->points[0].mean;
    EXPECT_EQ(&cache.lines(one, clean_loss(), 0, false, true), first);
    EXPECT_TRUE(cache.lines(one, clean_loss(), 0, false, false).seeds.empty());
    EXPECT_NEAR(cache.lines(one, noisy_loss(0.05, false), 0, false, true).points[0].mean, mean + 1,
                1e-12);
    EXPECT_TRUE(cache.lines(one, noisy_loss(0.05, true), 0, true, true).points.empty());
    EXPECT_TRUE(cache.lines(one, clean_loss(), 0.01, false, true).points.empty());
    EXPECT_EQ(cache.shared(one).seeds.size(), 4U);
    EXPECT_NEAR(cache.lines(other, clean_loss(), 0, false, true).points[0].mean, mean + 1, 1e-12);
    // A path that took the place in memory of one that is gone is another path.
    for (int k = 0; k < 20; ++k) {
        changed.cells.front().clean_ce = 10.0 + k;
        other.reset();
        other = std::make_shared<const PathFrame>(changed);
        const auto expected = band(*other, clean_loss(), 0, false);
        EXPECT_EQ(cache.lines(other, clean_loss(), 0, false, true).points[0].mean,
                  expected[0].mean);
    }
    changed.cells.pop_back();
    other = std::make_shared<const PathFrame>(changed);
    EXPECT_EQ(cache.shared(other).seeds.size(), 3U);
}

}  // namespace
}  // namespace marginscope
