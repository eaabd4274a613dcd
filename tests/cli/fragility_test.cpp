// `marginscope fragility` on a model that comes along: its document, its words, its refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

class Fragility : public testing::Test {
protected:
    Outcome run(std::vector<std::string> more) {
        std::vector<std::string> arguments = {"fragility", "--max-positions", "96", "--directions",
                                              "3"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return Process(arguments, folder_.path()).wait();
    }
    TemporaryFolder folder_;
};

TEST_F(Fragility, SaysWhichMarginPredictsBest) {
    const Outcome first = run({"--json", "-"});
    ASSERT_EQ(first.code, 0) << first.err;
    const json report = json::parse(first.out);
    EXPECT_EQ(report["unit"], "rms");
    EXPECT_EQ(report["noise_on"], "window");
    const std::size_t positions = report["positions"].size();
    EXPECT_GE(positions, 60u);
    EXPECT_LE(positions, 96u);
    int margins = 0;
    double best = 0;
    std::string name;
    for (const json& predictor : report["predictors"]) {
        EXPECT_EQ(predictor["positions"], positions);
        EXPECT_TRUE(predictor["rho_low"].is_null()) << "from two windows";
        if (predictor["rival"].get<bool>()) continue;
        ++margins;
        const double rho = std::abs(predictor["rho"].get<double>());
        if (rho <= best) continue;
        best = rho;
        name = predictor["name"];
    }
    EXPECT_GE(margins, 2 + 2 + 2) << "stage, lowest head, each layer";
    EXPECT_EQ(margins % 2, 0) << "two kinds of each";
    EXPECT_EQ(report["best"]["margin"], name);
    EXPECT_NE(
        report["sentence"].get<std::string>().find(report["best"]["margin"].get<std::string>()),
        std::string::npos);
    std::size_t censored = 0;
    for (const json& position : report["positions"]) {
        censored += position["sigma"].is_string();
        if (position["sigma"].is_number()) {
            EXPECT_LE(position["sigma"], 4.0);
        }
    }
    EXPECT_EQ(report["censored"], censored);
    EXPECT_EQ(run({"--json", "-"}).out, first.out) << "the same bytes each time";
}

TEST_F(Fragility, OwnTokensBearMoreAndPeopleReadASentence) {
    const auto median = [&](const std::vector<std::string>& more) {
        const json report = json::parse(run(more).out);
        std::vector<double> sigma;
        for (const json& position : report["positions"])
            sigma.push_back(position["sigma"].is_number() ? position["sigma"].get<double>() : 1e9);
        std::nth_element(sigma.begin(),
                         sigma.begin() + static_cast<std::ptrdiff_t>(sigma.size()) / 2,
                         sigma.end());
        return sigma[sigma.size() / 2];
    };
    EXPECT_GT(median({"--own-token", "--json", "-"}), median({"--json", "-"}))
        << "noise on one token is less than noise on all";
    const Outcome people = run({"--own-token"});
    EXPECT_EQ(people.code, 0) << people.err;
    EXPECT_NE(people.out.find("last token read"), std::string::npos);
    EXPECT_NE(people.out.find("margin"), std::string::npos);
    for (const char* nan : {" nan", "+nan", "-nan"})
        EXPECT_EQ(people.out.find(nan), std::string::npos) << people.out;
}

TEST_F(Fragility, WrongUseIsOneSentenceAndExitCodeTwo) {
    const std::vector<std::vector<std::string>> wrong = {
        {"--directions", "0"}, {"--max-sigma", "0"}, {"--max-positions", "2"}, {"--sigma", "1"}};
    for (const auto& arguments : wrong) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << arguments[0] << "\n" << outcome.err;
        EXPECT_TRUE(outcome.out.empty());
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
}

}  // namespace
}  // namespace marginscope
