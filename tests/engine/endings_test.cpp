// Every way a training ends in the window saves what was trained; nothing that is not a number is
// ever written.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "engine/engine_fixture.h"
#include "files/run_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

class EngineEndingsTest : public EngineTest {
protected:
    void SetUp() override {
        place_ = folder_ / testing::UnitTest::GetInstance()->current_test_info()->name();
        fs::create_directories(place_);
    }

    /// A run that saves nothing by itself for a long time.
    static StartTraining long_run(const fs::path& run) {
        StartTraining start;
        start.config = tiny_config();
        start.config.train.steps = 1000000;
        start.config.train.checkpoint_every = 1000000;
        start.config.train.eval_every = 1000000;
        start.run_folder = run.string();
        return start;
    }

    static void train_a_while(Engine& engine) {
        ASSERT_TRUE(wait_for(engine, [](const Frames& frames) {
            return frames.training && frames.training->step > 5;
        }));
    }

    /// The step that a run folder would go on from; 0 when nothing was saved.
    static std::int64_t saved_step(const fs::path& run) {
        return RunFolder::open_for_writing(run).prepare_resume().step;
    }

    fs::path place_;
};

TEST_F(EngineEndingsTest, ClosingTheWindowSavesTheRun) {
    std::int64_t step = 0;
    {
        Engine engine(options());
        engine.send(long_run(place_ / "run"));
        train_a_while(engine);
        step = engine.frames().training->step;
        EXPECT_TRUE(engine.has_unsaved_work());
        const UnsavedWork work = engine.unsaved_work();
        EXPECT_NE(work.sentence.find((place_ / "run").string()), std::string::npos)
            << work.sentence;
        EXPECT_TRUE(work.save_as.empty()) << "the run folder is where it goes";
    }
    EXPECT_GE(saved_step(place_ / "run"), step);
}

TEST_F(EngineEndingsTest, AnExceptionElsewhereSavesTheRun) {
    try {
        Engine engine(options());
        engine.send(long_run(place_ / "run"));
        train_a_while(engine);
        throw std::runtime_error("the display is gone");
    } catch (const std::runtime_error&) {
    }
    EXPECT_GT(saved_step(place_ / "run"), 5);
}

TEST_F(EngineEndingsTest, StoppingSavesAndCanBeRepeated) {
    Engine engine(options());
    engine.send(long_run(place_ / "run"));
    train_a_while(engine);
    engine.stop();
    const std::int64_t step = saved_step(place_ / "run");
    EXPECT_GT(step, 5);
    engine.stop();
    engine.send(StepDecode{1});
    EXPECT_TRUE(engine.frames().decode) << "the last frames stay";
    EXPECT_EQ(saved_step(place_ / "run"), step);
}

TEST_F(EngineEndingsTest, AnotherTrainingSavesTheOneBefore) {
    Engine engine(options());
    engine.send(long_run(place_ / "run"));
    train_a_while(engine);
    engine.send(long_run(place_ / "second"));
    ASSERT_TRUE(wait_for(engine, [&](const Frames& frames) {
        return frames.training->run_folder == (place_ / "second").string();
    }));
    EXPECT_GT(saved_step(place_ / "run"), 5);
}

TEST_F(EngineEndingsTest, WithoutARunFolderTheModelIsKeptAside) {
    const fs::path kept = place_ / "state" / "unsaved-training.safetensors";
    {
        EngineOptions with_rescue = options();
        with_rescue.rescue_folder = (place_ / "state").string();
        Engine engine(with_rescue);
        engine.send(long_run(""));
        train_a_while(engine);
        const UnsavedWork work = engine.unsaved_work();
        EXPECT_NE(work.sentence.find("no run folder"), std::string::npos) << work.sentence;
        EXPECT_EQ(work.sentence.find("checkpoint"), std::string::npos) << "there is none";
        EXPECT_EQ(fs::path(work.save_as).parent_path(), place_ / "state");
        EXPECT_FALSE(fs::exists(kept)) << "only at the end";
    }
    ASSERT_TRUE(fs::exists(kept));
    EXPECT_GT(load_model(kept).step, 5);
}

TEST_F(EngineEndingsTest, TheTrainingIsSavedByHandWhicheverModelIsShown) {
    const fs::path mine = place_ / "new folder" / "mine.safetensors";
    {
        EngineOptions with_rescue = options();
        with_rescue.rescue_folder = (place_ / "state").string();
        Engine engine(with_rescue);
        engine.send(long_run(""));
        train_a_while(engine);
        engine.send(PauseTraining{});
        engine.send(LoadModel{(folder_ / "tiny.safetensors").string()});
        engine.send(SaveTraining{mine.string()});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        EXPECT_EQ(load_model(mine).step, engine.frames().training->step);
        EXPECT_FALSE(engine.has_unsaved_work()) << engine.unsaved_work().sentence;
    }
    EXPECT_FALSE(fs::exists(place_ / "state")) << "nothing is left to keep aside";
}

TEST_F(EngineEndingsTest, SavingReplacesCheckpointsAndNothingElse) {
    const fs::path text = place_ / "notes.txt";
    std::ofstream(text) << "not to be lost";
    const fs::path checkpoint = place_ / "mine.safetensors";
    Engine engine(options());
    engine.send(long_run(""));
    train_a_while(engine);
    engine.send(PauseTraining{});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    engine.take_log();
    for (const Command& wish : CommandList{
             SaveModel{text.string()}, SaveTraining{text.string()}, SaveModel{place_.string()},
             SaveTraining{place_.string()}, SaveModel{""}, SaveTraining{""}}) {
        engine.send(wish);
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        const std::vector<LogLine> log = engine.take_log();
        ASSERT_EQ(log.size(), 1u) << command_name(wish);
        EXPECT_TRUE(log[0].error) << command_name(wish) << ": " << log[0].text;
    }
    std::ifstream in(text);
    std::string kept;
    std::getline(in, kept);
    EXPECT_EQ(kept, "not to be lost");
    for (int twice = 0; twice < 2; ++twice) {
        engine.send(SaveModel{checkpoint.string()});
        engine.send(SaveTraining{checkpoint.string()});
    }
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    for (const LogLine& line : engine.take_log()) EXPECT_FALSE(line.error) << line.text;
    EXPECT_EQ(load_model(checkpoint).step, engine.frames().training->step);
}

TEST_F(EngineEndingsTest, WhatIsNotANumberStopsTheRunAndIsNeverWritten) {
    const fs::path run = place_ / "run";
    {
        EngineOptions with_rescue = options();
        with_rescue.rescue_folder = (place_ / "state").string();
        Engine engine(with_rescue);
        StartTraining start;
        start.config = tiny_config();
        start.config.train.steps = 400;
        start.config.train.lr = start.config.train.min_lr = 10;
        start.config.train.warmup = 0;
        start.config.train.weight_decay = 1e6;  // each step multiplies the weights by -1e7
        start.run_folder = run.string();
        engine.send(start);
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        const auto training = engine.frames().training;
        EXPECT_EQ(training->state, TrainingState::failed);
        EXPECT_LT(training->step, 400);
        EXPECT_FALSE(training->sentence.empty());
        EXPECT_TRUE(engine.frames().status->message_is_error);
        start.run_folder.clear();
        engine.send(start);
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        EXPECT_EQ(engine.frames().training->state, TrainingState::failed);
    }
    EXPECT_FALSE(fs::exists(run / "final.safetensors"));
    EXPECT_FALSE(fs::exists(place_ / "state" / "unsaved-training.safetensors"));
    if (!fs::exists(run / "checkpoints")) return;
    for (const auto& entry : fs::directory_iterator(run / "checkpoints")) {
        const Model model = load_model(entry.path());
        EXPECT_TRUE(std::isfinite(model.gpt.token_embeddings().sum().item<double>()))
            << entry.path();
    }
}

}  // namespace
}  // namespace marginscope
