// Stopping and killing a training: nothing is lost, and what goes on is what would have been.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::read_text;
using testing_support::TemporaryFolder;
using testing_support::wait_until;

constexpr double kPatienceSecs = 60.0;

class Interrupts : public testing::Test {
protected:
    void SetUp() override {
        std::ofstream file(text());
        for (int k = 0; k < 80; ++k) file << "A dog (number " << k * 13 << ") ran \"home\".\n";
    }
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    std::string text() const { return path("text.txt"); }
    std::vector<std::string> train(const std::string& out, const std::string& steps, bool resume,
                                   std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments = {"train", "--text",
                                              text(),  "--out",
                                              out,     "--steps",
                                              steps,   "--layers",
                                              "1",     "--heads",
                                              "2",     "--width",
                                              "8",     "--context",
                                              "8",     "--batch",
                                              "2",     "--eval-every",
                                              "10",    "--eval-windows",
                                              "2",     "--checkpoint-every",
                                              "10",    "--warmup",
                                              "5",     "--dropout",
                                              "0.1",   "--train-noise",
                                              "0.01",  "--threads",
                                              "1",     "--device",
                                              "cpu"};
        if (resume) arguments.push_back("--resume");
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    // Everything but what a clock decides.
    static std::vector<json> metrics(const std::string& run) {
        std::vector<json> lines;
        std::istringstream all(read_text(run + "/metrics.jsonl"));
        for (std::string line; std::getline(all, line);) {
            lines.push_back(json::parse(line));
            lines.back().erase("tokens_per_s");
        }
        return lines;
    }
    static std::size_t metrics_size(const std::string& run) {
        std::error_code missing;
        const auto size = std::filesystem::file_size(run + "/metrics.jsonl", missing);
        return missing ? 0 : size;
    }

    TemporaryFolder folder_;
};

TEST_F(Interrupts, CtrlCStopsAtAStepSavesAndSaysWhere) {
    const std::string run = path("run");
    Process process(train(run, "1000000", false), folder_.path());
    ASSERT_TRUE(
        wait_until([&] { return metrics_size(run) > 1500 || process.ended(); }, kPatienceSecs));
    process.send(SIGINT);
    const Outcome stopped = process.wait();
    EXPECT_EQ(stopped.code, 130) << stopped.err;
    EXPECT_TRUE(stopped.out.empty());
    const auto at = stopped.err.find("Stopped at step ");
    ASSERT_NE(at, std::string::npos) << stopped.err;
    const int step = std::stoi(stopped.err.substr(at + 16));
    char name[40];
    std::snprintf(name, sizeof name, "step-%06d.safetensors", step);
    EXPECT_TRUE(std::filesystem::exists(run + "/checkpoints/" + name)) << name;
    EXPECT_NE(stopped.err.find("--resume"), std::string::npos);

    const Outcome resumed =
        Process(train(run, std::to_string(step + 5), true), folder_.path()).wait();
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_NE(resumed.err.find("at step " + std::to_string(step)), std::string::npos)
        << resumed.err;
    EXPECT_TRUE(std::filesystem::exists(run + "/final.safetensors"));
    EXPECT_EQ(metrics(run).back()["step"], step + 5);
}

// A closed terminal, a lost connection, a scheduler's kill: each saves as Ctrl-C does. Twice in a
// row, as terminals do it, or one after the other, changes nothing.
TEST_F(Interrupts, EveryWayToEndItSavesAndPrintsACommandThatGoesOn) {
    const std::vector<std::vector<int>> ways = {
        {SIGHUP}, {SIGTERM}, {SIGHUP, SIGHUP}, {SIGHUP, SIGTERM}, {SIGTERM, SIGHUP}};
    const std::string names[] = {"run", "my run", "it's", "-dash", "line\nbreak"};
    const std::string bin = path("bin");
    std::filesystem::create_directories(bin);
    std::filesystem::create_symlink(MARGINSCOPE_PROGRAM, bin + "/marginscope");
    for (std::size_t k = 0; k < ways.size(); ++k) {
        const std::string run = path(names[k]);
        Process process(train(run, "1000000", false), folder_.path());
        ASSERT_TRUE(
            wait_until([&] { return metrics_size(run) > 500 || process.ended(); }, kPatienceSecs));
        for (const int signal : ways[k]) process.send(signal);
        const Outcome stopped = process.wait();
        EXPECT_EQ(stopped.code, 130) << stopped.err;
        const auto at = stopped.err.find("Stopped at step ");
        ASSERT_NE(at, std::string::npos) << stopped.err;
        const int step = std::stoi(stopped.err.substr(at + 16));
        char name[40];
        std::snprintf(name, sizeof name, "step-%06d.safetensors", step);
        EXPECT_TRUE(std::filesystem::exists(run + "/checkpoints/" + name)) << name;
        // What was printed is pasted, with fewer steps to do.
        const auto begin = stopped.err.find("Go on with: ") + 12;
        const std::string command =
            stopped.err.substr(begin, stopped.err.find('\n', begin) - begin);
        const std::string script = path("script");
        std::ofstream(script) << "PATH='" << bin << "':\"$PATH\"\n"
                              << command << " --steps " << step + 3 << " 2>'" << path("pasted.err")
                              << "' >/dev/null\n";
        EXPECT_EQ(std::system(("bash '" + script + "'").c_str()), 0)
            << command << "\n"
            << read_text(path("pasted.err"));
        EXPECT_TRUE(std::filesystem::exists(run + "/final.safetensors")) << command;
    }
}

TEST_F(Interrupts, UnderNohupATrainingOutlivesItsTerminal) {
    const std::string run = path("run");
    const auto before = ::signal(SIGHUP, SIG_IGN);  // inherited by the program
    Process process(train(run, "1000000", false), folder_.path());
    ::signal(SIGHUP, before);
    ASSERT_TRUE(
        wait_until([&] { return metrics_size(run) > 500 || process.ended(); }, kPatienceSecs));
    process.send(SIGHUP);
    const std::size_t then = metrics_size(run);
    EXPECT_TRUE(wait_until([&] { return metrics_size(run) > then + 500; }, kPatienceSecs));
    EXPECT_FALSE(process.ended()) << process.err();
    process.send(SIGINT);
    EXPECT_EQ(process.wait().code, 130);
}

TEST_F(Interrupts, AnImpatientSecondCtrlCEndsAtOnce) {
    Process process(train(path("run"), "1000000", false), folder_.path());
    ASSERT_TRUE(wait_until([&] { return metrics_size(path("run")) > 500 || process.ended(); },
                           kPatienceSecs));
    process.send(SIGINT);
    process.send(SIGINT);
    EXPECT_EQ(process.wait().code, 130);
}

TEST_F(Interrupts, ThePlanIsKeptWithoutItsFlags) {
    const std::vector<std::string> changes = {"--change", "35:lambda=0.1", "--change",
                                              "60:lr=0.0005"};
    ASSERT_EQ(Process(train(path("whole"), "80", false, changes), folder_.path()).wait().code, 0);
    const std::string killed = path("killed");
    Process process(train(killed, "80", false, changes), folder_.path());
    wait_until([&] { return metrics_size(killed) > 500 || process.ended(); }, kPatienceSecs);
    process.send(SIGKILL);
    (void)process.wait();
    const Outcome resumed =
        Process({"train", "--resume", "--out", killed, "--text", text(), "--threads", "1"},
                folder_.path())
            .wait();
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(read_text(killed + "/final.safetensors"),
              read_text(path("whole") + "/final.safetensors"));
    // Another text under the same name is another training.
    std::ofstream(text(), std::ios::app) << "more";
    std::filesystem::remove(killed + "/final.safetensors");
    const Outcome other =
        Process({"train", "--resume", "--out", killed, "--text", text()}, folder_.path()).wait();
    EXPECT_EQ(other.code, 1);
    EXPECT_NE(other.err.find("another text"), std::string::npos) << other.err;
}

TEST_F(Interrupts, ResumingKeepsWhatTheRunIs) {
    const std::string run = path("run");
    ASSERT_EQ(Process(train(run, "10", true), folder_.path()).wait().code,
              0);  // begins where there is nothing
    const Outcome other = Process(train(run, "20", true, {"--layers", "2"}), folder_.path()).wait();
    EXPECT_EQ(other.code, 2);
    EXPECT_NE(other.err.find("model.layers"), std::string::npos) << other.err;
    EXPECT_EQ(Process(train(run, "10", false), folder_.path()).wait().code, 2);
    // A finished run is not trained again.
    const std::string before = read_text(run + "/final.safetensors");
    EXPECT_EQ(Process(train(run, "10", true), folder_.path()).wait().code, 0);
    EXPECT_EQ(read_text(run + "/final.safetensors"), before);
}

// Checkpoints every ten steps of a millisecond or so: some kills hit one being written, and some
// come after the changes.
TEST_F(Interrupts, TwentyKillsLeaveTheRunThatWasNotKilled) {
    const std::string steps = "1200";
    const std::vector<std::string> changes = {"--change", "35:lambda=0.1",
                                              "--change", "300:lr=0.0005",
                                              "--change", "301:train-noise=0.03"};
    const std::string whole = path("whole");
    const Outcome plain = Process(train(whole, steps, false, changes), folder_.path()).wait();
    ASSERT_EQ(plain.code, 0) << plain.err;

    const std::string killed = path("killed");
    std::mt19937 rng(11);
    int kills = 0;
    int in_writing = 0;
    while (kills < 20) {
        const std::size_t before = metrics_size(killed);
        Process process(train(killed, steps, true, changes), folder_.path());
        // Every fourth at any moment since its start, the others once it trains.
        if (kills % 4 != 3) {
            ASSERT_TRUE(wait_until(
                [&] { return metrics_size(killed) != before || process.ended(); }, kPatienceSecs));
        }
        std::this_thread::sleep_for(std::chrono::microseconds(rng() % 40'000));
        ASSERT_FALSE(process.ended()) << "finished after " << kills << " kills: " << process.err();
        process.send(SIGKILL);
        EXPECT_EQ(process.wait().code, 128 + SIGKILL);
        ++kills;
        std::error_code missing;
        for (const auto& entry :
             std::filesystem::directory_iterator(killed + "/checkpoints", missing))
            in_writing += entry.path().extension() != ".safetensors";
    }
    RecordProperty("kills_during_a_write", in_writing);
    const Outcome last = Process(train(killed, steps, true, changes), folder_.path()).wait();
    ASSERT_EQ(last.code, 0) << last.err;
    EXPECT_EQ(read_text(killed + "/final.safetensors"), read_text(whole + "/final.safetensors"));
    EXPECT_EQ(metrics(killed), metrics(whole));
    EXPECT_EQ(read_text(killed + "/events.jsonl"), read_text(whole + "/events.jsonl"));
}

}  // namespace
}  // namespace marginscope
