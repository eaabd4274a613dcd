// A run on disk, small enough for tests, and what they compare of runs.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "files/run_folder.h"
#include "nn/train/train_run.h"
#include "text/corpus.h"

namespace marginscope {

namespace fs = std::filesystem;

inline Corpus small_corpus() {
    std::string text;
    for (int k = 0; k < 300; ++k) text += "one " + std::to_string(k * k % 89) + " two (three) ";
    return {"numbers", text};
}

inline RunConfig small_config() {
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

inline void to_step(TrainRun& run, std::int64_t step) {
    while (run.trainer().step_count() < step && run.step()) {
    }
}

}  // namespace marginscope
