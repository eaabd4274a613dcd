// A small model trained for the tests of the engine, and what they ask of its frames.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.h"
#include "nn/model/checkpoint.h"
#include "nn/train/train_run.h"
#include "text/corpus.h"

namespace marginscope {

inline RunConfig tiny_config() {
    RunConfig config;
    config.model = {1, 2, 16, 16, false};
    config.train.steps = 30;
    config.train.batch = 4;
    config.train.eval_every = 10;
    config.train.eval_windows = 4;
    config.train.checkpoint_every = 10;
    config.train.threads = 1;
    return config;
}

inline Corpus small_corpus() {
    Corpus corpus = built_in_corpus();
    corpus.text.resize(20000);
    return corpus;
}

class EngineTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ =
            std::filesystem::temp_directory_path() / ("engine-test-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        TrainRun run = TrainRun::start(tiny_config(), small_corpus(), {});
        for (int k = 0; k < 20; ++k) run.step();
        save_model(*run.trainer().model(), folder_ / "tiny.safetensors");
        std::ofstream(folder_ / "text.txt") << small_corpus().text;
    }
    static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

    static EngineOptions options() {
        EngineOptions options;
        options.model = (folder_ / "tiny.safetensors").string();
        options.text = (folder_ / "text.txt").string();
        options.prompt = "Once upon a ";
        options.threads = 1;
        return options;
    }

    static std::vector<float> logprobs(const Frames& frames) {
        std::vector<float> values;
        for (int k = 1; k < frames.decode->cursor; ++k)
            values.push_back(frames.decode->line[static_cast<std::size_t>(k)].logprob);
        return values;
    }

    /// Waits until there are frames and they are as wanted; false when they never are.
    static bool wait_for(const Engine& engine, const std::function<bool(const Frames&)>& wanted) {
        const auto end =
            std::chrono::steady_clock::now() + std::chrono::duration<double>(kPatience);
        const auto as_wanted = [&](const Frames& frames) {
            return frames.status && frames.decode && frames.training && wanted(frames);
        };
        while (!as_wanted(engine.frames())) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return true;
    }

    /// Whether the log has a line with these words since the last call.
    static bool said(Engine& engine, const std::string& words) {
        bool found = false;
        for (const LogLine& line : engine.take_log())
            found = found || line.text.find(words) != std::string::npos;
        return found;
    }

    static constexpr double kPatience = 60.0;
    inline static std::filesystem::path folder_;
};

}  // namespace marginscope
