// Forks that are their parents bit for bit until something is changed, and runs that stop before
// their planned steps.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "nn/train/train_run_fixture.h"

namespace marginscope {
namespace {

std::string weights_of(const TrainRun& run) {
    std::string all;
    for (const TensorData& tensor : run.trainer().checkpoint().tensors)
        all.append(tensor.name)
            .append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
    return all;
}

/// With what has state of its own: a stage that learns its sigma, dropout, noise, a barrier that
/// falls and one that is sampled.
RunConfig forked_config() {
    RunConfig config = small_config();
    config.train.dropout = 0.1;
    config.train.noise = 0.05;
    config.barrier.lambda_end = 0.3;
    config.barrier.fraction = 0.5;
    config.stage.sigma = *sigma_rule_from("learned");
    return config;
}

TEST_F(TrainRunTest, AnUnchangedForkIsItsParentBitForBit) {
    for (const bool on_disk : {false, true}) {
        const fs::path parent = on_disk ? root_ / "parent" : fs::path();
        const fs::path child = on_disk ? root_ / "child" : fs::path();
        std::vector<double> losses[2];
        const auto listening = [&](int who) {
            TrainRun::Callbacks callbacks;
            callbacks.on_step = [&losses, who](const StepReport& report) {
                losses[who].push_back(report.ce);
            };
            return callbacks;
        };
        TrainRun run = TrainRun::start(forked_config(), small_corpus(), parent, {}, listening(0));
        to_step(run, 7);
        losses[0].clear();
        TrainRun fork = run.fork(child, small_corpus(), listening(1));
        EXPECT_EQ(weights_of(run), weights_of(fork));
        // In turn, as the window does it.
        while (fork.trainer().step_count() < 20) {
            run.step();
            fork.step();
            ASSERT_EQ(weights_of(run), weights_of(fork)) << "step " << fork.trainer().step_count();
        }
        EXPECT_EQ(losses[0].size(), 13U);
        EXPECT_EQ(losses[0], losses[1]);
        if (on_disk) expect_same_runs(parent, child);
    }
}

TEST_F(TrainRunTest, AChangedForkLeavesItsParentAlone) {
    TrainRun straight = TrainRun::start(forked_config(), small_corpus(), root_ / "straight");
    run_training(straight, {});
    TrainRun run = TrainRun::start(forked_config(), small_corpus(), root_ / "parent");
    to_step(run, 7);
    TrainRun fork = run.fork(root_ / "child", small_corpus());
    fork.set_live("barrier.lambda", 0.5);
    while (fork.step()) run.step();
    run_training(run, {});
    expect_same_runs(root_ / "straight", root_ / "parent");
    EXPECT_NE(weights_of(run), weights_of(fork));
    EXPECT_TRUE(RunFolder::open(root_ / "parent").read_events().empty());
    const RunPlan plan = RunFolder::open(root_ / "child").plan();
    EXPECT_EQ(plan.forked_at, 7);
    EXPECT_EQ(fs::path(plan.forked_from).filename(), "parent");
}

TEST_F(TrainRunTest, AForkThatIsKilledGoesOnFromItsOwnFolder) {
    const auto fork_of = [&](const std::string& name) {
        TrainRun run = TrainRun::start(forked_config(), small_corpus(), root_ / (name + "-parent"));
        to_step(run, 4);
        run.set_live("train.lr", 0.002);
        to_step(run, 7);
        TrainRun fork = run.fork(root_ / name, small_corpus());
        fork.set_live("barrier.lambda", 0.5);  // at the very step of its first checkpoint
        return fork;
    };
    TrainRun straight = fork_of("straight");
    run_training(straight, {});
    for (const std::int64_t killed_at : {7, 9, 12}) {
        const std::string name = "killed" + std::to_string(killed_at);
        {
            TrainRun fork = fork_of(name);
            to_step(fork, killed_at);
        }
        TrainRun resumed = TrainRun::resume(root_ / name, small_corpus());
        EXPECT_EQ(resumed.trainer().step_count(), killed_at < 10 ? 7 : 10);
        EXPECT_EQ(resumed.trainer().config().train.lr, 0.002);
        EXPECT_EQ(resumed.trainer().config().barrier.lambda, 0.5);
        run_training(resumed, {});
        expect_same_runs(root_ / "straight", root_ / name);
    }
}

TEST_F(TrainRunTest, AForkOfWhatIsNotWrittenIsNotWrittenEither) {
    TrainRun run = TrainRun::start(small_config(), small_corpus(), {});
    to_step(run, 3);
    EXPECT_THROW((void)run.fork(root_ / "child", small_corpus()), UserError);
    EXPECT_FALSE(fs::exists(root_ / "child"));
    EXPECT_TRUE(run.fork({}, small_corpus()).folder().empty());
}

TEST_F(TrainRunTest, ALossThatIsLowEnoughEndsTheRunAtItsStep) {
    RunConfig config = small_config();
    TrainRun straight = TrainRun::start(config, small_corpus(), root_ / "straight");
    run_training(straight, {});
    const auto lines = metrics(root_ / "straight");
    config.train.stop_loss = lines[2].at("val_ce");  // of step 10
    {
        TrainRun run = TrainRun::start(config, small_corpus(), root_ / "stopped");
        EXPECT_TRUE(run_training(run, {}));
        EXPECT_EQ(run.trainer().step_count(), 10);
        EXPECT_EQ(run.stopped_by().kind, StopReason::Kind::loss_reached);
        EXPECT_NE(run.stopped_by().sentence.find("step 10"), std::string::npos);
        EXPECT_TRUE(RunFolder::open(root_ / "stopped").is_finished());
    }
    // It stays ended, and goes on when it is asked to.
    TrainRun again = TrainRun::resume(root_ / "stopped", small_corpus());
    EXPECT_FALSE(again.step());
    EXPECT_EQ(again.trainer().step_count(), 10);
    again.plan_steps(20);
    again.set_live("train.stop_loss", 0.0);
    EXPECT_TRUE(run_training(again, {}));
    EXPECT_EQ(again.trainer().step_count(), 20);
    EXPECT_EQ(again.stopped_by().kind, StopReason::Kind::none);
}

TEST_F(TrainRunTest, MinutesThatAreOverPauseTheRunAndNothingElseChanges) {
    TrainRun straight = TrainRun::start(small_config(), small_corpus(), root_ / "straight");
    run_training(straight, {});
    TrainRun run = TrainRun::start(small_config(), small_corpus(), root_ / "slow");
    to_step(run, 6);
    run.set_live("train.stop_minutes", 1e-9);
    EXPECT_FALSE(run_training(run, {})) << "saved, not finished";
    EXPECT_EQ(run.trainer().step_count(), 7);
    EXPECT_EQ(run.stopped_by().kind, StopReason::Kind::time_over);
    EXPECT_TRUE(fs::exists(root_ / "slow/checkpoints/step-000007.safetensors"));
    run.set_live("train.stop_minutes", 0.0);
    EXPECT_TRUE(run_training(run, {}));
    EXPECT_EQ(run.trainer().step_count(), 20);
    EXPECT_EQ(weights_of(straight), weights_of(run));
    EXPECT_EQ(metrics(root_ / "straight"), metrics(root_ / "slow"));
}

}  // namespace
}  // namespace marginscope
