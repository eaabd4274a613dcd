// `subset` as a user runs it, against what `decode` and `margins` say of the same model.
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;
using testing_support::wait_until;

Outcome run(const std::vector<std::string>& arguments) {
    const TemporaryFolder folder;
    return Process(arguments, folder.path()).wait();
}

json answer(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return json::parse(outcome.out);
}

json subset(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "subset");
    return answer(std::move(arguments));
}

/// log p of the characters of `text` from `from` on, as `margins` lists them.
double text_logprob(const std::string& text, std::size_t from) {
    const json all = answer({"margins", "--prompt", text, "--geometric", "none"});
    double sum = 0.0;
    for (std::size_t i = from; i < text.size(); ++i)
        sum += all["positions"][i]["logprob"].get<double>();
    return sum;
}

double prob_of(const json& law, const std::string& token) {
    for (const json& one : law)
        if (one["token"] == token) return one["prob"].get<double>();
    return -1.0;
}

TEST(Subset, IsTheChainRuleOfTheSameModel) {
    const json all = subset({"--prompt", "Once ther", "--length", "3", "--ask", "0,1,2"});
    EXPECT_EQ(all["exact"], true);
    EXPECT_EQ(all["asked"], json({0, 1, 2}));
    EXPECT_EQ(all["law"].size(), 20u);
    EXPECT_TRUE(all["law"][0]["error"].is_null());
    for (const std::size_t k : {0u, 3u, 19u}) {
        const std::string text = all["law"][k]["text"];
        EXPECT_NEAR(all["law"][k]["logprob"].get<double>(), text_logprob("Once ther" + text, 9),
                    1e-4);
    }
    double sum = 0.0;
    for (const json& one : all["marginals"]["1"]) sum += one["prob"].get<double>();
    EXPECT_NEAR(sum, 1.0, 1e-9);
    EXPECT_NEAR(all["work"]["token_steps"].get<double>(), 9 + 67 + 67 * 67, 0.5);
    EXPECT_EQ(all["work"]["done_token_steps"], all["work"]["token_steps"]);
}

TEST(Subset, AHoleIsGivenBothSides) {
    const json both = subset({"--pattern", "The c_t sat."});
    EXPECT_EQ(both["asked"], json({5}));
    const json& law = both["marginals"]["5"];
    // Bayes: the odds of two fills are those of the two whole texts.
    EXPECT_NEAR(std::log(prob_of(law, "a") / prob_of(law, "o")),
                text_logprob("The cat sat.", 1) - text_logprob("The cot sat.", 1), 1e-3);
    const json past = subset({"--length", "6", "--fix", "0=The c", "--ask", "5"});
    EXPECT_GT(std::abs(prob_of(past["marginals"]["5"], "a") - prob_of(law, "a")), 1e-3);
    const json spelt =
        subset({"--length", "12", "--fix", "0=The c", "--fix", "6=t sat.", "--ask", "5"});
    EXPECT_EQ(spelt["marginals"], both["marginals"]);
}

TEST(Subset, FitsTogetherAndSaysWhereTheWindowMoves) {
    const std::string text =
        "Once there was a small boy called Tom. He had a red kite and a brown dog";
    const json all = subset({"--prompt", text, "--length", "2", "--ask", "0,1", "--check"});
    ASSERT_EQ(all["checks"].size(), 3u);
    for (const json& check : all["checks"]) EXPECT_LE(check["value"].get<double>(), 1e-5);
    const json moved = subset({"--prompt", text.substr(0, 62), "--length", "4", "--ask", "3",
                               "--fix", "0=bro", "--check"});
    const json& seam = moved["checks"].back();
    EXPECT_EQ(seam["kind"], "seam");
    EXPECT_EQ(seam["position"], 2);
    EXPECT_GT(seam["value"].get<double>(), 1e-5);
}

TEST(Subset, SampledNumbersSayHowGoodTheyAre) {
    const std::vector<std::string> question = {"--pattern", "The c__ sat.", "--ask", "5"};
    const json exact = subset(question);
    std::vector<std::string> again = question;
    again.insert(again.end(), {"--draws", "2000", "--seed", "3"});
    const json sampled = subset(again);
    EXPECT_EQ(sampled["exact"], false);
    EXPECT_EQ(sampled["method"], "sampled");
    EXPECT_EQ(sampled["draws"], 2016);  // whole islands
    ASSERT_EQ(sampled["ess"].size(), 2u);
    int compared = 0;
    for (const json& one : sampled["marginals"]["5"]) {
        const double p = prob_of(exact["marginals"]["5"], one["token"]);
        if (p < 0.05) continue;  // of rare ones a few islands know, and their errors less
        EXPECT_LE(std::abs(one["prob"].get<double>() - p), 5.0 * one["error"].get<double>());
        ++compared;
    }
    EXPECT_GE(compared, 2);
    EXPECT_NEAR(sampled["evidence"].get<double>(), exact["evidence"].get<double>(),
                6.0 * sampled["evidence_error"].get<double>());
    const Outcome shown = run({"subset", "--pattern", "The c__ sa_.", "--draws", "500"});
    EXPECT_NE(shown.out.find(" ± "), std::string::npos) << shown.out;
    EXPECT_NE(shown.out.find("effective sample size"), std::string::npos);
}

TEST(Subset, BranchAndBoundKeepsItsBound) {
    const json exact = subset({"--pattern", "The c__ sat."});
    const json part = subset({"--pattern", "The c__ sat.", "--leave-out", "0.01"});
    EXPECT_LE(part["bound"].get<double>(), 0.01);
    for (const char* position : {"5", "6"})
        for (const json& one : exact["marginals"][position])
            EXPECT_NEAR(prob_of(part["marginals"][position], one["token"]),
                        one["prob"].get<double>(), part["bound"].get<double>() + 1e-6);
}

TEST(Subset, RefusesInOneSentence) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"--length", "3", "--ask", "0"}, "no law of a text's first character"},
        {{"--length", "3", "--fix", "0=T"}, "No position is asked for"},
        {{"--length", "3", "--fix", "0=T", "--ask", "3"}, "Position 3 lies outside"},
        {{"--length", "3", "--fix", "0=The", "--ask", "2"}, "both fixed and asked for"},
        {{"--length", "3", "--fix", "0=Th", "--fix", "1=x", "--ask", "2"}, "fixed twice"},
        {{"--length", "3", "--fix", "0", "--ask", "2"}, "--fix takes a position"},
        {{"--length", "3", "--fix", "x=T", "--ask", "2"}, "counted from 0"},
        {{"--length", "3", "--fix", "0=T", "--ask", "-1"}, "counted from 0"},
        {{"--length", "3", "--fix", "0=T", "--ask", "1,"}, "counted from 0"},
        {{"--length", "3", "--fix", "0=~", "--ask", "2"}, "does not know 1 character"},
        {{"--pattern", "The cat"}, "has no"},
        {{"--pattern", "_he cat"}, "no law of a text's first character"},
        {{"--pattern", "The c_t", "--draws", "3"}, "--draws must be at least"},
        {{"--pattern", "The c_t", "--leave-out", "2"}, "--leave-out must be a share"}};
    for (const auto& [arguments, part] : cases) {
        std::vector<std::string> all = {"subset"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const Outcome outcome = run(all);
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
        EXPECT_TRUE(outcome.out.empty());
    }
}

TEST(Subset, CtrlCLeavesWhatIsKnown) {
    const TemporaryFolder folder;
    // Leaves of the tree come soon, all of them not today.
    Process process({"subset", "--length", "10", "--fix", "0=The c", "--ask", "5,9", "--max-work",
                     "1000000", "--threads", "1", "--json", "-"},
                    folder.path());
    ASSERT_TRUE(
        wait_until([&] { return process.err().find("Enumerating") != std::string::npos; }, 60.0));
    std::this_thread::sleep_for(std::chrono::seconds(2));
    process.send(SIGINT);
    const Outcome outcome = process.wait();
    EXPECT_EQ(outcome.code, 130);
    const json all = json::parse(outcome.out);
    EXPECT_EQ(all["stopped"], true);
    EXPECT_EQ(all["exact"], false);
    EXPECT_GT(all["bound"].get<double>(), 0.0);
}

}  // namespace
}  // namespace marginscope
