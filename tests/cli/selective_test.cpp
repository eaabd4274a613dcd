// `marginscope selective` on a model that comes along: its document, its words, its page, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

class Selective : public testing::Test {
protected:
    Outcome run(std::vector<std::string> more) {
        std::vector<std::string> arguments = {"selective"};
        if (std::count(more.begin(), more.end(), "--stories") == 0)
            arguments.insert(arguments.end(), {"--stories", "80"});
        arguments.insert(arguments.end(), more.begin(), more.end());
        return Process(arguments, folder_.path()).wait();
    }
    TemporaryFolder folder_;
};

TEST_F(Selective, TellsScoresPromisesAndTheVerdictFirst) {
    const Outcome first = run({"--json", "-"});
    ASSERT_EQ(first.code, 0) << first.err;
    const json report = json::parse(first.out);
    EXPECT_EQ(report["kind"], "stories");
    for (const char* part : {"tuning", "calibration", "fresh"}) {
        EXPECT_EQ(report[part]["items"], 80);
        EXPECT_EQ(report[part]["truth"].size(), 80u);
        EXPECT_EQ(report[part]["scores"].size(), 8u);
    }
    ASSERT_EQ(report["scores"].size(), 12u) << "eight scores, four combinations";
    for (const json& score : report["scores"]) {
        EXPECT_LE(score["area"]["low"], score["area"]["value"]);
        EXPECT_NEAR(score["risk"].back()["value"], report["base"], 1e-12) << "all kept";
        EXPECT_GE(score["area"]["value"], report["perfect"]);
    }
    EXPECT_EQ(run({"--json", "-", "--threads", "1"}).out, first.out) << "on any number of threads";
    const Outcome people = run({});
    EXPECT_EQ(people.out.find(report["sentence"].get<std::string>()), 0u) << people.out;
    EXPECT_EQ(people.out.find(" nan"), std::string::npos) << people.out;
    EXPECT_NE(run({"--json", "-", "--seed", "5"}).out, first.out);
}

TEST_F(Selective, WritesAPageThatNeedsNothingElse) {
    const std::string file = (folder_.path() / "page.html").string();
    const Outcome outcome = run({"--html", file, "--calibrations", "2"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const std::string page = testing_support::read_text(file);
    EXPECT_EQ(page.find("<!DOCTYPE html>"), 0u);
    EXPECT_NE(page.find(outcome.out.substr(0, 40)), std::string::npos) << "the verdict";
    EXPECT_NE(page.find("--calibrations 2"), std::string::npos) << "the command";
    EXPECT_EQ(std::count(page.begin(), page.end(), '\0'), 0);
    for (const char* outside : {"http://", "https://", "<script", ">nan", " nan"})
        EXPECT_EQ(page.find(outside), page.find(std::string(outside) + "www.w3.org"))
            << outside << " outside of the namespace of pictures";
}

TEST_F(Selective, SaysWhereNoThresholdKeepsThePromise) {
    const Outcome outcome = run({"--error", "0.1%"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("no threshold keeps it"), std::string::npos) << outcome.out;
}

TEST_F(Selective, WrongUseIsOneSentenceAndExitCodeTwo) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--stories", "2"},
                                               {"--error", "0%"},
                                               {"--confidence", "100%"},
                                               {"--error", "few"},
                                               {"--no-items"},
                                               {"--sentences", "-1"}}) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << arguments[0] << "\n" << outcome.err;
        EXPECT_TRUE(outcome.out.empty());
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
}

}  // namespace
}  // namespace marginscope
