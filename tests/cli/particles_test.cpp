// `decode --particles`: its JSON, its refusals, its session.
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
using testing_support::read_text;
using testing_support::TemporaryFolder;

class ParticlesCommand : public testing::Test {
protected:
    Outcome run(std::vector<std::string> arguments) const {
        const std::vector<std::string> usual = {"decode", "--prompt", "Once upon", "--threads",
                                                "1"};
        arguments.insert(arguments.begin(), usual.begin(), usual.end());
        return Process(arguments, folder_.path()).wait();
    }
    json document(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--json", "-"});
        const Outcome outcome = run(std::move(arguments));
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out);
    }
    TemporaryFolder folder_;
};

TEST_F(ParticlesCommand, WeightsFollowTheBarriers) {
    const json out = document({"--particles", "16", "--tokens", "6", "--barrier-weight", "0.05"});
    ASSERT_EQ(out["particles"].size(), 16u);
    ASSERT_TRUE(out["resampled"].empty()) << "so small a weight leaves them worth most";
    double sum = 0.0, scale = 0.0, mean = 0.0;
    for (const json& one : out["particles"]) {
        const double weight = one["weight"];
        const double expected = std::exp(-0.05 * one["barrier"].get<double>());
        sum += weight;
        mean += expected / 16.0;
        if (scale == 0.0) scale = weight / expected;
        EXPECT_NEAR(weight, scale * expected, 1e-12);
    }
    EXPECT_NEAR(sum, 1.0, 1e-9);
    EXPECT_NEAR(out["log_z"].get<double>(), std::log(mean), 1e-9);
    EXPECT_EQ(out["ess"].size(), 6u);
    EXPECT_TRUE(std::ranges::any_of(out["particles"], [&](const json& one) {
        return one["text"] == out["text"];
    })) << "what is printed is one of them";
    ASSERT_EQ(out["tokens"].size(), 6u);
    double logprob = 0.0, barrier = 0.0;
    for (const json& token : out["tokens"]) {
        logprob += token["logprob"].get<double>();
        barrier -= token["margin"].get<double>();
    }
    const auto drawn = std::ranges::find_if(
        out["particles"], [&](const json& one) { return one["text"] == out["text"]; });
    EXPECT_NEAR((*drawn)["logprob"].get<double>(), logprob, 1e-3);
    EXPECT_NEAR((*drawn)["barrier"].get<double>(), barrier, 1e-8 * std::abs(barrier) + 1e-8);
}

TEST_F(ParticlesCommand, EqualSeedsWriteEqualTexts) {
    const std::vector<std::string> asked = {"--particles",      "8",  "--tokens", "5",
                                            "--barrier-weight", "0.5"};
    json first = document(asked), second = document(asked);
    first.erase("tokens_per_s");
    second.erase("tokens_per_s");
    EXPECT_EQ(first, second);
    std::vector<std::string> other = asked;
    other.insert(other.end(), {"--seed", "7"});
    EXPECT_NE(document(other)["particles"], first["particles"]);
}

TEST_F(ParticlesCommand, EveryKeptTextKeepsTheCondition) {
    const json out = document({"--particles", "12", "--tokens", "8", "--min-margin", "-3"});
    EXPECT_LE(out["log_z"].get<double>(), 0.0) << "Z is a probability";
    for (const json& token : out["tokens"]) {
        if (token["margin"].is_null()) continue;
        EXPECT_GE(token["margin"].get<double>(), -3.0);
        EXPECT_EQ(token["crossings"], 0);
    }
}

TEST_F(ParticlesCommand, PlainSamplesClaimNoConstant) {
    const Outcome outcome = run({"--particles", "4", "--tokens", "3"});
    EXPECT_NE(outcome.err.find("One of 4 plain samples"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("log Z"), std::string::npos);
}

TEST_F(ParticlesCommand, SaysThatNoneIsLeft) {
    const std::vector<std::string> asked = {"--particles",  "4",   "--tokens", "8",
                                            "--min-margin", "1000"};
    const json out = document(asked);
    EXPECT_EQ(out["log_z"], "-inf");
    EXPECT_EQ(out["stopped"], "min_margin");
    EXPECT_EQ(out["text"], "");
    EXPECT_NE(run(asked).err.find("No particle keeps the least margin"), std::string::npos);
}

TEST_F(ParticlesCommand, WhatDoesNotGoTogetherIsRefused) {
    const std::vector<std::vector<std::string>> wrong = {
        {"--barrier-weight", "0.3"},
        {"--particles", "1"},
        {"--particles", "100000000"},
        {"--particles", "8", "--barrier-weight", "nan"},
        {"--particles", "8", "--best-of", "3"},
        {"--particles", "8", "--margin-weight", "0.5"},
        {"--particles", "8", "--abstain-entropy", "1"},
        {"--particles", "8", "--candidates"},
        {"--particles", "8", "--tokens", "0"},
        {"--particles", "8", "--kind", "singular", "--min-margin", "0.1"},
    };
    for (const auto& arguments : wrong) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << arguments.back() << ": " << outcome.err;
        EXPECT_TRUE(outcome.out.empty()) << outcome.out;
        EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    }
}

TEST_F(ParticlesCommand, ItsSessionAsksForTheSame) {
    const std::string session = (folder_.path() / "fan.mscope").string();
    const Outcome outcome = run({"--particles", "8", "--tokens", "5", "--barrier-weight", "0.5",
                                 "--seed", "11", "--session", session});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const json kept = json::parse(read_text(session));
    const json& wish = kept.at("particles");
    EXPECT_EQ(wish["particles"], 8);
    EXPECT_EQ(wish["tokens"], 5);
    EXPECT_EQ(wish["barrier_weight"], 0.5);
    EXPECT_EQ(wish["sampling"]["seed"], 11);
    EXPECT_EQ(wish["node"], 8) << "behind the last character of the prompt";
    EXPECT_EQ(Process({"session", session, "--json", "-"}, folder_.path()).wait().code, 0);
}

}  // namespace
}  // namespace marginscope
