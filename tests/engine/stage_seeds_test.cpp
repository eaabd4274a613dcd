// How often support tokens recur under stages of other seeds: counted by hand, and of a real model
// by fitting the same stages apart from the engine.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/decode/seed_recurrence.h"
#include "engine/engine_fixture.h"
#include "nn/measure/probes.h"
#include "nn/model/device.h"
#include "nn/train/stage_fit.h"

namespace marginscope {
namespace {

std::vector<PositionMargins> margins_of(const std::vector<double>& logdets) {
    std::vector<PositionMargins> all;
    for (std::size_t i = 0; i < logdets.size(); ++i) {
        PositionMargins& margins = all.emplace_back();
        margins.position = static_cast<int>(i) + 2;
        margins.logdet.value = logdets[i];
        margins.sigma_min = 5.0 + static_cast<double>(i);  // another order
    }
    return all;
}

TEST(SeedRecurrence, CountsTheStagesThatAgree) {
    SeedRecurrence seeds(
        7, {margins_of({-3, 1, -2, 0}), margins_of({-3, 1, 2, -1}), margins_of({2, 1, -2, -4})});
    EXPECT_EQ(seeds.stages(), 3);
    EXPECT_EQ(seeds.count({2, 4, 3}, MarginKind::determinant, 2), (std::vector<int>{2, 2, 0}));
    EXPECT_EQ(seeds.count({2, 4, 3}, MarginKind::determinant, 1), (std::vector<int>{2, 0, 0}));
    EXPECT_EQ(seeds.count({2, 4, 3}, MarginKind::singular, 2), (std::vector<int>{3, 0, 3}));
    EXPECT_TRUE(seeds.count({}, MarginKind::singular, 2).empty());
}

class StageSeedsTest : public EngineTest {
protected:
    static constexpr int kSteps = 25;

    // The same protocol by its own function, one window of text.
    static std::vector<int> recurrence(const std::vector<int>& support, int stages, int k) {
        set_compute_threads(1);
        Model model = load_model(folder_ / "tiny.safetensors");
        const std::vector<int> ids = model.vocabulary.encode("Once upon a ");
        std::vector<int> counts(support.size());
        for (int seed = 1; seed <= stages; ++seed) {
            fit_stage(model, small_corpus(), kSteps, seed);
            const Stage stage(stage_embeddings(model.gpt, ids), stage_weights(model));
            std::vector<PositionMargins> margins;
            for (int i = 2; i < stage.positions(); ++i) margins.push_back(stage.margins(i));
            const std::vector<int> chosen = support_tokens(margins, MarginKind::determinant, k);
            for (std::size_t s = 0; s < support.size(); ++s)
                counts[s] += std::ranges::count(chosen, support[s]) > 0;
        }
        return counts;
    }
};

TEST_F(StageSeedsTest, RecurrenceIsThatOfStagesFittedApart) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().margins->stage_seeds, 0);
    SetView view;
    view.support = 3;
    engine.send(view);
    engine.send(FitStageSeeds{3, kSteps});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const auto margins = engine.frames().margins;
    EXPECT_EQ(margins->stage_seeds, 3);
    EXPECT_EQ(margins->recurrence_sentence, "");
    ASSERT_EQ(margins->recurrence.size(), margins->support.size());
    EXPECT_EQ(margins->recurrence, recurrence(margins->support, 3, 3));

    view.kind = MarginKind::geometric;
    engine.send(view);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(engine.frames().margins->recurrence.empty());
    EXPECT_NE(engine.frames().margins->recurrence_sentence, "");
    view.kind = MarginKind::determinant;
    engine.send(view);
    engine.send(StepDecode{1});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(engine.frames().margins->recurrence.empty());
    EXPECT_NE(engine.frames().margins->recurrence_sentence.find("has changed"), std::string::npos);
    engine.send(StepDecode{-1});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().margins->recurrence, margins->recurrence) << "the same text again";
    engine.send(LoadModel{options().model});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().margins->stage_seeds, 0);
}

TEST_F(StageSeedsTest, IsAJobThatCanBeStopped) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    engine.send(FitStageSeeds{0, 10});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "1 to 100 of them"));
    engine.send(FitStageSeeds{2, 100000000});
    ASSERT_TRUE(wait_for(engine, [](const Frames& frames) {
        return frames.status->jobs.size() == 1 && frames.status->jobs[0].eta_secs > 0;
    }));
    engine.send(FitStageSeeds{2, 10});
    engine.send(StepDecode{2});
    EXPECT_TRUE(wait_for(engine, [](const Frames& frames) { return frames.decode->cursor == 14; }))
        << "decoding waits for the fits";
    EXPECT_TRUE(said(engine, "stop those first"));
    engine.send(CancelJob{});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().margins->stage_seeds, 0);
    EXPECT_TRUE(engine.frames().status->jobs.empty());
}

}  // namespace
}  // namespace marginscope
