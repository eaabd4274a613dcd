// The engine at its boundary: commands in, frames out, on a small model trained here.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include "engine/engine_fixture.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

TEST_F(EngineTest, ShowsThePromptWithMarginsAttentionAndBoundary) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames frames = engine.frames();
    ASSERT_TRUE(frames.decode && frames.margins && frames.attention && frames.boundary &&
                frames.status);
    EXPECT_EQ(frames.decode->cursor, 12);
    ASSERT_EQ(frames.margins->cells.size(), 12u);
    EXPECT_FALSE(frames.margins->cells[1].valid) << "two tokens have no margin";
    EXPECT_TRUE(frames.margins->cells[11].valid);
    EXPECT_EQ(frames.margins->support.size(), 5u);
    EXPECT_EQ(frames.attention->weights.size(), 1u * 2 * 12 * 12);
    float row = 0;
    for (int key = 0; key <= 5; ++key)
        row += frames.attention->weights[static_cast<std::size_t>(5 * 12 + key)];
    EXPECT_NEAR(row, 1.0f, 1e-5f);
    EXPECT_EQ(frames.boundary->index, 11);
    EXPECT_EQ(frames.boundary->rows, frames.boundary->columns);
    EXPECT_FALSE(frames.decode->candidates.empty());
}

TEST_F(EngineTest, BackAndForwardGiveIdenticalNumbers) {
    Engine engine(options());
    engine.send(StepDecode{6});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames before = engine.frames();
    engine.send(StepDecode{-6});
    engine.send(StepDecode{6});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames after = engine.frames();
    ASSERT_EQ(before.decode->cursor, after.decode->cursor);
    EXPECT_EQ(logprobs(before), logprobs(after));
    for (std::size_t k = 2; k < before.margins->cells.size(); ++k) {
        ASSERT_TRUE(before.margins->cells[k].valid)
            << "measured before the window moved on, at " << k;
        EXPECT_EQ(before.margins->cells[k].logdet, after.margins->cells[k].logdet) << k;
    }
}

TEST_F(EngineTest, AChosenCandidateIsABranchAndTheOldOneStays) {
    Engine engine(options());
    engine.send(StepDecode{1});
    engine.send(StepDecode{-1});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const auto decode = engine.frames().decode;
    int other = -1;
    for (const CandidateCell& candidate : decode->candidates)
        if (candidate.node < 0) other = candidate.token;
    ASSERT_GE(other, 0);
    engine.send(ChooseToken{other});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const auto branched = engine.frames().decode;
    EXPECT_EQ(branched->line.back().token, other);
    EXPECT_EQ(branched->tree.size(), decode->tree.size() + 1);
}

TEST_F(EngineTest, ADragMovesTheTokenAndEverythingAfterIt) {
    Engine engine(options());
    SetView view;
    view.index = 8;
    engine.send(view);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames before = engine.frames();
    engine.send(DragToken{8, {0.2f, 0.1f}});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const Frames after = engine.frames();
    EXPECT_NEAR(after.boundary->token_at.x, 0.2f, 1e-5f);
    EXPECT_NE(after.boundary->logdet_now, before.boundary->logdet_now);
    EXPECT_EQ(after.margins->cells[7].logdet, before.margins->cells[7].logdet)
        << "the past does not change";
    EXPECT_NE(after.margins->cells[10].logdet, before.margins->cells[10].logdet);
    EXPECT_NE(after.decode->line[10].logprob, before.decode->line[10].logprob);
    EXPECT_EQ(after.decode->dragged, std::vector<int>{8});
    engine.send(ResetDrags{});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(logprobs(engine.frames()), logprobs(before));
}

TEST_F(EngineTest, TheTwinStandsBesideATextThatStaysAsItIs) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const auto clean = logprobs(engine.frames());
    engine.send(SetDecodeNoise{1.0, true, 7});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(logprobs(engine.frames()), clean);
    const auto first = engine.frames().twin;
    ASSERT_EQ(first->cells.size(), 12u);
    EXPECT_EQ(first->pending, 0);
    EXPECT_GT(first->cells[11].kl, 0.0f);
    engine.send(SetDecodeNoise{1.0, true, 8});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_NE(engine.frames().twin->cells[11].kl, first->cells[11].kl);
    engine.send(SetDecodeNoise{1.0, true, 7});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().twin->cells[11].kl, first->cells[11].kl);
    engine.send(SetDecodeNoise{0.0, true, 7});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(engine.frames().twin->cells.empty());
}

TEST_F(EngineTest, TrainsPausesStepsAndMarksLiveChanges) {
    Engine engine(options());
    StartTraining start;
    start.config = tiny_config();
    engine.send(start);
    engine.send(PauseTraining{});
    engine.send(StepTraining{3});
    engine.send(SetLive{"barrier.lambda", 0.5});
    engine.send(StepTraining{2});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const auto training = engine.frames().training;
    EXPECT_EQ(training->state, TrainingState::paused);
    EXPECT_DOUBLE_EQ(training->config.barrier.lambda, 0.5);
    int samples = 0, marks = 0, evals = 0;
    float lambda = 0;
    for (const TrainingEvent& event : engine.take_training_events()) {
        const auto* news = std::get_if<RunNews>(&event.what);
        if (news == nullptr) continue;
        EXPECT_FALSE(event.of_fork);
        if (const auto* sample = std::get_if<TrainingSample>(news)) {
            EXPECT_EQ(sample->step, ++samples) << "no step is skipped";
            lambda = sample->lambda;
        }
        marks += std::holds_alternative<LiveMark>(*news);
        evals += std::holds_alternative<EvalSample>(*news);
    }
    EXPECT_EQ(samples, training->step);
    EXPECT_EQ(marks, 1);
    EXPECT_GE(evals, 1);
    EXPECT_FLOAT_EQ(lambda, 0.5f);
    engine.send(TrainUntil{training->step + 4});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().training->step, training->step + 4);
}

TEST_F(EngineTest, ARunFolderIsWrittenAndResumed) {
    const std::string run = (folder_ / "run").string();
    {
        Engine engine(options());
        engine.send(StartTraining{tiny_config(), false, run});
        engine.send(PauseTraining{});
        engine.send(StepTraining{12});
        engine.send(StopTraining{});
        ASSERT_TRUE(engine.wait_until_idle(kPatience));
        EXPECT_FALSE(engine.has_unsaved_work());
    }
    Engine engine(options());
    engine.send(ResumeRun{run});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(engine.frames().training->step, 30);
    EXPECT_TRUE(fs::exists(fs::path(run) / "final.safetensors"));
}

TEST_F(EngineTest, BadWishesBecomeMessagesAndNothingIsLost) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const auto before = logprobs(engine.frames());
    for (const Command& command : CommandList{
             LoadModel{"/nowhere.safetensors"}, LoadModel{(folder_ / "text.txt").string()},
             LoadText{"/nowhere.txt"}, ResumeRun{"/nowhere"}, OpenPath{"/nowhere"}, PauseTraining{},
             ChooseToken{99999}, GoToNode{-4}, JumpDecode{100000}, DragToken{500, {1, 1}},
             SetLive{"barrier.lambda", -3}, SaveModel{"/nowhere/at/all.safetensors"}})
        engine.send(command);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_EQ(logprobs(engine.frames()), before);
    int errors = 0;
    for (const LogLine& line : engine.take_log()) errors += line.error;
    EXPECT_GE(errors, 7);
}

TEST_F(EngineTest, EveryCommandIsTakenAsItComesWithItsDefaults) {
    Engine engine(options());
    for (const std::string_view name : kCommandNames) {
        if (name == "start_path" || name == "start_training") continue;  // long by default
        engine.send(*command_named(name));
        engine.send(CancelJob{});
        if (name != PlayDecode::kName) {
            ASSERT_TRUE(engine.wait_until_idle(kPatience)) << name;
        }
        engine.send(PlayDecode{false});
        ASSERT_TRUE(engine.wait_until_idle(kPatience)) << name;
        for (const LogLine& line : engine.take_log()) {
            EXPECT_FALSE(line.text.empty()) << name;
            EXPECT_EQ(line.text.find("LibTorch"), std::string::npos) << name << ": " << line.text;
        }
    }
    EXPECT_GT(engine.frames().decode->cursor, 0);
}

TEST_F(EngineTest, ALiveSettingIsSetInItsOwnKind) {
    Engine engine(options());
    StartTraining start;
    start.config = tiny_config();
    engine.send(start);
    engine.send(PauseTraining{});
    engine.send(SetLive{"train.noise_relative", true});
    engine.send(SetLive{"train.noise", std::int64_t{1}});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(engine.frames().training->config.train.noise_relative);
    EXPECT_EQ(engine.frames().training->config.train.noise, 1.0) << "a whole number serves";
    engine.take_log();
    engine.send(SetLive{"train.noise_relative", 1.0});
    engine.send(SetLive{"train.noise", true});
    engine.send(SetLive{"train.noise", std::string("much")});
    engine.send(SetLive{"train.wings", 2.0});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const std::vector<LogLine> log = engine.take_log();
    ASSERT_EQ(log.size(), 4u) << "a value of another kind is refused in a sentence";
    for (const LogLine& line : log) EXPECT_TRUE(line.error) << line.text;
    EXPECT_EQ(engine.frames().training->config.train.noise, 1.0);
}

TEST_F(EngineTest, AMissingModelIsSaidAtTheStart) {
    EngineOptions bad = options();
    bad.model = "/nowhere.safetensors";
    Engine engine(bad);
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    bool said = false;
    for (const LogLine& line : engine.take_log())
        said = said || (line.error && line.text.find("/nowhere.safetensors") != std::string::npos);
    EXPECT_TRUE(said);
}

TEST_F(EngineTest, QuittingWhileItTrainsAndPlaysIsPrompt) {
    const auto began = std::chrono::steady_clock::now();
    {
        EngineOptions playing = options();
        playing.autoplay = true;
        std::atomic<int> frames = 0;
        playing.on_frame = [&] { ++frames; };
        Engine engine(playing);
        RunConfig config = tiny_config();
        config.train.steps = 1000000;
        engine.send(StartTraining{config, false, ""});
        for (int waits = 0; waits < 600 && frames < 20; ++waits)
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        EXPECT_GE(frames, 20);
        EXPECT_TRUE(engine.has_unsaved_work()) << "without a run folder all steps would be lost";
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(50));
}

}  // namespace
}  // namespace marginscope
