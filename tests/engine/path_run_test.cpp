// A path's cells as jobs in child processes: how each ends, and how the whole is stopped.
#include "engine/path/path_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "engine/path/cell_record.h"
#include "engine/path/path_cells.h"

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

/// Does each command's part in an instant: the files that prove it.
constexpr const char* kEveryStep = R"(case "$1" in
        train) echo "$3" >> "${0%/*}/trained"; : > "$3/final.safetensors" ;;
        fit) : > "$5" ;;
        margins) echo '{"share_beyond": 0, "sigma_min": {}}' ;;
        noise) echo '{"curves": [{"rms": 1, "points": [{"sigma": 0, "ce": 1.5}]}]}' ;;
        esac)";

std::string words_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(PathRunTest, ChosenCellsAreDoneAloneAndTheirFolderIsCollectedLater) {
    write_plan(plan());
    const std::string plan_file = plan().folder + "/plan.json";
    const std::string before = words_of(plan_file);
    const std::string chosen = cell_name(plan_cells(plan())[1]);
    PathRun run(read_plan(plan().folder), program(kEveryStep), {}, {chosen});
    ASSERT_TRUE(run.wait_for(kPatience));
    ASSERT_EQ(run.frame()->cells.size(), 1u);
    EXPECT_EQ(run.frame()->cells[0].status, CellStatus::done) << run.frame()->cells[0].sentence;
    EXPECT_EQ(words_of(folder_ / "trained"), plan().folder + "/" + chosen + "\n");
    EXPECT_EQ(words_of(plan_file), before);
    EXPECT_FALSE(fs::exists(plan().folder + "/path.json"));
    const auto collected = open_path(plan().folder);
    EXPECT_EQ(collected->cells[0].status, CellStatus::waiting);
    EXPECT_EQ(collected->cells[1].status, CellStatus::done);
    EXPECT_DOUBLE_EQ(collected->cells[1].clean_ce.value(), 1.5);
    EXPECT_THROW(PathRun(plan(), program("exit 0"), {}, {chosen, "lambda-7_seed-1"}), UserError);
}

TEST_F(PathRunTest, WhyACellFailedIsKeptForWhoCollectsUntilItIsTriedAgain) {
    write_plan(plan());
    const std::string name = cell_name(plan_cells(plan())[0]);
    PathRun bad(plan(), program("echo 'no luck' >&2; exit 9"), {}, {name});
    ASSERT_TRUE(bad.wait_for(kPatience));
    const auto failed = open_path(plan().folder);
    EXPECT_EQ(failed->cells[0].status, CellStatus::failed);
    EXPECT_NE(failed->cells[0].sentence.find("no luck"), std::string::npos);
    EXPECT_EQ(failed->cells[1].status, CellStatus::waiting);
    PathRun interrupted(plan(), program("exit 130"), {}, {name});
    ASSERT_TRUE(interrupted.wait_for(kPatience));
    EXPECT_EQ(open_path(plan().folder)->cells[0].status, CellStatus::waiting)
        << "stopped is not failed";
    PathRun good(plan(), program(kEveryStep), {}, {name});
    ASSERT_TRUE(good.wait_for(kPatience));
    EXPECT_EQ(open_path(plan().folder)->cells[0].status, CellStatus::done);
}

TEST_F(PathRunTest, ACellIsOneProcessesAtATime) {
    write_plan(plan());
    const auto cells = plan_cells(plan());
    const auto held = std::make_unique<CellClaim>(cells[0]);
    PathRun both(plan(), program(kEveryStep), {});
    ASSERT_TRUE(both.wait_for(kPatience));
    const auto frame = both.frame();
    EXPECT_EQ(frame->cells[0].status, CellStatus::failed);
    EXPECT_NE(frame->cells[0].sentence.find("another process"), std::string::npos)
        << frame->cells[0].sentence;
    EXPECT_EQ(frame->cells[1].status, CellStatus::done);
    EXPECT_EQ(open_path(plan().folder)->cells[0].status, CellStatus::waiting)
        << "nothing is wrong with it";
}

TEST_F(PathRunTest, AChosenCellLearnsTheTextThatThePlanWasMadeFor) {
    const std::string text = (folder_ / "text.txt").string();
    std::ofstream(text) << "the cat sat on the mat. ";
    PathPlan planned = plan();
    planned.text = text;
    planned.text_mark = text_mark_of(text);
    write_plan(planned);
    std::ofstream(text) << "the cat sat on the hat. ";
    const std::string name = cell_name(plan_cells(planned)[0]);
    PathRun other(read_plan(planned.folder), program(kEveryStep), {}, {name});
    ASSERT_TRUE(other.wait_for(kPatience));
    EXPECT_NE(other.frame()->cells[0].sentence.find("has changed"), std::string::npos);
    fs::remove(text);
    PathRun none(read_plan(planned.folder), program(kEveryStep), {}, {name});
    ASSERT_TRUE(none.wait_for(kPatience));
    EXPECT_NE(open_path(planned.folder)->cells[0].sentence.find(text), std::string::npos)
        << "a text that this machine does not see fails the cell, and says which";
    EXPECT_FALSE(fs::exists(folder_ / "trained"));
}

}  // namespace
}  // namespace marginscope
