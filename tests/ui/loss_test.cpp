// The loss plots: their axes follow the losses, whatever marks stand in them.
#include "ui/train/loss.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "drawn_text.h"
#include "interface.h"
#include "ui/label_rows.h"
#include "ui/train/live_marks.h"
#include "ui/train/train_view.h"

namespace marginscope {
namespace {

void draw(Interface& interface) {
    interface.draw_panel({}, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_losses(f, s.history, s.view<TrainView>().loss, c);
    });
}

/// Losses between 2.5 and 4.2, an evaluation every 100 steps, a mark every 37.
void train_on(TrainHistory& history, int steps, std::mt19937& generator) {
    std::uniform_real_distribution<float> noise(-0.1F, 0.1F);
    std::vector<TrainingEvent> events;
    const auto first = static_cast<int>(history.run.samples.size());
    for (int step = first + 1; step <= first + steps; ++step) {
        TrainingSample sample;
        sample.step = step;
        sample.ce = 2.6F + 1.5F * std::exp(-static_cast<float>(step) / 150.0F) + noise(generator);
        sample.barrier = noise(generator);
        sample.share_beyond = 0.4F + noise(generator);
        events.push_back({false, sample});
        if (step % 100 == 0) {
            EvalSample eval;
            eval.step = step;
            eval.val_ce = sample.ce + 0.05F;
            events.push_back({false, eval});
        }
        if (step % 37 == 0)
            events.push_back(
                {false, LiveMark{step, "barrier.lambda " + std::to_string(step * 1e-4)}});
    }
    history.take(events);
}

double within(const AxisLimits& limits, double low, double high) {
    return std::max(low - limits.low, limits.high - high) / (high - low);
}

class LossPlot : public testing::TestWithParam<bool> {};

TEST_P(LossPlot, KeepsToTheDataOverManyFramesWithMarks) {
    Interface interface(ImVec2(900, 560));
    LossView& view = interface.state().view<TrainView>().loss;
    view.log_y = GetParam();
    std::mt19937 generator(5);
    for (int chunk = 0; chunk < 12; ++chunk) {
        train_on(interface.state().history, 60, generator);
        for (int frame = 0; frame < 12; ++frame) draw(interface);
        const TrainSeries& series = interface.state().history.run;
        double low = 1e9, high = -1e9;
        for (const TrainingSample& sample : series.samples) {
            low = std::min<double>(low, sample.ce);
            high = std::max<double>(high, sample.ce);
        }
        for (const EvalSample& eval : series.evals) {
            low = std::min<double>(low, eval.val_ce);
            high = std::max<double>(high, eval.val_ce);
        }
        const auto last = static_cast<double>(series.samples.back().step);
        ASSERT_LE(within(view.ce_limits, low, high), view.log_y ? 0.4 : 0.1)
            << "after step " << last;
        EXPECT_LE(view.ce_limits.low, low);
        EXPECT_GE(view.ce_limits.high, high);
        EXPECT_LE(within(view.x, 1, last), 0.02);
        EXPECT_LE(within(view.barrier_limits, -0.1, 0.1), 0.1);
        EXPECT_LE(within(view.below_limits, 0.3, 0.5), 0.1);
    }
}
INSTANTIATE_TEST_SUITE_P(Scales, LossPlot, testing::Bool());

TEST(LossPlots, MovingOneMovesTheStepsOfBothAndADoubleClickFollowsAgain) {
    Interface interface(ImVec2(900, 560));
    std::mt19937 generator(5);
    train_on(interface.state().history, 400, generator);
    for (int frame = 0; frame < 4; ++frame) draw(interface);
    LossView& view = interface.state().view<TrainView>().loss;
    const AxisLimits before = view.x;
    interface.drag({}, ImVec2(450, 200), ImVec2(300, 200));
    draw(interface);
    EXPECT_FALSE(view.fit);
    EXPECT_GT(view.x.low, before.low + 20) << "dragged to the left: later steps come into view";
    const AxisLimits moved = view.x;
    interface.drag({}, ImVec2(450, 450), ImVec2(500, 450));
    EXPECT_LT(view.x.low, moved.low) << "the lower plot moves the same steps";
    train_on(interface.state().history, 100, generator);
    const double held = view.x.high;
    draw(interface);
    EXPECT_DOUBLE_EQ(view.x.high, held) << "new steps do not pull a moved plot";
    interface.click({}, ImVec2(450, 200), 2);
    for (int frame = 0; frame < 3; ++frame) draw(interface);
    EXPECT_TRUE(view.fit);
    EXPECT_GE(view.x.high, 500);
}

TEST(LabelRows, LabelsNeverTouchAndStayHighWhereTheyCan) {
    EXPECT_EQ(label_rows({{0, 50}, {60, 100}, {62, 90}, {70, 99}}, 2, 4),
              (std::vector<int>{0, 0, 1, -1}));
    std::mt19937 generator(9);
    std::uniform_real_distribution<float> step(0, 30), width(10, 120);
    for (int round = 0; round < 50; ++round) {
        std::vector<LabelSpan> spans;
        float left = 0;
        for (int k = 0; k < 30; ++k) {
            left += step(generator);
            spans.push_back({left, left + width(generator)});
        }
        const std::vector<int> rows = label_rows(spans, 4, 3);
        ASSERT_EQ(rows.size(), spans.size());
        for (std::size_t a = 0; a < spans.size(); ++a)
            for (std::size_t b = a + 1; b < spans.size(); ++b)
                if (rows[a] >= 0 && rows[a] == rows[b]) {
                    EXPECT_GE(spans[b].left - spans[a].right, 3) << a << " and " << b;
                }
    }
}

TEST(MarkWords, AreThoseOfTheForm) {
    EXPECT_EQ(mark_words("barrier.lambda 0.05"), "lambda_m 0.05");
    EXPECT_EQ(mark_words("learning resumed"), "learning resumed");
}

TEST(LossPlot, ShowsTheStepThatIsLookedBackAt) {
    Interface interface;
    std::mt19937 generator(3);
    train_on(interface.state().history, 400, generator);
    auto run = std::make_shared<TrainingFrame>();
    run->step = 400;
    Frames frames;
    frames.training = run;
    // What stands in the plots about the step that the other workspaces show.
    const auto told = [&](std::int64_t shown) {
        run->shown_step = shown;
        const TextRecorder recorder;
        interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
            draw_losses(f, s.history, s.view<TrainView>().loss, c);
        });
        std::string all;
        for (const DrawnText& text : recorder.texts())
            if (text.words.starts_with("looked at")) all += text.words;
        return all;
    };
    EXPECT_EQ(told(400), "") << "it is as it is now";
    EXPECT_EQ(told(-1), "") << "another model is shown";
    const double top = interface.state().view<TrainView>().loss.ce_limits.high;
    EXPECT_EQ(told(200), "looked at: step 200");
    EXPECT_EQ(told(390), "looked at: step 390") << "where its words stand to the left";
    EXPECT_EQ(interface.state().view<TrainView>().loss.ce_limits.high, top)
        << "it has no say in the axes";
}

}  // namespace
}  // namespace marginscope
