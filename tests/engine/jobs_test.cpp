// Long work beside the loop: a stage is fitted while text is decoded and a model trains.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/engine_fixture.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr int kForAges = 100000000;

using EngineJobsTest = EngineTest;

TEST_F(EngineJobsTest, AFittedStageIsShownWhenItIsDone) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames before = engine.frames();
    engine.send(FitStage{40});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames after = engine.frames();
    EXPECT_EQ(after.decode->model_label, before.decode->model_label + " + stage");
    EXPECT_EQ(logprobs(after), logprobs(before)) << "the model itself does not change";
    EXPECT_NE(after.margins->cells[11].logdet, before.margins->cells[11].logdet);
    EXPECT_TRUE(after.status->jobs.empty());
    EXPECT_TRUE(said(engine, "The stage is fitted."));
    engine.send(FitStage{3});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().decode->model_label, before.decode->model_label + " + stage");
}

TEST_F(EngineJobsTest, DecodingGoesOnWhileAStageIsFittedUntilItIsStopped) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames before = engine.frames();
    engine.send(FitStage{kForAges});
    ASSERT_TRUE(wait_for(engine, [](const Frames& frames) {
        return frames.status->jobs.size() == 1 && frames.status->jobs[0].progress > 0;
    }));
    const JobStatus job = engine.frames().status->jobs[0];
    EXPECT_EQ(job.what, "fitting a stage");
    EXPECT_LT(job.progress, 1);
    EXPECT_GT(job.eta_secs, 0);
    EXPECT_EQ(engine.frames().status->activity, "fitting a stage");
    engine.send(StepDecode{3});
    EXPECT_TRUE(wait_for(engine, [](const Frames& frames) { return frames.decode->cursor == 15; }))
        << "the fit blocks decoding";
    EXPECT_FALSE(engine.frames().status->jobs.empty()) << "the fit still runs";
    engine.send(FitStage{5});
    EXPECT_TRUE(wait_for(engine, [](const Frames& frames) {
        return frames.status->message == "A stage is being fitted; stop that one first.";
    }));
    engine.send(CancelJob{job.number});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames after = engine.frames();
    EXPECT_TRUE(after.status->jobs.empty());
    EXPECT_EQ(after.decode->model_label, before.decode->model_label);
    EXPECT_EQ(after.margins->cells[11].logdet, before.margins->cells[11].logdet)
        << "a stopped fit changes nothing";
    EXPECT_TRUE(said(engine, "Fitting a stage was stopped"));
    engine.send(CancelJob{job.number});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "There is no job")) << "it is over";
}

TEST_F(EngineJobsTest, TrainingGoesOnWhileAStageIsFitted) {
    Engine engine(options());
    StartTraining start;
    start.config = tiny_config();
    start.config.train.steps = kForAges;
    engine.send(start);
    engine.send(FitStage{kForAges});
    ASSERT_TRUE(wait_for(engine, [](const Frames& frames) {
        return !frames.status->jobs.empty() && frames.status->jobs[0].progress > 0;
    }));
    const std::int64_t step = engine.frames().training->step;
    EXPECT_TRUE(
        wait_for(engine, [&](const Frames& frames) { return frames.training->step > step + 5; }));
    EXPECT_FALSE(engine.frames().status->jobs.empty());
}

TEST_F(EngineJobsTest, AStageOfAModelThatIsNoLongerShownIsLetGo) {
    Engine engine(options());
    const fs::path other = folder_ / "other.safetensors";
    fs::copy_file(folder_ / "tiny.safetensors", other, fs::copy_options::overwrite_existing);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const float logdet = engine.frames().margins->cells[11].logdet;
    engine.send(FitStage{60});
    engine.send(LoadModel{other.string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "another model was chosen meanwhile"));
    EXPECT_EQ(engine.frames().decode->model_label, "other.safetensors");
    EXPECT_EQ(engine.frames().margins->cells[11].logdet, logdet);
}

TEST_F(EngineJobsTest, AFitThatCannotBeDoneIsASentence) {
    EngineOptions bad = options();
    const fs::path text = folder_ / "short.txt";
    std::ofstream(text) << "too short";
    bad.text = text.string();
    Engine engine(bad);
    engine.send(FitStage{10});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "While fitting a stage: "));
    EXPECT_EQ(engine.frames().decode->model_label, "tiny.safetensors");
}

TEST_F(EngineJobsTest, QuittingStopsAFit) {
    const auto began = std::chrono::steady_clock::now();
    {
        Engine engine(options());
        engine.send(FitStage{kForAges});
        ASSERT_TRUE(wait_for(engine, [](const Frames& frames) {
            return frames.status && !frames.status->jobs.empty();
        }));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(50));
}

}  // namespace
}  // namespace marginscope
