// The Train and Path workspaces: series, curves, plans, and what clicks wish for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "../support/synthetic_frames.h"
#include "figures/path/path_curves.h"
#include "figures/train/train_series.h"
#include "interface.h"
#include "ui/path/path_grid.h"
#include "ui/path/path_plots.h"
#include "ui/path/path_view.h"
#include "ui/path/plan_form.h"
#include "ui/path/plan_panel.h"
#include "ui/path/plot_parts.h"
#include "ui/path/proposal.h"
#include "ui/plot_ticks.h"
#include "ui/run_hue.h"
#include "ui/train/run_controls.h"
#include "ui/train/train_view.h"
#include "ui/widgets.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

TrainingSample sample_at(std::int64_t step, float ce) {
    TrainingSample sample;
    sample.step = step;
    sample.ce = ce;
    return sample;
}

const auto kLoss = [](const TrainingSample& s) { return s.ce; };

TEST(Thin, KeepsShortRunsAsTheyAre) {
    const std::vector<TrainingSample> samples = {sample_at(1, 3), sample_at(2, kNoValue),
                                                 sample_at(3, 1)};
    const Curve curve = thin(samples, kLoss, 100);
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
    const std::vector<TrainingSample> samples = {sample_at(1, 2), sample_at(2, kNoValue),
                                                 sample_at(3, 4), sample_at(4, 6)};
    const Curve curve = thin(samples, kLoss, 100, 3);
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

TEST(PathCurves, ZeroHasItsOwnSlotLeftOfAllOthers) {
    const LambdaAxis axis({0, 0.005, 0.1});
    EXPECT_LT(axis.at(0), axis.at(0.005));
    EXPECT_DOUBLE_EQ(axis.at(0.1), -1.0);
    EXPECT_TRUE(std::isfinite(LambdaAxis({0}).at(0)));
}

TEST(PlanForm, ReadsListsAndSaysWhatIsWrong) {
    std::string problem;
    EXPECT_EQ(*parse_numbers(" 0, 0.02;1e-3 5", "x", problem),
              (std::vector<double>{0, 0.02, 1e-3, 5}));
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
    interface.state().view<TrainView>().form.config.train.steps = 77;
    Frames frames;
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_run_controls(f, s.history, s.view<TrainView>(), c);
    });
    EXPECT_NE(interface.words().find("Start"), std::string::npos);
    const auto start = click_for<StartTraining>(interface, frames, 12);
    ASSERT_TRUE(start.has_value());
    EXPECT_EQ(start->config.train.steps, 77);
}

TEST(TrainPanels, ControlsAreOfTheOneOfTheTwoThatIsChosen) {
    Frames frames = synthetic::usual();
    auto fork = std::make_shared<TrainingFrame>(*frames.training);
    fork->config.barrier.lambda = 0.5;
    fork->step = 790;
    frames.fork = fork;
    Interface interface;
    interface.state().history.take(synthetic::training_events(100));
    interface.state().history.take({{false, TrainingForked{100, "fork"}}});
    const auto draw = [](const Frames& f, UiState& s, PanelContext& c) {
        draw_run_controls(f, s.history, s.view<TrainView>(), c);
    };
    interface.draw_panel(frames, draw);
    EXPECT_NE(interface.words().find("step 812"), std::string::npos);
    LiveView& live = interface.state().view<TrainView>().live;
    live.of_fork = true;
    interface.draw_panel(frames, draw);
    interface.draw_panel(frames, draw);
    EXPECT_NE(interface.words().find("step 790"), std::string::npos);
    EXPECT_EQ(live.lambda, 0.5);
    EXPECT_TRUE(click_for<CloseFork>(interface, frames, 12).has_value());
    frames.fork = nullptr;
    interface.draw_panel(frames, draw);
    EXPECT_FALSE(live.of_fork) << "a fork that is gone is nobody's choice";
}

TEST(TrainPanels, ABadFormIsASentenceAndNoWish) {
    Interface interface;
    interface.state().view<TrainView>().form.config.model.heads = 7;
    Frames frames;
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_run_controls(f, s.history, s.view<TrainView>(), c);
    });
    EXPECT_FALSE(click_for<StartTraining>(interface, frames, 24).has_value());
    EXPECT_NE(interface.state().view<TrainView>().form.problem.find("multiple"), std::string::npos);
}

TEST(PathPanels, ACellOpensItsModel) {
    Interface interface;
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(small_path());
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_path_grid(f, s.view<PathView>(), c);
    });
    const auto load = click_for<LoadPathCell>(interface, frames, 16);
    ASSERT_TRUE(load.has_value());
    EXPECT_EQ(interface.state().selection.path_run, load->run);
}

TEST(StatusLine, TellsAJobOnce) {
    Interface interface;
    Frames frames = synthetic::usual();
    auto status = std::make_shared<StatusFrame>();
    status->jobs = {{1, "fitting a stage", 0.5, 12}};
    const auto count = [&](const char* activity) {
        status->activity = activity;
        frames.status = status;
        interface.draw(frames);
        interface.draw(frames);
        int found = 0;
        for (auto at = interface.words().find("Fitting a stage"); at != std::string::npos;
             at = interface.words().find("Fitting a stage", at + 1))
            ++found;
        return found;
    };
    EXPECT_EQ(count("fitting a stage"), 1);
    EXPECT_EQ(count("training"), 1);
    EXPECT_NE(interface.words().find("Training"), std::string::npos);
}

TEST(RunHues, StandOutFromBothPanels) {
    for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light}) {
        const Theme theme = make_theme(kind, 1);
        std::set<ImU32> all;
        for (int k = 0; k < 8; ++k) {
            EXPECT_GE(contrast(run_hue(theme, k), theme.panel), theme.dark() ? 5.5 : 3.2) << k;
            all.insert(run_hue(theme, k));
        }
        EXPECT_EQ(all.size(), 8U);
    }
}

TEST(Contrast, IsThatOfTheStandard) {
    EXPECT_NEAR(contrast(IM_COL32_WHITE, IM_COL32_BLACK), 21.0, 1e-6);
    EXPECT_NEAR(contrast(IM_COL32(119, 119, 119, 255), IM_COL32_WHITE), 4.48, 0.01);
}

TEST(PaddedLimits, HoldAllPointsWithRoomAround) {
    const AxisLimits plain = padded_limits({1.2, NAN, 1.4, 1.3});
    EXPECT_NEAR(plain.low, 1.184, 1e-12);
    EXPECT_NEAR(plain.high, 1.416, 1e-12);
    const AxisLimits log = padded_limits({0.001, 1.0}, true);
    EXPECT_NEAR(std::log(log.high / log.low), 1.16 * std::log(1000.0), 1e-9);
    for (const double one : {0.0, -3.0, 7.0}) {
        const AxisLimits around = padded_limits({one, one});
        EXPECT_LT(around.low, one);
        EXPECT_GT(around.high, one);
    }
    EXPECT_LT(padded_limits({}).low, padded_limits({}).high);
}

// Whatever the limits and the room: round, inside, in order, apart; and where three would fit,
// there is one at least.
TEST(RoundTicks, LieInsideTheLimitsAndApart) {
    std::mt19937 generator(5);
    std::uniform_real_distribution<double> unit(0, 1);
    for (int i = 0; i < 2000; ++i) {
        const bool log = i % 2 == 1;
        const double scale = std::pow(10.0, 8 * unit(generator) - 4);
        const double low = scale * (log ? 0.1 + unit(generator) : 2 * unit(generator) - 1);
        const AxisLimits limits{low, log ? low * (1.01 + 1000 * std::pow(unit(generator), 4))
                                         : low + scale * (0.01 + unit(generator))};
        const double pixels = 10 + 300 * unit(generator), apart = 10 + 20 * unit(generator);
        const std::vector<double> ticks = round_ticks(limits, pixels, apart, log);
        const auto place = [&](double v) {
            return log ? pixels * std::log(v / low) / std::log(limits.high / low)
                       : pixels * (v - low) / (limits.high - low);
        };
        for (std::size_t k = 0; k < ticks.size(); ++k) {
            EXPECT_FALSE(ticks[k] == 0 && std::signbit(ticks[k])) << "reads -0";
            EXPECT_GE(place(ticks[k]), -1e-3);
            EXPECT_LE(place(ticks[k]), pixels + 1e-3);
            if (k > 0) {
                EXPECT_GE(place(ticks[k]) - place(ticks[k - 1]), apart - 1e-3);
            }
        }
        if (!log && pixels > 3 * apart) {
            EXPECT_GE(ticks.size(), 1U) << low << " " << limits.high;
        }
    }
    EXPECT_TRUE(round_ticks({1, 1}, 100, 10).empty());
    EXPECT_EQ(round_ticks({0.9, 110}, 60, 20, true), (std::vector<double>{1, 10, 100}));
}

TEST(Spread, KeepsLabelsApartNearTheirPlaces) {
    EXPECT_EQ(spread({50, 10, 90}, 12, 0, 100), (std::vector<float>{50, 10, 90}));
    const std::vector<float> close = spread({99, 98, 97, 20}, 12, 0, 100);
    EXPECT_EQ(close, (std::vector<float>{100, 88, 76, 20}));
    const std::vector<float> crowd = spread({5, 5, 5, 5, 5}, 50, 0, 100);
    EXPECT_EQ(crowd, (std::vector<float>{0, 25, 50, 75, 100})) << "nearer together without room";
}

PathFrame told_path() {
    PathFrame path = small_path();
    path.folder = "/somewhere/else/my path";
    for (const double lambda : {0.01, 0.02})
        for (const char* quantity : {"clean", "noise 0.02", "noise 0.25 RMS"})
            path.paired.push_back({lambda, 0, quantity, 3, 0.012, -12.88, 34.13, 9.4});
    path.proposal = PathProposal{0.02, "a rule", "a reason", true, 3, std::nullopt};
    return path;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

TEST(PathPanels, DifferencesAreGroupedByLambdaUnderShortNames) {
    Interface interface(ImVec2(252, 480));
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(told_path());
    for (int i = 0; i < 3; ++i)
        interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
            draw_proposal(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
        });
    const std::string& words = interface.words();
    EXPECT_EQ(count_of(words, "3 seeds"), 2U) << words;
    for (const char* part : {"lambda_m 0.01", "σ 0.02", "σ 0.25 RMS", "+1.2", "-1288 … +3413"})
        EXPECT_NE(words.find(part), std::string::npos) << part << " is not in\n" << words;
    EXPECT_EQ(interface.too_wide(), "");
}

TEST(PathPanels, LinesAreNamedAndTheFolderIsShort) {
    Interface interface;
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(told_path());
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_path_losses(f, s.view<PathView>(), c);
    });
    for (const char* part : {"clean", "σ 0.05", "one seed, no range"})
        EXPECT_NE(interface.words().find(part), std::string::npos) << part;
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_path_margins(f, s.view<PathView>(), c);
    });
    for (const char* part : {"median", "5 %", "smallest", "RMS"})
        EXPECT_NE(interface.words().find(part), std::string::npos) << part;
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_plan(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
    });
    EXPECT_NE(interface.words().find("my path"), std::string::npos);
    EXPECT_EQ(interface.words().find("/somewhere"), std::string::npos);
}

TEST(PathPanels, FitIntoTheSmallestUsualWindow) {
    Interface interface(ImVec2(1280, 800));
    interface.state().workspace = "path";
    Frames frames = synthetic::usual();
    PathFrame path = *frames.path;
    path.paired = told_path().paired;
    frames.path = std::make_shared<const PathFrame>(path);
    for (int i = 0; i < 4; ++i) interface.draw(frames);
    EXPECT_EQ(interface.too_wide(), "");
    EXPECT_EQ(interface.scrolls("Margins"), 0.0F);
    EXPECT_EQ(interface.scrolls("Grid"), 0.0F);
}

TEST(RunForm, EveryFieldHasItsOwnWords) {
    std::set<std::string> labels;
    for (const Field& field : config_fields()) {
        const std::string& label = field.label;
        EXPECT_TRUE(labels.insert(label).second) << label << " names two fields";
        EXPECT_TRUE(std::isupper(static_cast<unsigned char>(label[0])) ||
                    label.starts_with("lambda_m"))
            << label;
    }
    EXPECT_EQ(find_field("lr")->label, "Learning rate");
}

TEST(ColorBar, HasTicksThatDiffer) {
    Interface interface;
    interface.draw_panel({}, [](const Frames&, UiState& s, PanelContext&) {
        color_bar(s.theme, ColorMap::viridis, {1.21, 1.34, false, false}, "loss", 300);
    });
    for (const char* tick : {"1.21", "1.27", "1.34"})
        EXPECT_NE(interface.words().find(tick), std::string::npos) << interface.words();
}

}  // namespace
}  // namespace marginscope
