// What a training and its fork have told, and when a map of it is stale.
#include <gtest/gtest.h>

#include <cmath>

#include "figures/train/train_series.h"
#include "ui/train/step_map.h"

namespace marginscope {
namespace {

TrainingSample sample_at(std::int64_t step, float ce) {
    TrainingSample sample;
    sample.step = step;
    sample.ce = ce;
    return sample;
}

TEST(TrainHistory, AResetForgetsTheOldRun) {
    TrainHistory history;
    history.take({{false, sample_at(1, 2.0F)},
                  {false, LiveMark{1, "lambda 0.1"}},
                  {false, TrainingForked{1, "fork"}},
                  {false, TrainingReset{"next"}},
                  {false, sample_at(1, 3.0F)}});
    EXPECT_EQ(history.run.label, "next");
    ASSERT_EQ(history.run.samples.size(), 1U);
    EXPECT_FLOAT_EQ(history.run.samples[0].ce, 3.0F);
    EXPECT_TRUE(history.run.marks.empty());
    EXPECT_FALSE(history.forked);
    EXPECT_TRUE(history.fork.empty());
}

TEST(TrainHistory, AForkHasItsParentsPastAndAFutureOfItsOwn) {
    TrainHistory history;
    history.take({{false, sample_at(1, 2.0F)}, {false, sample_at(2, 1.9F)}});
    EXPECT_FALSE(fork_difference(history, 10).has_value());
    history.take({{false, TrainingForked{2, "fork"}}});
    EXPECT_FALSE(fork_difference(history, 10).has_value()) << "neither has gone on";
    history.take({{false, sample_at(3, 1.8F)}, {true, sample_at(3, 1.7F)}});
    ASSERT_EQ(history.run.samples.size(), 3U);
    ASSERT_EQ(history.fork.samples.size(), 3U);
    EXPECT_EQ(history.fork.samples[1].ce, history.run.samples[1].ce);
    history.take(
        {{false, sample_at(4, 1.6F)}, {true, sample_at(4, 1.8F)}, {false, sample_at(5, 1.0F)}});
    const auto difference = fork_difference(history, 10);
    ASSERT_TRUE(difference.has_value());
    EXPECT_EQ(difference->steps, 2) << "only steps that both have done since they parted";
    EXPECT_NEAR(difference->mean, (0.2 - 0.1) / 2, 1e-6);
    EXPECT_NEAR(difference->spread, 0.3 / std::sqrt(2.0), 1e-6);
    EXPECT_NEAR(fork_difference(history, 1)->mean, 0.2, 1e-6) << "the newest";
    const std::uint64_t version = history.run.version;
    history.take({{false, ForkClosed{true}}});
    EXPECT_GT(history.run.version, version);
    EXPECT_FALSE(history.forked);
    EXPECT_FLOAT_EQ(history.run.samples.back().ce, 1.8F) << "the fork is the run now";
}

TEST(StepMap, ARunThatBeganAnewIsDrawnAnew) {
    TrainSeries series;
    series.label = "stories";
    const auto look = [&](float logdet) {
        MarginSample sample;
        sample.step = 60;
        sample.logdets = {logdet};
        series.margins = {sample};
    };
    StepMapView view;
    look(1);
    EXPECT_TRUE(looks_changed(series, view));
    EXPECT_FALSE(looks_changed(series, view));
    look(2);  // as many looks, the same last step, the same name
    EXPECT_TRUE(looks_changed(series, view));
}

}  // namespace
}  // namespace marginscope
