// Runs on disk: metrics and checkpoints when due, live changes replayed, resumed runs equal to
// straight ones.
#include "nn/train/train_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/run_folder.h"
#include "nn/model/checkpoint.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

Corpus small_corpus() {
    std::string text;
    for (int k = 0; k < 300; ++k) text += "one " + std::to_string(k * k % 89) + " two (three) ";
    return {"numbers", text};
}

RunConfig small_config() {
    RunConfig config;
    config.model = {1, 2, 8, 12, false};
    config.train.batch = 3;
    config.train.steps = 20;
    config.train.warmup = 3;
    config.train.eval_every = 5;
    config.train.checkpoint_every = 10;
    config.train.eval_windows = 4;
    config.train.threads = 1;
    config.train.device = DeviceChoice::cpu;
    return config;
}

class TrainRunTest : public testing::Test {
protected:
    void SetUp() override {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        root_ = fs::temp_directory_path() /
                ("marginscope_run_" + std::string(info->name()) + std::to_string(::getpid()));
        fs::remove_all(root_);
        fs::create_directories(root_);
    }
    void TearDown() override { fs::remove_all(root_); }

    static nlohmann::json metrics(const fs::path& folder) {
        nlohmann::json lines = nlohmann::json::array();
        for (nlohmann::json line : RunFolder::open(folder).read_metrics()) {
            line.erase("tokens_per_s");  // a timing
            lines.push_back(line);
        }
        return lines;
    }

    static std::string bytes(const fs::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    void expect_same_runs(const fs::path& a, const fs::path& b) {
        EXPECT_EQ(metrics(a), metrics(b));
        const SafeTensors x = read_safetensors(a / "final.safetensors");
        const SafeTensors y = read_safetensors(b / "final.safetensors");
        ASSERT_EQ(x.tensors.size(), y.tensors.size());
        for (std::size_t k = 0; k < x.tensors.size(); ++k)
            EXPECT_EQ(x.tensors[k].bytes, y.tensors[k].bytes) << x.tensors[k].name;
        EXPECT_EQ(x.metadata, y.metadata);
    }

    fs::path root_;
};

void to_step(TrainRun& run, std::int64_t step) {
    while (run.trainer().step_count() < step && run.step()) {
    }
}

TEST_F(TrainRunTest, WritesWhatTheDesignPromises) {
    TrainRun run = TrainRun::start(small_config(), small_corpus(), root_ / "run");
    EXPECT_TRUE(run_training(run, {}));
    const auto lines = metrics(root_ / "run");
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[0].at("step"), 0);
    EXPECT_TRUE(lines[0].at("ce").is_null());
    EXPECT_EQ(lines[4].at("step"), 20);
    for (const char* key :
         {"step", "ce", "val_ce", "barrier", "logdet_mean", "sigma_min_min", "share_beyond",
          "capped", "singular", "embedding_rms", "grad_norm", "lr", "lambda", "train_noise"})
        EXPECT_TRUE(lines[4].contains(key)) << key;
    EXPECT_TRUE(fs::exists(root_ / "run/checkpoints/step-000010.safetensors"));
    EXPECT_EQ(load_model(root_ / "run").step, 20);
    EXPECT_FALSE(run.has_unsaved_steps());
    EXPECT_THROW(TrainRun::start(small_config(), small_corpus(), root_ / "run"), UserError);
}

TEST_F(TrainRunTest, ResumedRunEqualsTheStraightOne) {
    {
        TrainRun run = TrainRun::start(small_config(), small_corpus(), root_ / "straight");
        run_training(run, {});
    }
    for (const std::int64_t killed_at : {3, 10, 13, 20}) {
        const fs::path folder = root_ / ("killed" + std::to_string(killed_at));
        {
            TrainRun run = TrainRun::start(small_config(), small_corpus(), folder);
            to_step(run, killed_at);  // and ends without saving
        }
        TrainRun run = TrainRun::resume(folder, small_corpus());
        EXPECT_EQ(run.trainer().step_count(), killed_at / 10 * 10);
        run_training(run, {});
        expect_same_runs(root_ / "straight", folder);
    }
}

TEST_F(TrainRunTest, LiveChangesAreReplayed) {
    const auto begin = [&](const fs::path& folder, std::int64_t until) {
        TrainRun run = TrainRun::start(small_config(), small_corpus(), folder);
        to_step(run, 10);
        run.set_live("barrier.lambda", 0.3);  // just after a checkpoint
        to_step(run, 13);
        run.set_live("train.noise", 0.1);
        to_step(run, until);
    };
    begin(root_ / "straight", 20);
    begin(root_ / "killed", 16);
    TrainRun run = TrainRun::resume(root_ / "killed", small_corpus());
    EXPECT_EQ(run.trainer().step_count(), 10);
    EXPECT_EQ(run.trainer().config().barrier.lambda, 0.3);
    EXPECT_EQ(run.trainer().config().train.noise, 0.0);
    run_training(run, {});
    EXPECT_EQ(run.trainer().config().train.noise, 0.1);
    expect_same_runs(root_ / "straight", root_ / "killed");
}

TEST_F(TrainRunTest, AStopSavesAtAStepAndResumes) {
    {
        TrainRun run = TrainRun::start(small_config(), small_corpus(), root_ / "straight");
        run_training(run, {});
    }
    std::stop_source stop;
    TrainRun::Callbacks callbacks;
    callbacks.on_step = [&](const StepReport& report) {
        if (report.step == 7) stop.request_stop();
    };
    {
        TrainRun run =
            TrainRun::start(small_config(), small_corpus(), root_ / "stopped", nullptr, callbacks);
        EXPECT_FALSE(run_training(run, stop.get_token()));
        EXPECT_TRUE(fs::exists(root_ / "stopped/checkpoints/step-000007.safetensors"));
    }
    TrainRun run = TrainRun::resume(root_ / "stopped", small_corpus());
    EXPECT_EQ(run.trainer().step_count(), 7);
    EXPECT_TRUE(run_training(run, {}));
    expect_same_runs(root_ / "straight", root_ / "stopped");
}

TEST_F(TrainRunTest, WithoutAFolderNothingIsWritten) {
    TrainRun run = TrainRun::start(small_config(), small_corpus(), {});
    EXPECT_TRUE(run_training(run, {}));
    EXPECT_TRUE(run.save().empty());
    EXPECT_FALSE(run.has_unsaved_steps());
    ASSERT_TRUE(run.last_eval().has_value());
    EXPECT_EQ(run.last_eval()->step, 20);
}

}  // namespace
}  // namespace marginscope
