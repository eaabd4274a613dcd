// Samples of a model by the program: killed, stopped, gone on with, and compared.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

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
    if (!fs::exists(path("whole"))) {
        ASSERT_EQ(run(draw(path("whole"))).code, 0);
    }
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
    // Commands of one model say which to name.
    const Outcome one =
        run({"margins", "--model", path("whole"), "--prompt", "A dog", "--json", "-"});
    EXPECT_EQ(one.code, 2);
    EXPECT_NE(one.err.find("sample-1-0001"), std::string::npos) << one.err;
    EXPECT_TRUE(one.out.empty());
}

}  // namespace
}  // namespace marginscope
