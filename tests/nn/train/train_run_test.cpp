// Runs on disk: metrics and checkpoints when due, live changes replayed, resumed runs equal to
// straight ones.
#include "nn/train/train_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "files/run_folder.h"
#include "nn/model/checkpoint.h"
#include "nn/train/train_run_fixture.h"

namespace marginscope {
namespace {

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
            TrainRun::start(small_config(), small_corpus(), root_ / "stopped", {}, callbacks);
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

std::string sentence_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

// Rewrites a checkpoint of a run.
void damage(const fs::path& file, const std::function<void(SafeTensors&)>& change) {
    SafeTensors content = read_safetensors(file);
    change(content);
    write_safetensors(file, content);
}

TEST_F(TrainRunTest, ALossThatIsNotFiniteEndsTheTrainingAndLeavesTheLastGoodCheckpoint) {
    RunConfig config = small_config();
    config.train.lr = 10.0;  // the largest there is; without clipping, weights grow past a float
    config.train.min_lr = 10.0;
    config.train.clip = 0.0;
    config.train.steps = 20'000;
    config.train.checkpoint_every = 1;
    config.train.eval_every = 100;
    config.train.beta1 = 0.0;
    config.train.weight_decay = 100.0;  // a factor of 1 - 1000 a step
    TrainRun run = TrainRun::start(config, small_corpus(), root_ / "run");
    const std::string sentence = sentence_of([&] { run_training(run, {}); });
    EXPECT_NE(sentence.find("not a finite number"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("checkpoints/step-"), std::string::npos) << sentence;
    EXPECT_FALSE(fs::exists(root_ / "run/final.safetensors"));
    EXPECT_NE(sentence_of([&] { run.save(); }), "");
    ASSERT_FALSE(RunFolder::open(root_ / "run").list_checkpoints().empty());
    for (const CheckpointFile& file : RunFolder::open(root_ / "run").list_checkpoints())
        for (const TensorData& tensor : read_safetensors(file.path).tensors)
            EXPECT_TRUE(all_finite(tensor)) << file.path << tensor.name;
}

TEST_F(TrainRunTest, DamagedCheckpointsAreRefusedWithTheirName) {
    {
        TrainRun run = TrainRun::start(small_config(), small_corpus(), root_ / "run");
        to_step(run, 10);
    }
    const fs::path file = root_ / "run/checkpoints/step-000010.safetensors";
    const std::string good = bytes(file);
    const auto refused = [&](const std::function<void(SafeTensors&)>& change) {
        damage(file, change);
        const std::string sentence =
            sentence_of([&] { TrainRun::resume(root_ / "run", small_corpus()); });
        EXPECT_NE(sentence.find("step-000010.safetensors"), std::string::npos) << sentence;
        EXPECT_EQ(sentence.find("json.exception"), std::string::npos) << sentence;
        std::ofstream(file, std::ios::binary) << good;
        return sentence;
    };
    const auto training = [](const char* key, const nlohmann::json& value) {
        return [=](SafeTensors& content) {
            auto state = nlohmann::json::parse(content.metadata.at("training"));
            if (value.is_discarded())
                state.erase(key);
            else
                state[key] = value;
            content.metadata["training"] = state.dump();
        };
    };
    const nlohmann::json missing(nlohmann::json::value_t::discarded);
    for (const char* key : {"optimizer_steps", "stage_steps", "stage_updates"})
        for (const nlohmann::json& value :
             {nlohmann::json(-1), nlohmann::json(9223372036854775808ULL), nlohmann::json(2.5),
              nlohmann::json("7"), nlohmann::json(nullptr), nlohmann::json::array(), missing})
            EXPECT_NE(refused(training(key, value)).find(key), std::string::npos) << key << value;
    for (const nlohmann::json& value : {nlohmann::json(3), nlohmann::json(nullptr), missing})
        EXPECT_NE(refused(training("text", value)).find("text"), std::string::npos);
    refused([](SafeTensors& content) { content.metadata["training"] = "[1"; });
    refused([](SafeTensors& content) { content.metadata["step"] = "9"; });
    // Every tensor that a training reads back, its moments too.
    std::vector<std::string> names;
    for (const TensorData& tensor : read_safetensors(file).tensors) names.push_back(tensor.name);
    for (const std::string& name : names) {
        const std::string sentence = refused([&](SafeTensors& content) {
            for (TensorData& tensor : content.tensors)
                if (tensor.name == name) {
                    const float nan = std::nanf("");
                    const double nan64 = std::nan("");
                    if (tensor.dtype == DType::kF64)
                        std::memcpy(tensor.bytes.data(), &nan64, sizeof nan64);
                    else
                        std::memcpy(tensor.bytes.data(), &nan, sizeof nan);
                }
        });
        EXPECT_NE(sentence.find(name), std::string::npos) << name << ": " << sentence;
    }
    EXPECT_NO_THROW(TrainRun::resume(root_ / "run", small_corpus()));
}

TEST_F(TrainRunTest, AnotherTextIsRefusedWithAndWithoutACheckpoint) {
    Corpus other = small_corpus();
    other.text.replace(40, 3, "owt");
    for (const std::int64_t steps : {3, 10}) {
        const fs::path folder = root_ / std::to_string(steps);
        {
            TrainRun run = TrainRun::start(small_config(), small_corpus(), folder);
            to_step(run, steps);
        }
        EXPECT_NE(sentence_of([&] { TrainRun::resume(folder, other); }).find("another text"),
                  std::string::npos);
        EXPECT_NO_THROW(TrainRun::resume(folder, small_corpus()));
    }
}

TEST_F(TrainRunTest, AConfigurationThatDisagreesWithTheCheckpointIsSaidOrRefused) {
    {
        RunConfig config = small_config();
        config.train.steps = 11;
        TrainRun run = TrainRun::start(config, small_corpus(), root_ / "run");
        to_step(run, 10);
        run.set_live("train.noise", 0.1);  // of the checkpoint's own step
        run.set_live("barrier.lambda", 0.3);
    }
    const fs::path file = root_ / "run/config.json";
    const nlohmann::json good = nlohmann::json::parse(bytes(file));
    std::vector<std::string> warnings;
    TrainRun::Callbacks callbacks;
    callbacks.on_warning = [&](const std::string& sentence) { warnings.push_back(sentence); };
    const auto resumed = [&](const char* group, const char* key, const nlohmann::json& value) {
        nlohmann::json changed = good;
        if (value.is_null())
            changed[group].erase(key);
        else
            changed[group][key] = value;
        std::ofstream(file) << changed.dump();
        warnings.clear();
        return sentence_of([&] { TrainRun::resume(root_ / "run", small_corpus(), callbacks); });
    };
    EXPECT_EQ(resumed("train", "steps", 11), "");
    EXPECT_TRUE(warnings.empty()) << warnings.front();
    EXPECT_EQ(resumed("train", "steps", nullptr), "");  // 2000, the default
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_NE(warnings[0].find("train.steps = 2000"), std::string::npos) << warnings[0];
    EXPECT_EQ(resumed("train", "lr", 0.01), "");
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_NE(warnings[0].find("train.lr"), std::string::npos) << warnings[0];
    for (const auto& [key, value] : std::vector<std::pair<const char*, nlohmann::json>>{
             {"batch", 4}, {"seed", 5}, {"beta1", 0.8}, {"warmup", nullptr}})
        EXPECT_NE(resumed("train", key, value).find(key), std::string::npos) << key;
    EXPECT_NE(resumed("model", "heads", 4).find("model.heads"), std::string::npos);
}

TEST_F(TrainRunTest, ThePlanSurvivesAKillAndIsMadeOnce) {
    const std::vector<RunEvent> changes = {
        {4, "train.lr", "0.002"}, {13, "barrier.lambda", "0.3"}, {17, "train.noise", "0.1"}};
    {
        TrainRun run =
            TrainRun::start(small_config(), small_corpus(), root_ / "straight", {}, {}, changes);
        run_training(run, {});
    }
    for (const std::int64_t killed_at : {0, 2, 5, 12, 15, 18}) {
        const fs::path folder = root_ / ("killed" + std::to_string(killed_at));
        {
            TrainRun run = TrainRun::start(small_config(), small_corpus(), folder, {}, {}, changes);
            to_step(run, killed_at);
        }
        TrainRun run = TrainRun::resume(folder, small_corpus());
        run_training(run, {});
        expect_same_runs(root_ / "straight", folder);
        EXPECT_EQ(bytes(folder / "events.jsonl"), bytes(root_ / "straight/events.jsonl"));
    }
}

TEST_F(TrainRunTest, MoreStepsAreKeptInThePlan) {
    {
        TrainRun run = TrainRun::start(small_config(), small_corpus(), root_ / "run");
        to_step(run, 10);
        run.plan_steps(30);
        EXPECT_THROW(run.plan_changes({{15, "model.width", "3"}}), UserError);
        run.plan_changes({{15, "train.clip", "0.5"}});
    }
    TrainRun run = TrainRun::resume(root_ / "run", small_corpus());
    run_training(run, {});
    EXPECT_EQ(run.trainer().step_count(), 30);
    EXPECT_EQ(RunFolder::open(root_ / "run").read_events(),
              (std::vector<RunEvent>{{15, "train.clip", "0.5"}}));
}

}  // namespace
}  // namespace marginscope
