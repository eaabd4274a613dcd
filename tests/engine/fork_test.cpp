// A training and its fork side by side: the same batches, news of both told apart, both kept.
#include <cmath>
#include <map>

#include "engine/engine_fixture.h"
#include "files/run_folder.h"

namespace marginscope {
namespace {

/// Losses by step, of the training and of its fork.
struct Told {
    std::map<std::int64_t, float> run, fork;
    int looks = 0, forks = 0;
    bool kept = false;
};

Told told_by(Engine& engine) {
    Told told;
    for (const TrainingEvent& event : engine.take_training_events()) {
        told.forks += std::holds_alternative<TrainingForked>(event.what);
        if (const auto* closed = std::get_if<ForkClosed>(&event.what)) told.kept = closed->kept;
        const auto* news = std::get_if<RunNews>(&event.what);
        if (news == nullptr) continue;
        told.looks += std::holds_alternative<MarginSample>(*news);
        if (const auto* sample = std::get_if<TrainingSample>(news))
            (event.of_fork ? told.fork : told.run)[sample->step] = sample->ce;
    }
    return told;
}

TEST_F(EngineTest, AForkGoesOnBesideItsTrainingOverTheSameBatches) {
    const std::string run = (folder_ / "fork-parent").string();
    Engine engine(options());
    engine.send(StartTraining{tiny_config(), false, run});
    engine.send(PauseTraining{});
    engine.send(StepTraining{5});
    engine.send(ForkTraining{});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const std::int64_t at = engine.frames().training->step;
    ASSERT_NE(engine.frames().fork, nullptr);
    EXPECT_EQ(engine.frames().fork->run_folder, run + "-fork-" + std::to_string(at));
    EXPECT_EQ(told_by(engine).forks, 1);
    engine.send(StepTraining{4});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    Told told = told_by(engine);
    ASSERT_EQ(told.run.size(), 4U);
    EXPECT_EQ(told.run, told.fork) << "unchanged: bit for bit";
    engine.send(SetLive{"barrier.lambda", 3.0, true});
    engine.send(TrainUntil{at + 10});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    told = told_by(engine);
    EXPECT_EQ(told.run.rbegin()->first, at + 10);
    EXPECT_EQ(told.fork.rbegin()->first, at + 10);
    EXPECT_NE(told.run.rbegin()->second, told.fork.rbegin()->second);
    EXPECT_EQ(engine.frames().training->config.barrier.lambda, tiny_config().barrier.lambda);
    EXPECT_EQ(engine.frames().fork->config.barrier.lambda, 3.0);
    engine.send(ForkTraining{});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "fork already"));

    engine.send(CloseFork{true});
    engine.send(StepTraining{1});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    told = told_by(engine);
    EXPECT_TRUE(told.kept);
    EXPECT_EQ(engine.frames().fork, nullptr);
    EXPECT_EQ(engine.frames().training->config.barrier.lambda, 3.0);
    EXPECT_EQ(told.run.size(), 1U) << "the fork is the training now";
    EXPECT_TRUE(told.fork.empty());
    EXPECT_EQ(RunFolder::open(run).latest_checkpoint()->step, at + 10) << "its parent is kept";
}

TEST_F(EngineTest, AForkIsShownAndClosedAndWithoutAFolderToo) {
    Engine engine(options());
    engine.send(StartTraining{tiny_config(), false, ""});
    engine.send(PauseTraining{});
    engine.send(ForkTraining{});
    engine.send(ShowTraining{true});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(engine.frames().fork->run_folder.empty());
    EXPECT_EQ(engine.frames().fork->shown_step, engine.frames().fork->step);
    EXPECT_EQ(engine.frames().training->shown_step, -1);
    engine.send(CloseFork{false});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().training->shown_step, engine.frames().training->step)
        << "what stays is shown";
    engine.send(CloseFork{false});
    engine.send(SetLive{"barrier.lambda", 3.0, true});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "There is no fork"));
}

TEST_F(EngineTest, AStartThatFailsLeavesTheTrainingAndWhatItTold) {
    Engine engine(options());
    engine.send(StartTraining{tiny_config(), false, ""});
    engine.send(PauseTraining{});
    engine.send(StepTraining{2});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    (void)engine.take_training_events();
    engine.send(ResumeRun{(folder_ / "nothing-here").string()});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    for (const TrainingEvent& event : engine.take_training_events())
        EXPECT_FALSE(std::holds_alternative<TrainingReset>(event.what));
    EXPECT_GE(engine.frames().training->step, 2);
}

TEST_F(EngineTest, EveryWorkspaceLooksBackAtKeptSteps) {
    const std::string run = (folder_ / "looked-back-at").string();
    std::vector<float> early, late;
    {
        Engine engine(options());
        engine.send(StartTraining{tiny_config(), false, run});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        const auto training = engine.frames().training;
        ASSERT_EQ(training->step, 30);
        ASSERT_EQ(training->moments.size(), 31U) << "of a short run every step";
        late = logprobs(engine.frames());
        engine.send(ShowTraining{false, 10});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        EXPECT_EQ(engine.frames().training->shown_step, 10);
        EXPECT_EQ(engine.frames().decode->model_label, "training, step 10");
        early = logprobs(engine.frames());
        EXPECT_NE(early, late);
        engine.send(ShowTraining{});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        EXPECT_EQ(logprobs(engine.frames()), late);
        engine.send(ShowTraining{false, 3333});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        EXPECT_TRUE(said(engine, "No model of step 3333"));
    }
    // Of a resumed run what its folder has.
    Engine engine(options());
    engine.send(ResumeRun{run});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().training->moments, (std::vector<std::int64_t>{10, 20, 30}));
    engine.send(ShowTraining{false, 10});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(logprobs(engine.frames()), early) << "the checkpoint is that moment";
}

TEST_F(EngineTest, MarginsAreLookedAtBetweenEvaluations) {
    Engine engine(options());
    RunConfig config = tiny_config();
    config.train.steps = 400;
    config.train.eval_every = 400;
    engine.send(StartTraining{config, false, ""});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    int evaluations = 0, looks = 0;
    std::int64_t last = -1;
    for (const TrainingEvent& event : engine.take_training_events()) {
        const auto* news = std::get_if<RunNews>(&event.what);
        if (news == nullptr) continue;
        evaluations += std::holds_alternative<EvalSample>(*news);
        if (const auto* look = std::get_if<MarginSample>(news)) {
            ++looks;
            EXPECT_GT(look->step, last);
            last = look->step;
            EXPECT_TRUE(std::is_sorted(look->logdets.begin(), look->logdets.end()));
            EXPECT_EQ(look->head_entropies.size(), 2U);
        }
    }
    EXPECT_EQ(evaluations, 2);
    EXPECT_GE(looks, 2) << "at the start and at the end at least";
    EXPECT_EQ(last, 400);
}

TEST_F(EngineTest, AConditionThatIsMetEndsTheTrainingAndSaysSo) {
    Engine engine(options());
    RunConfig config = tiny_config();
    config.train.stop_loss = 100;
    engine.send(StartTraining{config, false, ""});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().training->state, TrainingState::finished);
    EXPECT_EQ(engine.frames().training->step, 10);
    EXPECT_NE(engine.frames().training->sentence.find("to stop at"), std::string::npos);
    config.train.stop_loss = 0;
    config.train.stop_minutes = 1e-9;
    engine.send(StartTraining{config, false, ""});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().training->state, TrainingState::paused);
    EXPECT_NE(engine.frames().training->sentence.find("minutes of this run are over"),
              std::string::npos);
}

}  // namespace
}  // namespace marginscope
