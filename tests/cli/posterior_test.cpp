// Samples of a model by the program: killed, stopped, gone on with, and compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "process.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::read_text;
using testing_support::TemporaryFolder;
using testing_support::wait_until;

class Posterior : public testing::Test {
protected:
    static void SetUpTestSuite() {
        shared_ = std::make_unique<TemporaryFolder>();
        std::ofstream file(path("text.txt"));
        for (int k = 0; k < 80; ++k) file << "A dog (number " << k * 13 << ") ran \"home\".\n";
        file.close();
        for (const char* seed : {"1", "2"}) {
            const Outcome trained = run({"train",
                                         "--text",
                                         path("text.txt"),
                                         "--out",
                                         path("run-") + seed,
                                         "--seed",
                                         seed,
                                         "--steps",
                                         "60",
                                         "--layers",
                                         "1",
                                         "--heads",
                                         "2",
                                         "--width",
                                         "8",
                                         "--context",
                                         "8",
                                         "--batch",
                                         "4",
                                         "--eval-windows",
                                         "2",
                                         "--warmup",
                                         "5",
                                         "--threads",
                                         "1",
                                         "--device",
                                         "cpu"});
            ASSERT_EQ(trained.code, 0) << trained.err;
        }
    }
    static void TearDownTestSuite() { shared_.reset(); }
    static std::string path(const std::string& name) { return (shared_->path() / name).string(); }
    static Outcome run(const std::vector<std::string>& arguments) {
        return Process(arguments, shared_->path()).wait();
    }
    static std::vector<std::string> draw(const std::string& out) {
        return {"posterior",
                "--model",
                path("run-1"),
                "--text",
                path("text.txt"),
                "--out",
                out,
                "--samples",
                "6",
                "--chains",
                "2",
                "--burn-in",
                "400",
                "--every",
                "100",
                "--step-size",
                "0.001",
                "--threads",
                "1",
                "--json",
                "-"};
    }
    static std::vector<std::string> go_on(const std::string& out) {
        return {"posterior", "--out", out, "--text", path("text.txt"), "--resume", "--json", "-"};
    }
    static std::map<std::string, std::string> contents(const std::string& folder) {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            if (entry.is_regular_file() && entry.path().filename() != ".lock")
                all[fs::relative(entry.path(), folder).string()] = read_text(entry.path());
        return all;
    }

    static void make_samples() {
        if (fs::exists(path("whole"))) return;
        ASSERT_EQ(run(draw(path("whole"))).code, 0);
    }

    static std::unique_ptr<TemporaryFolder> shared_;
};

std::unique_ptr<TemporaryFolder> Posterior::shared_;

TEST_F(Posterior, KilledAndStoppedItIsWhatItWouldHaveBeen) {
    const Outcome whole = run(draw(path("whole")));
    ASSERT_EQ(whole.code, 0) << whole.err;
    const json document = json::parse(whole.out);
    EXPECT_EQ(document.at("result").at("samples"), 6);
    EXPECT_EQ(document.at("density").at("tempered"), false);
    EXPECT_NE(document.at("density").at("sentence").get<std::string>().find("given the trained"),
              std::string::npos);
    // Killed at several moments, then stopped by Ctrl-C, then left alone.
    const std::string out = path("killed");
    const auto state = [&] { return fs::exists(out + "/chains/chain-1.safetensors"); };
    Process first(draw(out), shared_->path());
    ASSERT_TRUE(wait_until([&] { return state() || first.ended(); }, 60.0));
    first.send(SIGKILL);
    (void)first.wait();
    const auto newest = [&] {
        fs::file_time_type at = fs::file_time_type::min();
        for (const auto& entry : fs::directory_iterator(out + "/chains")) {
            std::error_code gone;  // what is being written has another name first
            const auto written = entry.last_write_time(gone);
            if (!gone) at = std::max(at, written);
        }
        return at;
    };
    for (int kill = 0; kill < 3; ++kill) {
        const auto before = newest();
        Process next(go_on(out), shared_->path());
        if (kill < 2)
            std::this_thread::sleep_for(std::chrono::milliseconds(150 + 90 * kill));
        else  // a Ctrl-C while it still reads the text ends it without a word
            ASSERT_TRUE(wait_until([&] { return newest() > before || next.ended(); }, 60.0));
        next.send(kill < 2 ? SIGKILL : SIGINT);
        const Outcome ended = next.wait();
        if (kill < 2 || ended.code == 0) continue;
        EXPECT_EQ(ended.code, 130) << ended.err;
        EXPECT_NE(ended.err.find("--resume"), std::string::npos) << ended.err;
    }
    const Outcome last = run(go_on(out));
    ASSERT_EQ(last.code, 0) << last.err;
    EXPECT_EQ(contents(out), contents(path("whole")));
    // A sample is a run like any other.
    const Outcome margins = run({"margins", "--model", out + "/sample-2-0003", "--text",
                                 path("text.txt"), "--max-positions", "40", "--json", "-"});
    EXPECT_EQ(margins.code, 0) << margins.err;
}

TEST_F(Posterior, RefusesInOneSentence) {
    std::vector<std::string> arguments = draw(path("refused"));
    arguments[8] = "7";  // no multiple of two chains
    EXPECT_EQ(run(arguments).code, 2);
    EXPECT_FALSE(fs::exists(path("refused")));
    const Outcome nothing = run(go_on(path("nowhere")));
    EXPECT_NE(nothing.code, 0);
    EXPECT_TRUE(nothing.out.empty());
    std::vector<std::string> more = go_on(path("refused"));
    more.insert(more.end(), {"--temperature", "0.5"});
    EXPECT_EQ(run(more).code, 2);
}

TEST_F(Posterior, AFolderOfSamplesIsAnEnsemble) {
    make_samples();
    const Outcome compared = run(
        {"calibration", "--model",        path("run-1"), "--model",    path("whole"), "--noise",
         "0.1",         "--noise-draws",  "3",           "--together", path("run-1"), path("run-2"),
         "--text",      path("text.txt"), "--threads",   "1",          "--json",      "-",
         "--html",      path("page.html")});
    ASSERT_EQ(compared.code, 0) << compared.err;
    const json predictors = json::parse(compared.out).at("predictors");
    ASSERT_EQ(predictors.size(), 4U);
    const std::vector<int> passes = {1, 3, 6, 2};
    for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_EQ(predictors[k].at("passes"), passes[k]);
        EXPECT_LE(predictors[k].at("ce").at("value"), predictors[k].at("members_ce"));
        EXPECT_EQ(predictors[k].at("calibration").at("bins").size(), 15U);
    }
    const std::string page = read_text(path("page.html"));
    for (const char* words :
         {"<svg", "Lower loss than the first", "--together", "6 models together"})
        EXPECT_NE(page.find(words), std::string::npos) << words;
    EXPECT_EQ(page.find("http://"), page.find("http://www.w3.org"));  // a name, not an address
}

TEST_F(Posterior, NoiseOfAFolderIsOfTheMeanOfItsModels) {
    make_samples();
    const std::vector<std::string> asked = {
        "noise",          "--model",  path("run-1"), "--model",    path("whole"), "--text",
        path("text.txt"), "--sigmas", "0,0.5",       "--relative", "--draws",     "2",
        "--threads",      "1",        "--json",      "-"};
    const Outcome measured = run(asked);
    ASSERT_EQ(measured.code, 0) << measured.err;
    const json curves = json::parse(measured.out).at("curves");
    ASSERT_EQ(curves.size(), 2U);
    EXPECT_FALSE(curves[0].contains("members"));
    EXPECT_EQ(curves[1].at("model"), path("whole"));
    ASSERT_EQ(curves[1].at("members").size(), 6U);
    EXPECT_EQ(curves[1].at("members")[5], path("whole/sample-2-0003/final.safetensors"));
    const Outcome alone =
        run({"noise", "--model", path("whole/sample-2-0003"), "--text", path("text.txt"),
             "--sigmas", "0,0.5", "--relative", "--draws", "2", "--threads", "1", "--json", "-"});
    ASSERT_EQ(alone.code, 0) << alone.err;
    const json of_one = json::parse(alone.out).at("curves")[0].at("points");
    for (std::size_t k = 0; k < 2; ++k) {
        const json& point = curves[1].at("points")[k];
        EXPECT_LT(point.at("ce"), point.at("members").at("ce").at("value"));
        EXPECT_LE(point.at("members").at("ce").at("low"), point.at("members").at("ce").at("value"));
        const json& one = of_one[k];
        EXPECT_FALSE(one.contains("members"));
        EXPECT_GT(one.at("errors").at("value"), 0.0);
        EXPECT_GT(one.at("brier").at("value"), 0.0);
        EXPECT_GT(one.at("ece"), 0.0);
    }
    // One against the ensemble, window by window.
    EXPECT_EQ(json::parse(measured.out).at("differences").size(), 1U);
    const Outcome table = run({"noise", "--model", path("whole"), "--text", path("text.txt"),
                               "--sigmas", "0.5", "--draws", "1", "--threads", "1"});
    EXPECT_NE(table.out.find("6 models together"), std::string::npos) << table.out;
    EXPECT_NE(table.out.find("of these models alone"), std::string::npos) << table.out;
    const Outcome stories = run({"noise", "--model", path("whole"), "--well-formed", "20", "--text",
                                 path("text.txt"), "--json", "-"});
    EXPECT_EQ(stories.code, 2);
    EXPECT_NE(stories.err.find("sample-1-0001"), std::string::npos) << stories.err;
    EXPECT_TRUE(stories.out.empty());
}

TEST_F(Posterior, EveryOtherCommandSaysWhichSampleToName) {
    make_samples();
    const std::map<std::string, std::vector<std::string>> needed = {
        {"train", {"--out", path("o-train"), "--text", path("text.txt"), "--steps", "1"}},
        {"path", {"--out", path("o-path"), "--text", path("text.txt"), "--lambdas", "0"}},
        {"fit", {"--out", path("o-fit"), "--text", path("text.txt")}},
        {"margins", {"--prompt", "A dog"}},
        {"decode", {"--prompt", "A dog"}},
        {"fragility", {"--text", path("text.txt")}},
        {"twin", {"--prompt", "A dog", "--sigma", "0.1"}},
        {"subset", {"--length", "2", "--ask", "1"}},
        {"selective", {"--text", path("text.txt")}},
        {"posterior", {"--out", path("o-posterior"), "--text", path("text.txt")}},
        {"info", {}}};
    // These take all of them, as predictors or in the window; a session names its model itself.
    const std::set<std::string> together = {"noise", "calibration", "render", "session"};
    std::istringstream help(run({"--help"}).out);
    std::string line;
    std::size_t refused = 0;
    bool commands = false;
    while (std::getline(help, line)) {
        if (line.starts_with("Subcommands:")) commands = true;
        if (!commands || !line.starts_with("  ")) continue;
        const std::string name = line.substr(2, line.find(' ', 2) - 2);
        const std::string own = run({name, "--help"}).out;
        const bool init = own.find("--init ") != std::string::npos;
        if (!init && own.find("  --model ") == std::string::npos) continue;
        if (together.contains(name)) continue;
        ASSERT_TRUE(needed.contains(name)) << name << " takes a model: what of samples?";
        std::vector<std::string> arguments = {name, init ? "--init" : "--model", path("whole")};
        arguments.insert(arguments.end(), needed.at(name).begin(), needed.at(name).end());
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << name << outcome.err;
        EXPECT_NE(outcome.err.find("sample-1-0001"), std::string::npos) << name << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
            << name << ": one sentence: " << outcome.err;
        EXPECT_TRUE(outcome.out.empty()) << name;
        ++refused;
    }
    EXPECT_EQ(refused, needed.size());
    for (const char* left : {"o-train", "o-path", "o-fit", "o-posterior"})
        EXPECT_FALSE(fs::exists(path(left))) << left;
}

TEST_F(Posterior, AFolderWithABrokenSampleIsOneSentence) {
    make_samples();
    fs::copy(path("whole"), path("broken"), fs::copy_options::recursive);
    fs::resize_file(path("broken/sample-2-0001/final.safetensors"), 300);
    fs::create_directories(path("empty/chains"));
    fs::copy_file(path("whole/posterior.json"), path("empty/posterior.json"));
    for (const char* command : {"noise", "calibration"}) {
        const Outcome outcome = run({command, "--model", path("broken"), "--text", path("text.txt"),
                                     "--threads", "1", "--json", "-"});
        EXPECT_NE(outcome.code, 0);
        EXPECT_NE(outcome.err.find("sample-2-0001"), std::string::npos) << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
        EXPECT_TRUE(outcome.out.empty());
        const Outcome none = run({command, "--model", path("empty"), "--text", path("text.txt"),
                                  "--threads", "1", "--json", "-"});
        EXPECT_NE(none.code, 0);
        EXPECT_NE(none.err.find("--resume"), std::string::npos) << none.err;
        EXPECT_TRUE(none.out.empty());
    }
}

}  // namespace
}  // namespace marginscope
