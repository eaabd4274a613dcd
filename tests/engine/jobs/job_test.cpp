// Jobs on threads and in child processes: progress, time left, stop, failure. No torch, so that the
// thread sanitizer can watch.
#include "engine/jobs/job.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "core/error.h"
#include "engine/jobs/child_job.h"
#include "engine/jobs/job_board.h"
#include "engine/jobs/thread_job.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr double kPatience = 30.0;

void until_stopped(Job& job) {
    while (!job.stop_token().stop_requested()) std::this_thread::sleep_for(milliseconds(1));
}

TEST(Job, SaysProgressAndTheTimeThatTheRestWillTake) {
    Job job("counting");
    EXPECT_EQ(job.status().what, "counting");
    EXPECT_EQ(job.status().progress, -1) << "nothing is known yet";
    EXPECT_EQ(job.status().eta_secs, 0);
    std::this_thread::sleep_for(milliseconds(40));
    job.report(0.25);
    const JobStatus quarter = job.status();
    EXPECT_EQ(quarter.progress, 0.25);
    EXPECT_GE(quarter.eta_secs, 0.9 * 3 * 0.04) << "three times what the first quarter took";
    job.report(7);
    EXPECT_EQ(job.status().progress, 1) << "never more than everything";
    EXPECT_TRUE(job.running());
    job.finish();
    EXPECT_EQ(job.state(), JobState::done);
}

TEST(Job, EndsOnceAndStaysAsItEnded) {
    Job job("counting");
    job.fail("The disk is full.");
    job.finish();
    job.cancel();
    job.fail("Another sentence.");
    EXPECT_EQ(job.state(), JobState::failed);
    EXPECT_EQ(job.error(), "The disk is full.");
    EXPECT_TRUE(job.wait_for(0));
}

TEST(ThreadJob, EndsAsItsWorkDoes) {
    std::atomic<int> ends = 0;
    const auto count = [&] { ++ends; };
    {
        ThreadJob done(
            "counting", [](Job& job) { job.report(0.5); }, count);
        EXPECT_TRUE(done.job().wait_for(kPatience));
        EXPECT_EQ(done.job().state(), JobState::done);
        EXPECT_EQ(done.job().status().progress, 1);
        ThreadJob failed(
            "counting", [](Job&) { throw UserError("The text is too short."); }, count);
        EXPECT_TRUE(failed.job().wait_for(kPatience));
        EXPECT_EQ(failed.job().state(), JobState::failed);
        EXPECT_EQ(failed.job().error(), "The text is too short.");
        ThreadJob stopped("counting", until_stopped, count);
        EXPECT_FALSE(stopped.job().wait_for(0.02)) << "it goes on until it is asked to stop";
        stopped.job().cancel();
        EXPECT_TRUE(stopped.job().wait_for(kPatience));
        EXPECT_EQ(stopped.job().state(), JobState::cancelled);
        const ThreadJob left_alone("counting", until_stopped, count);
    }
    EXPECT_EQ(ends, 4) << "the last one was stopped by going out of scope";
}

// ---- child processes

class ChildJobTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("job-test-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    ChildJob shell(const std::string& script) {
        return {"a script",
                {"/bin/sh", "-c", script},
                (folder_ / "out").string(),
                (folder_ / "log").string()};
    }

    fs::path folder_;
};

TEST_F(ChildJobTest, ASuccessIsDoneAndItsOutputIsKept) {
    ChildJob job = shell("echo forty-two");
    EXPECT_TRUE(job.job().running());
    job.wait();
    EXPECT_EQ(job.job().state(), JobState::done);
    std::ifstream out(folder_ / "out");
    std::string word;
    out >> word;
    EXPECT_EQ(word, "forty-two");
}

TEST_F(ChildJobTest, AFailureSaysItsCodeAndLastWords) {
    ChildJob job = shell("echo first >&2; echo the last words >&2; echo >&2; exit 3");
    for (int k = 0; k < 3000 && !job.poll(); ++k) std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(job.job().state(), JobState::failed);
    EXPECT_NE(job.job().error().find("code 3: the last words"), std::string::npos)
        << job.job().error();
    ChildJob missing("a script", {"/no/such/program"}, (folder_ / "out").string(),
                     (folder_ / "other.log").string());
    missing.wait();
    EXPECT_EQ(missing.job().state(), JobState::failed);
    EXPECT_THROW(ChildJob("a script", {"/bin/true"}, (folder_ / "no/out").string(),
                          (folder_ / "log").string()),
                 UserError);
}

TEST_F(ChildJobTest, AskedToStopItIsCancelledWhateverItsCode) {
    for (const char* code : {"130", "7"}) {
        const fs::path ready = folder_ / (std::string("ready-") + code);
        ChildJob job = shell("trap 'exit " + std::string(code) + "' INT; : > " + ready.string() +
                             "; while :; do sleep 0.02; done");
        for (int k = 0; k < 3000 && !fs::exists(ready); ++k)
            std::this_thread::sleep_for(milliseconds(10));
        EXPECT_FALSE(job.poll());
        job.cancel();
        job.wait();
        EXPECT_EQ(job.job().state(), JobState::cancelled) << code;
    }
}

// ---- the board

class Listener : public SessionContext {
public:
    void publish(const std::function<void(Frames&)>& change) override { change(frames_); }
    Frames frames() const override { return frames_; }
    void tell(const std::string& sentence) override { told.push_back(sentence); }
    void tell_error(const std::string& sentence) override { errors.push_back(sentence); }
    void emit(TrainingEvent) override {}
    void wake() override { ++wakes; }

    std::vector<std::string> told, errors;
    std::atomic<int> wakes = 0;

private:
    Frames frames_;
};

void collect_all(JobBoard& board) {
    for (int k = 0; k < 3000 && !board.idle(); ++k) {
        board.collect();
        std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_TRUE(board.idle());
}

TEST(JobBoard, EndsJobsOnTheCallersThread) {
    Listener listener;
    JobBoard board(listener);
    std::thread::id worked, continued;
    board.start(
        "counting", [&](Job&) { worked = std::this_thread::get_id(); },
        [&] { continued = std::this_thread::get_id(); });
    collect_all(board);
    EXPECT_EQ(continued, std::this_thread::get_id());
    EXPECT_NE(worked, continued);
    EXPECT_GE(listener.wakes, 1);
    EXPECT_TRUE(listener.told.empty());
    EXPECT_TRUE(listener.errors.empty());
}

TEST(JobBoard, ListsWhatRunsAndStopsOneByItsNumber) {
    Listener listener;
    JobBoard board(listener);
    int continued = 0;
    const int first = board.start("fitting a stage", until_stopped, [&] { ++continued; });
    const int second = board.start("drawing", until_stopped, [&] { ++continued; });
    ASSERT_EQ(board.statuses().size(), 2u);
    EXPECT_EQ(board.statuses()[0].number, first);
    EXPECT_EQ(board.statuses()[1].what, "drawing");
    EXPECT_THROW(board.handle(CancelJob{second + 1}), UserError);
    board.handle(CancelJob{first});
    for (int k = 0; k < 3000 && board.running(first); ++k) {
        board.collect();
        std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_EQ(listener.told,
              std::vector<std::string>{"Fitting a stage was stopped; nothing changed."});
    EXPECT_TRUE(board.running(second));
    board.handle(CancelJob{});
    collect_all(board);
    EXPECT_EQ(continued, 0) << "what was stopped does not go on";
    EXPECT_NO_THROW(board.handle(CancelJob{})) << "nothing to stop is no error";
}

TEST(JobBoard, AFailureIsToldOnceAndAFailingContinuationLeavesTheRest) {
    Listener listener;
    JobBoard board(listener);
    board.start(
        "fitting a stage", [](Job&) { throw UserError("The text is too short."); }, [] {});
    collect_all(board);
    EXPECT_EQ(listener.errors,
              std::vector<std::string>{"While fitting a stage: The text is too short."});
    int continued = 0;
    board.start(
        "drawing", [](Job&) {}, [] { throw std::runtime_error("no pencil"); });
    board.start(
        "counting", [](Job&) {}, [&] { ++continued; });
    int thrown = 0;
    for (int k = 0; k < 3000 && !board.idle(); ++k) {
        try {
            board.collect();
        } catch (const std::runtime_error&) {
            ++thrown;
        }
        std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_EQ(thrown, 1);
    EXPECT_EQ(continued, 1);
}

TEST(JobBoard, GoingAwayStopsEverything) {
    Listener listener;
    std::atomic<int> stopped = 0;
    {
        JobBoard board(listener);
        for (int k = 0; k < 3; ++k)
            board.start(
                "waiting",
                [&](Job& job) {
                    until_stopped(job);
                    ++stopped;
                },
                [] {});
    }
    EXPECT_EQ(stopped, 3);
}

}  // namespace
}  // namespace marginscope
