// The Train and Path workspaces: series, curves, plans, and what clicks wish for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "../support/synthetic_frames.h"
#include "interface.h"
#include "ui/path/path_curves.h"
#include "ui/path/path_grid.h"
#include "ui/path/plan_form.h"
#include "ui/train/run_controls.h"
#include "ui/train/train_series.h"

namespace marginscope {
namespace {

TrainingSample sample_at(std::int64_t step, float ce) {
    TrainingSample sample;
    sample.step = step;
    sample.ce = ce;
    return sample;
}

const auto kLoss = [](const TrainingSample& s) { return s.ce; };

TEST(TrainSeries, AResetForgetsTheOldRun) {
    TrainSeries series;
    series.take({sample_at(1, 2.0F), LiveMark{1, "lambda 0.1"}, TrainingReset{"next"}, sample_at(1, 3.0F)});
    EXPECT_EQ(series.label, "next");
    ASSERT_EQ(series.samples.size(), 1U);
    EXPECT_FLOAT_EQ(series.samples[0].ce, 3.0F);
    EXPECT_TRUE(series.marks.empty());
}

TEST(Thin, KeepsShortRunsAsTheyAre) {
    const Curve curve = thin({sample_at(1, 3), sample_at(2, kNoValue), sample_at(3, 1)}, kLoss, 100);
    EXPECT_EQ(curve.x, (std::vector<double>{1, 3}));
    EXPECT_EQ(curve.y, (std::vector<double>{3, 1}));
}

TEST(Thin, LosesNoSpike) {
    std::vector<TrainingSample> samples;
    for (int step = 1; step <= 100000; ++step) samples.push_back(sample_at(step, 1.0F));
    samples[54321].ce = 9.0F;
    samples[77777].ce = -9.0F;
    const Curve curve = thin(samples, kLoss, 200);
    EXPECT_LE(curve.y.size(), 400U);
    EXPECT_EQ(*std::max_element(curve.y.begin(), curve.y.end()), 9.0);
    EXPECT_EQ(*std::min_element(curve.y.begin(), curve.y.end()), -9.0);
    EXPECT_TRUE(std::is_sorted(curve.x.begin(), curve.x.end()));
}

TEST(Thin, SmoothsOverStepsAndPassesOverNaN) {
    const Curve curve = thin({sample_at(1, 2), sample_at(2, kNoValue), sample_at(3, 4), sample_at(4, 6)}, kLoss, 100, 3);
    ASSERT_EQ(curve.y.size(), 4U);
    EXPECT_DOUBLE_EQ(curve.y[2], 3.0);
    EXPECT_DOUBLE_EQ(curve.y[3], 5.0);
}

PathCell done(double lambda, std::int64_t seed, double clean) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.status = CellStatus::done;
    cell.clean_ce = clean;
    cell.noisy_ce = {{0.05, clean + 1}};
    cell.run = "run-" + std::to_string(lambda) + "-" + std::to_string(seed);
    return cell;
}

PathFrame small_path() {
    PathFrame path;
    path.folder = "somewhere";
    path.cells = {done(0, 1, 1.0), done(0, 2, 2.0), done(0.02, 1, 1.5), done(0.02, 2, 2.5)};
    path.cells.back().status = CellStatus::waiting;
    return path;
}

TEST(PathCurves, BandsAreOverFinishedSeeds) {
    const auto points = band(small_path(), clean_loss(), 0, false);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_DOUBLE_EQ(points[0].mean, 1.5);
    EXPECT_DOUBLE_EQ(points[0].low, 1.0);
    EXPECT_DOUBLE_EQ(points[0].high, 2.0);
    EXPECT_EQ(points[1].seeds, 1) << "a cell that waits has no value";
}

TEST(PathCurves, ZeroHasItsOwnSlotLeftOfAllOthers) {
    const LambdaAxis axis({0, 0.005, 0.1});
    EXPECT_LT(axis.at(0), axis.at(0.005));
    EXPECT_DOUBLE_EQ(axis.at(0.1), -1.0);
    EXPECT_TRUE(std::isfinite(LambdaAxis({0}).at(0)));
}

TEST(PlanForm, ReadsListsAndSaysWhatIsWrong) {
    std::string problem;
    EXPECT_EQ(*parse_numbers(" 0, 0.02;1e-3 5", "x", problem), (std::vector<double>{0, 0.02, 1e-3, 5}));
    for (const char* bad : {"0, two", "-1", "nan", "1,,0.1x", "inf"}) {
        EXPECT_FALSE(parse_numbers(bad, "lambda_m", problem).has_value()) << bad;
        EXPECT_NE(problem.find("lambda_m"), std::string::npos);
    }
}

TEST(PlanForm, MakesThePlanItShows) {
    PlanForm form;
    form.lambdas = "0, 0.3";
    form.train_noises = "";
    form.seeds = 4;
    const auto plan = plan_of(form, true, 0.05);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->lambdas, (std::vector<double>{0, 0.3}));
    EXPECT_EQ(plan->train_noises, std::vector<double>{0});
    EXPECT_TRUE(plan->relative);
    EXPECT_NE(path_command(*plan).find("--seeds 4"), std::string::npos);
    form.lambdas = "";
    EXPECT_FALSE(plan_of(form, true, 0.05).has_value());
    EXPECT_FALSE(form.problem.empty());
    form.lambdas = "0";
    form.config.model.heads = 5;
    EXPECT_FALSE(plan_of(form, true, 0.05).has_value()) << "128 is not a multiple of 5";
}

/// Clicks all over the panel until a command of this kind comes.
template <typename Wanted>
std::optional<Wanted> click_for(Interface& interface, const Frames& frames, float step) {
    for (float y = step; y < 800; y += step)
        for (float x = step; x < 1280; x += 3 * step) {
            interface.click(frames, ImVec2(x, y));
            for (const Command& command : interface.take_commands())
                if (const auto* wanted = std::get_if<Wanted>(&command)) return *wanted;
        }
    return std::nullopt;
}

TEST(TrainPanels, StartWishesForTheRunOfTheForm) {
    Interface interface;
    interface.state().train.form.config.train.steps = 77;
    Frames frames;
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) { draw_run_controls(f, s.train, c); });
    EXPECT_NE(interface.words().find("Start"), std::string::npos);
    const auto start = click_for<StartTraining>(interface, frames, 12);
    ASSERT_TRUE(start.has_value());
    EXPECT_EQ(start->config.train.steps, 77);
}

TEST(TrainPanels, ABadFormIsASentenceAndNoWish) {
    Interface interface;
    interface.state().train.form.config.model.heads = 7;
    Frames frames;
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) { draw_run_controls(f, s.train, c); });
    EXPECT_FALSE(click_for<StartTraining>(interface, frames, 24).has_value());
    EXPECT_NE(interface.state().train.form.problem.find("multiple"), std::string::npos);
}

TEST(PathPanels, ACellOpensItsModel) {
    Interface interface;
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(small_path());
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) { draw_path_grid(f, s.path, c); });
    const auto load = click_for<LoadPathCell>(interface, frames, 16);
    ASSERT_TRUE(load.has_value());
    EXPECT_EQ(interface.state().selection.path_run, load->run);
}

}  // namespace
}  // namespace marginscope
