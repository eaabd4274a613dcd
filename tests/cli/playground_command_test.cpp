// `marginscope playground` as a user runs it: numbers in the form that is written down, refusals in
// one sentence.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

class PlaygroundCommand : public ::testing::Test {
protected:
    Outcome run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "playground");
        return Process(arguments, folder_.path()).wait();
    }
    std::string file(const std::string& text) {
        const std::string path = folder_.path() / "it.json";
        std::ofstream(path) << text;
        return path;
    }
    json document(const std::string& text) {
        const Outcome outcome = run({file(text), "--json", "-"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out, nullptr, false);
    }

    TemporaryFolder folder_;
};

// Two tokens at +-1.5 and A = I: det J = 1 - 1.5^2 / cosh^2(1.5 x), in closed form.
TEST_F(PlaygroundCommand, NumbersOfTwoTokensAreThoseOfTheClosedForm) {
    const json out = document(
        R"({"tokens": [[-1.5, 0], [1.5, 0], [1.0, 0.4], [0.1, 0]], "A": [[1, 0], [0, 1]],
            "svm": {"points": [[-1, 0], [1, 0], [-2, 1], [2, -1]], "labels": [-1, 1, -1, 1], "C": 100}})");
    ASSERT_EQ(out["tokens"].size(), 4U);
    EXPECT_TRUE(out["tokens"][0]["geometric"].is_null());
    EXPECT_TRUE(out["tokens"][1]["geometric"].is_null());
    const json& token = out["tokens"][2];
    const double det = 1 - 2.25 / std::pow(std::cosh(1.5), 2);
    const double edge = std::atanh(std::sqrt(1 - 1 / 2.25)) / 1.5;
    EXPECT_EQ(token["i"], 2);
    EXPECT_NEAR(token["det"], det, 1e-12);
    EXPECT_NEAR(token["logdet"], std::log(det), 1e-12);
    EXPECT_EQ(token["crossings"], 0);
    EXPECT_NEAR(token["geometric"]["value"], 1.0 - edge, 1e-9);
    EXPECT_NEAR(token["geometric"]["point"][0], edge, 1e-9);
    EXPECT_EQ(out["support"].size(), 1U);
    const json& svm = out["svm"];
    EXPECT_NEAR(svm["w"][0], 1.0, 1e-9);
    EXPECT_NEAR(svm["w"][1], 0.0, 1e-9);
    EXPECT_NEAR(svm["margin"], 1.0, 1e-9);
    EXPECT_NEAR(svm["b"], 0.0, 1e-9);
    EXPECT_EQ(svm["support"], json({0, 1}));
    EXPECT_LE(svm["gap"], 1e-8);
    EXPECT_EQ(svm["alphas"].size(), 4U);
    EXPECT_EQ(svm["slack"].size(), 4U);
}

// On the axis of those two: J is diag(1 - 1.5^2 / cosh^2(1.5 x), 1).
TEST_F(PlaygroundCommand, SaysWhereEachLambdaLetsTheTokenRest) {
    const json out = document(
        R"({"tokens": [[-1.5, 0], [1.5, 0], [2.4, 0]], "A": [[1, 0], [0, 1]], "asked": 2, "noise": 0.2,
            "pull": {"target": [0, 0], "lambda": 0.1, "sigma": 2}})");
    ASSERT_EQ(out["rests"].size(), 26U);
    EXPECT_EQ(out["rests"][0]["lambda"], 0.0);
    EXPECT_EQ(out["rests"][0]["through"], true);
    EXPECT_EQ(out["rests"][0]["crossings"], 1);
    for (std::size_t k = 1; k < 26; ++k) {
        const json& rest = out["rests"][k];
        const double x = rest["at"][0];
        const double det = 1 - 2.25 / std::pow(std::cosh(1.5 * x), 2);
        EXPECT_EQ(rest["through"], false);
        EXPECT_NEAR(rest["pull"], x * x / 8, 1e-9);
        EXPECT_NEAR(rest["noise"], 0.04 / 8 * (1 + 1 / (det * det)), 1e-6 * (1 + 1 / (det * det)));
        EXPECT_GT(rest["lambda"], out["rests"][k - 1]["lambda"]);
    }
}

TEST_F(PlaygroundCommand, WithoutAnSvmThereIsNoneAndWithOneClassThereIsASentence) {
    EXPECT_TRUE(
        document(R"({"tokens": [[0, 1], [1, 0]], "A": [[1, 0], [0, 1]]})")["svm"].is_null());
    const json out = document(
        R"({"tokens": [[0, 1], [1, 0]], "A": [[1, 0], [0, 1]], "svm": {"points": [[1, 1]], "labels": [1]}})");
    EXPECT_TRUE(out["svm"]["w"].is_null());
    EXPECT_NE(out["svm"]["sentence"].get<std::string>().find("one class"), std::string::npos);
}

TEST_F(PlaygroundCommand, PresetsAreOpenedByNameAndGiveATable) {
    const Outcome outcome = run({"near"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("support token"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("support vectors"), std::string::npos);
    const Outcome again = run({"near", "--json", "-"});
    EXPECT_EQ(again.out, run({"near", "--json", "-"}).out);
}

TEST_F(PlaygroundCommand, RefusesInOneSentenceAndPrintsNoResult) {
    const auto refused = [&](const std::string& path, int code, const std::string& word) {
        const Outcome outcome = run({path, "--json", "-"});
        EXPECT_EQ(outcome.code, code) << outcome.err;
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(word), std::string::npos) << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    };
    refused(file("{"), 1, "it.json");
    refused(file(R"({"tokens": [[0, 1], [1, 7]], "A": [[1, 0], [0, 1]]})"), 1, "tokens[1]");
    refused((folder_.path() / "none.json").string(), 1, "none.json");
    EXPECT_EQ(run({}).code, 2);
}

}  // namespace
}  // namespace marginscope
