// A path's cells as jobs in child processes: how each ends, and how the whole is stopped.
#include "engine/path/path_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr double kPatience = 60.0;

class PathRunTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("path-run-test-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    /// A program that does this in place of every command.
    std::string program(const std::string& body) const {
        const fs::path file = folder_ / "program";
        std::ofstream(file) << "#!/bin/sh\n" << body << "\n";
        fs::permissions(file, fs::perms::owner_all);
        return file.string();
    }

    PathPlan plan() const {
        PathPlan plan;
        plan.folder = (folder_ / "path").string();
        plan.lambdas = {0, 0.02};
        plan.seeds = 1;
        plan.jobs = 2;
        return plan;
    }

    fs::path folder_;
};

TEST_F(PathRunTest, ACellThatFailsSaysWhyAndTheOthersGoOn) {
    PathRun run(plan(), program("echo \"no luck with $3\" >&2; exit 9"), {});
    ASSERT_TRUE(run.wait_for(kPatience));
    EXPECT_FALSE(run.running());
    const auto frame = run.frame();
    ASSERT_EQ(frame->cells.size(), 2u);
    for (const PathCell& cell : frame->cells) {
        EXPECT_EQ(cell.status, CellStatus::failed);
        EXPECT_NE(cell.sentence.find("`train` ended with code 9: no luck with"), std::string::npos)
            << cell.sentence;
        EXPECT_NE(cell.sentence.find(cell.run), std::string::npos) << "the cell's own log";
    }
}

TEST_F(PathRunTest, ACommandThatWritesNothingIsAFailure) {
    PathRun run(plan(), program("exit 0"), {});
    ASSERT_TRUE(run.wait_for(kPatience));
    for (const PathCell& cell : run.frame()->cells) {
        EXPECT_EQ(cell.status, CellStatus::failed);
        EXPECT_NE(cell.sentence.find("ended without writing"), std::string::npos) << cell.sentence;
    }
}

TEST_F(PathRunTest, StoppedItsCellsSaveAndWait) {
    const fs::path began = folder_ / "began";
    const fs::path saved = folder_ / "saved";
    PathRun run(
        plan(),
        program("trap 'echo saved >> " + saved.string() + "; exit 130' INT; echo began >> " +
                began.string() + "; while :; do sleep 0.05; done"),
        {});
    const auto lines = [](const fs::path& file) {
        std::ifstream in(file);
        int count = 0;
        for (std::string line; std::getline(in, line);) ++count;
        return count;
    };
    for (int k = 0; k < 3000 && lines(began) < 2; ++k)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_EQ(lines(began), 2) << "both cells at once";
    EXPECT_TRUE(run.running());
    EXPECT_FALSE(run.wait_for(0.01));
    run.request_stop();
    ASSERT_TRUE(run.wait_for(kPatience));
    EXPECT_FALSE(run.running());
    EXPECT_EQ(lines(saved), 2);
    for (const PathCell& cell : run.frame()->cells)
        EXPECT_EQ(cell.status, CellStatus::waiting) << "it can go on from there";
}

TEST_F(PathRunTest, WhatStopsTheWholePathIsSaid) {
    // The output of a cell's second command cannot take its place: a folder stands there.
    PathRun run(plan(), program(R"(case "$1" in
        train) echo > "$3/final.safetensors" ;;
        fit) echo > "$5" ;;
        *) mkdir -p "${3%/*}/margins.json/full" ;;
        esac)"),
                {});
    ASSERT_TRUE(run.wait_for(kPatience));
    EXPECT_FALSE(run.running());
    EXPECT_FALSE(run.frame()->sentence.empty());
}

}  // namespace
}  // namespace marginscope
