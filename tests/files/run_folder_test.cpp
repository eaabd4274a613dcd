// Run folders: creation, lock, torn lines, events, checkpoints, and resuming after kill -9.
#include "files/run_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "core/error.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing_files::get_file;
using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

SafeTensors small_checkpoint(float value) {
    SafeTensors file;
    file.metadata["format"] = "1";
    file.tensors.push_back(make_tensor<float>("w", {4}, std::vector<float>(4, value)));
    return file;
}

void append_raw(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

TEST(RunFolder, CreateMakesWhatOpenReads) {
    TempFolder folder;
    {
        RunFolder run = RunFolder::create(folder / "a/b/run", {{"train.steps", 10}});
        run.append_metrics({{"step", 0}, {"ce", std::numeric_limits<double>::quiet_NaN()}});
        run.append_metrics({{"step", 5}, {"ce", 1.25}, {"note", "\xFF"}});
    }
    const RunFolder run = RunFolder::open(folder / "a/b/run");
    EXPECT_EQ(run.config().at("train.steps"), 10);
    const auto metrics = run.read_metrics();
    ASSERT_EQ(metrics.size(), 2u);
    EXPECT_EQ(metrics[0].at("ce"), "nan");
    EXPECT_EQ(metrics[1].at("ce"), 1.25);
    EXPECT_EQ(metrics[1].at("note"), "\uFFFD");
    EXPECT_TRUE(run.list_checkpoints().empty());
    EXPECT_FALSE(run.is_finished());
}

TEST(RunFolder, CreateRefusesWhatIsThereAlready) {
    TempFolder folder;
    { RunFolder::create(folder / "run", json::object()); }
    EXPECT_NE(sentence_of<UserError>([&] {
                  RunFolder::create(folder / "run", json::object());
              }).find("--resume"),
              std::string::npos);
    put_file(folder / "home/letter.txt", "dear");
    EXPECT_NE(sentence_of<UserError>([&] {
                  RunFolder::create(folder / "home", json::object());
              }).find("'letter.txt'"),
              std::string::npos);
    EXPECT_NE(sentence_of<UserError>([&] {
                  RunFolder::create(folder / "home/letter.txt", json::object());
              }).find("is a file"),
              std::string::npos);
    EXPECT_EQ(get_file(folder / "home/letter.txt"), "dear");
    EXPECT_EQ(RunFolder::inspect(folder / "none"), RunFolderState::kMissing);
    EXPECT_EQ(RunFolder::inspect(folder / "home"), RunFolderState::kForeign);
    EXPECT_EQ(RunFolder::inspect(folder / "run"), RunFolderState::kRun);
    fs::create_directory(folder / "empty");
    EXPECT_EQ(RunFolder::inspect(folder / "empty"), RunFolderState::kEmpty);
    EXPECT_NO_THROW(RunFolder::create(folder / "empty", json::object()));
}

TEST(RunFolder, OpenRefusesWhatIsNoRun) {
    TempFolder folder;
    EXPECT_NE(sentence_of<UserError>([&] { RunFolder::open(folder / "none"); }).find("no folder"),
              std::string::npos);
    EXPECT_NE(sentence_of<UserError>([&] { RunFolder::open(folder.path()); }).find("is empty"),
              std::string::npos);
}

TEST(RunFolder, ACreationKilledHalfWayCountsAsEmpty) {
    TempFolder folder;
    put_file(folder / "run/.lock", "pid 1");
    put_file(folder / "run/.config.json.marginscope-tmp-1-0", "{");
    put_file(folder / "run/checkpoints/step-000000.safetensors", "of the killed one");
    put_file(folder / "run/checkpoints/.step-000000.safetensors.marginscope-tmp-1-1", "half");
    EXPECT_EQ(RunFolder::inspect(folder / "run"), RunFolderState::kEmpty);
    { RunFolder::create(folder / "run", {{"a", 1}}); }
    EXPECT_FALSE(fs::exists(folder / "run/.config.json.marginscope-tmp-1-0"));
    EXPECT_EQ(RunFolder::open(folder / "run").config().at("a"), 1);
    EXPECT_TRUE(fs::is_empty(folder / "run/checkpoints"));
    // A later checkpoint is somebody's work.
    put_file(folder / "other/checkpoints/step-000250.safetensors", "x");
    EXPECT_EQ(RunFolder::inspect(folder / "other"), RunFolderState::kForeign);
}

TEST(RunFolder, AForkStartsFromItsCheckpointOfStepZero) {
    TempFolder folder;
    const SafeTensors start = small_checkpoint(3);
    RunFolder run = RunFolder::create(folder / "fork", json::object(), {{}, &start});
    run.append_metrics({{"step", 0}, {"ce", 1.5}});
    const ResumePoint point = run.prepare_resume();
    ASSERT_TRUE(point.checkpoint);
    EXPECT_EQ(point.step, 0);
    EXPECT_EQ(tensor_values<float>(read_safetensors(point.checkpoint->path).at("w"))[0], 3.0f);
    // The evaluation at step 0 is made again, so its line must not stand twice.
    EXPECT_TRUE(run.read_metrics().empty());
}

TEST(RunFolder, TwoWritersAreRefusedReadersAreNot) {
    TempFolder folder;
    RunFolder first = RunFolder::create(folder / "run", json::object());
    const std::string sentence =
        sentence_of<UserError>([&] { RunFolder::open_for_writing(folder / "run"); });
    EXPECT_NE(sentence.find("pid " + std::to_string(::getpid())), std::string::npos) << sentence;
    EXPECT_NO_THROW(RunFolder::open(folder / "run").read_metrics());
    RunFolder reader = RunFolder::open(folder / "run");
    EXPECT_THROW(reader.append_metrics({{"step", 1}}), std::logic_error);
    { const RunFolder gone = std::move(first); }
    EXPECT_NO_THROW(RunFolder::open_for_writing(folder / "run"));
}

TEST(RunFolder, AKilledWriterLeavesNoLock) {
    TempFolder folder;
    { RunFolder::create(folder / "run", json::object()); }
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const RunFolder run = RunFolder::open_for_writing(folder / "run");
        if (::write(ready[1], "x", 1) != 1) ::_exit(1);
        for (;;) ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    EXPECT_THROW(RunFolder::open_for_writing(folder / "run"), UserError);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_NO_THROW(RunFolder::open_for_writing(folder / "run"));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST(RunFolder, ATornLastLineIsSkippedAndThenCutOff) {
    TempFolder folder;
    const fs::path metrics = folder / "run/metrics.jsonl";
    {
        RunFolder run = RunFolder::create(folder / "run", json::object());
        run.append_metrics({{"step", 5}});
    }
    append_raw(metrics, R"({"step":10,"ce":1.)");
    EXPECT_EQ(RunFolder::open(folder / "run").read_metrics().size(), 1u);
    {
        RunFolder run = RunFolder::open_for_writing(folder / "run");
        run.append_metrics({{"step", 10}});
    }
    EXPECT_EQ(get_file(metrics), "{\"step\":5}\n{\"step\":10}\n");
    // Complete as JSON, but without its newline: never acknowledged, so it does not count.
    append_raw(metrics, R"({"step":15})");
    EXPECT_EQ(RunFolder::open(folder / "run").read_metrics().size(), 2u);
    append_raw(metrics, "\n[]\n");
    EXPECT_NE(sentence_of<UserError>([&] {
                  RunFolder::open(folder / "run").read_metrics();
              }).find("Line 4"),
              std::string::npos);
}

TEST(RunFolder, CuttingMetricsKeepsTheOtherLinesByteForByte) {
    TempFolder folder;
    RunFolder run = RunFolder::create(folder / "run", json::object());
    append_raw(folder / "run/metrics.jsonl",
               "{\"step\": 0,  \"ce\": 1.50}\n{\"step\":250}\n{\"step\":500}\n{\"st");
    run.cut_metrics_after(250);
    EXPECT_EQ(get_file(folder / "run/metrics.jsonl"),
              "{\"step\": 0,  \"ce\": 1.50}\n{\"step\":250}\n");
    run.append_metrics({{"step", 300}});
    EXPECT_EQ(run.read_metrics().size(), 3u);
}

TEST(RunFolder, EventsComeBackInOrderAndANewOneReplacesTheFuture) {
    TempFolder folder;
    RunFolder run = RunFolder::create(folder / "run", json::object());
    const std::vector<RunEvent> events = {{100, "barrier.lambda", "0.05"},
                                          {100, "train.noise", "1e-05"},
                                          {400, "barrier.lambda", "0.1"},
                                          {500, "stage.fit", "penalty"}};
    for (const RunEvent& event : events) run.append_event(event);
    EXPECT_EQ(run.read_events(), events);
    EXPECT_NE(get_file(folder / "run/events.jsonl").find("\"value\":0.05"), std::string::npos);
    // The same step does not replace: both changes were made there.
    run.append_event({500, "train.lr", "0.001"});
    EXPECT_EQ(run.read_events().size(), 5u);
    run.append_event({300, "barrier.lambda", "0"});
    const std::vector<RunEvent> expected = {events[0], events[1], {300, "barrier.lambda", "0"}};
    EXPECT_EQ(run.read_events(), expected);
}

TEST(RunFolder, LatestCheckpointSkipsUnreadableAndTemporaryOnes) {
    TempFolder folder;
    RunFolder run = RunFolder::create(folder / "run", json::object());
    run.write_checkpoint(250, small_checkpoint(1));
    run.write_checkpoint(1'000'000, small_checkpoint(2));
    run.write_checkpoint(500, small_checkpoint(3));
    EXPECT_TRUE(fs::exists(folder / "run/checkpoints/step-000500.safetensors"));
    put_file(folder / "run/checkpoints/.step-9.safetensors.marginscope-tmp-5-0", "x");
    put_file(folder / "run/checkpoints/step-.safetensors", "x");
    put_file(folder / "run/checkpoints/step-12x.safetensors", "x");
    std::vector<std::int64_t> steps;
    for (const auto& file : run.list_checkpoints()) steps.push_back(file.step);
    EXPECT_EQ(steps, (std::vector<std::int64_t>{250, 500, 1'000'000}));
    EXPECT_EQ(run.latest_checkpoint()->step, 1'000'000);

    fs::resize_file(run.checkpoint_path(1'000'000), 60);
    std::vector<std::string> warnings;
    const auto latest = run.latest_checkpoint(&warnings);
    ASSERT_TRUE(latest);
    EXPECT_EQ(latest->step, 500);
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_NE(warnings[0].find("step-1000000"), std::string::npos);
    EXPECT_EQ(model_file(folder / "run"), latest->path);
    run.write_final(small_checkpoint(4));
    EXPECT_EQ(model_file(folder / "run"), run.final_path());
    EXPECT_EQ(model_file(latest->path), latest->path);
}

TEST(RunFolder, RewindingForgetsWhatCameAfter) {
    TempFolder folder;
    RunFolder run = RunFolder::create(folder / "run", json::object());
    for (const int step : {0, 250, 500, 750}) {
        run.append_metrics({{"step", step}});
        if (step > 0) run.write_checkpoint(step, small_checkpoint(1));
        run.append_event({step + 10, "barrier.lambda", "0.1"});
    }
    run.write_final(small_checkpoint(1));
    EXPECT_THROW(run.rewind_to(300), UserError);
    run.rewind_to(500);
    EXPECT_EQ(run.latest_checkpoint()->step, 500);
    EXPECT_EQ(run.read_metrics().size(), 3u);
    EXPECT_EQ(run.read_events().size(), 2u);
    EXPECT_FALSE(run.is_finished());
    run.rewind_to(0);
    EXPECT_TRUE(run.list_checkpoints().empty());
    EXPECT_TRUE(run.read_metrics().empty());
    EXPECT_TRUE(run.read_events().empty());
}

// A training in miniature: the state after a step depends on all before it and on the live values.
constexpr int kSteps = 60, kEvalEvery = 3, kCheckpointEvery = 10;

struct Miniature {
    double weight = 1.0;
    double lambda = 0.02;

    void step(int k) { weight = std::sin(weight * 1.7 + lambda * k) + lambda; }
};

void wait_a_little() { ::usleep(150); }

// Trains to the end, or until somebody kills it. What the user does: lambda at 17 and 41.
void train_miniature(const fs::path& path) {
    const bool fresh = RunFolder::inspect(path) != RunFolderState::kRun;
    RunFolder run =
        fresh ? RunFolder::create(path, {{"lambda", 0.02}}) : RunFolder::open_for_writing(path);
    if (run.is_finished()) return;
    const ResumePoint point = run.prepare_resume();
    Miniature model;
    model.lambda = run.config().at("lambda");
    if (point.checkpoint) {
        const SafeTensors file = read_safetensors(point.checkpoint->path);
        model.weight = tensor_values<double>(file.at("w"))[0];
    }
    std::size_t next = 0;
    for (int k = static_cast<int>(point.step);; ++k) {
        for (; next < point.events.size() && point.events[next].step <= k; ++next) {
            model.lambda = std::stod(point.events[next].value);
        }
        for (const int at : {17, 41}) {
            const bool known = std::any_of(point.events.begin(), point.events.end(),
                                           [&](const RunEvent& event) { return event.step == at; });
            if (k != at || known) continue;
            const RunEvent event{at, "lambda", at == 17 ? "0.3" : "0.07"};
            run.append_event(event);
            wait_a_little();
            model.lambda = std::stod(event.value);
        }
        if (k == kSteps) break;
        model.step(k + 1);
        wait_a_little();
        if ((k + 1) % kEvalEvery == 0 || (k + 1) % kCheckpointEvery == 0) {
            run.append_metrics({{"step", k + 1}, {"ce", model.weight}, {"lambda", model.lambda}});
        }
        if ((k + 1) % kCheckpointEvery == 0) {
            SafeTensors file;
            file.tensors.push_back(
                make_tensor<double>("w", {1}, std::vector<double>{model.weight}));
            run.write_checkpoint(k + 1, file);
        }
    }
    SafeTensors file;
    file.tensors.push_back(make_tensor<double>("w", {1}, std::vector<double>{model.weight}));
    run.write_final(file);
}

TEST(RunFolder, ARunKilledAtRandomMomentsEndsLikeOneThatWasNot) {
    TempFolder folder;
    const auto begin = std::chrono::steady_clock::now();
    train_miniature(folder / "straight");
    const double straight_us =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
    std::mt19937 random(5);
    int kills = 0;
    for (int attempt = 0; attempt < 20; ++attempt) {
        const fs::path path = folder / ("killed" + std::to_string(attempt));
        for (int tries = 0;; ++tries) {
            const pid_t child = ::fork();
            if (child == 0) {
                try {
                    train_miniature(path);
                } catch (const std::exception&) {
                    ::_exit(1);
                }
                ::_exit(0);
            }
            // A share of what the whole run takes on this disk, so that all places are hit; it
            // grows with each try, so that a disk that has become slower cannot keep the run from
            // its end.
            const double share = (0.05 + 0.5 * (random() % 1000) / 1000) * (1 + tries / 8);
            ::usleep(static_cast<useconds_t>(std::min(share * straight_us, 2e6)));
            ::kill(child, SIGKILL);
            int status = 0;
            ::waitpid(child, &status, 0);
            if (WIFEXITED(status)) {
                ASSERT_EQ(WEXITSTATUS(status), 0);
                break;
            }
            ++kills;
            ASSERT_LT(tries, 200);
        }
        for (const char* name : {"metrics.jsonl", "events.jsonl", "final.safetensors",
                                 "checkpoints/step-000030.safetensors"}) {
            EXPECT_EQ(get_file(path / name), get_file(folder / "straight" / name)) << name;
        }
    }
    EXPECT_GE(kills, 10);
}

}  // namespace
}  // namespace marginscope
