// `twin` as a user runs it: figures, refusals, Ctrl-C.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

Outcome run(const std::vector<std::string>& arguments) {
    const TemporaryFolder folder;
    return Process(arguments, folder.path()).wait();
}

json twin(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "twin");
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return json::parse(outcome.out);
}

const std::string kText =
    "Once there was a small boy called Tom. He had a red kite and a brown dog. The dog ran to the "
    "old tree near the house.";

TEST(Twin, SaysWhatEveryDrawChanges) {
    const json all = twin({"--prompt", kText, "--sigma", "0.5", "--relative", "--draws", "3"});
    EXPECT_EQ(all["unit"], "rms");
    EXPECT_EQ(all["where"], "embeddings");
    EXPECT_EQ(all["sigma"], 0.5);
    ASSERT_EQ(all["draws"].size(), 3u);
    std::string text;
    for (const json& token : all["tokens"]) text += token.get<std::string>();
    EXPECT_EQ(text, kText);
    for (const json& draw : all["draws"]) {
        EXPECT_EQ(draw["seed"], 0);
        ASSERT_EQ(draw["kl"].size(), kText.size());
        ASSERT_EQ(draw["margin_gap"].size(), kText.size());
        EXPECT_TRUE(draw["kl"][0].is_null());
        EXPECT_TRUE(draw["margin_gap"][1].is_null());
        EXPECT_GT(draw["kl"][50], 0.0);
        ASSERT_FALSE(draw["flips"].empty());
        EXPECT_EQ(draw["first_divergence"], draw["flips"][0]);
    }
    EXPECT_TRUE(all["share_flipped"][0].is_null());
    const json again = twin({"--prompt", kText, "--sigma", "0.5", "--relative", "--draws", "3"});
    EXPECT_EQ(again, all);
}

TEST(Twin, WithoutNoiseIsTheTextExactly) {
    for (const char* where : {"embeddings", "attention", "residual"}) {
        const json all =
            twin({"--prompt", kText, "--sigma", "0", "--where", where, "--draws", "2"});
        for (const json& draw : all["draws"]) {
            EXPECT_TRUE(draw["first_divergence"].is_null());
            EXPECT_TRUE(draw["flips"].empty());
            for (std::size_t i = 1; i < kText.size(); ++i) EXPECT_EQ(draw["kl"][i], 0.0) << i;
        }
    }
}

TEST(Twin, NoiseOnOneCharacterChangesOnlyWhatFollows) {
    const json all = twin({"--prompt", kText, "--sigma", "0.8", "--relative", "--at", "30",
                           "--draws", "2", "--kind", "singular"});
    EXPECT_EQ(all["at"], json({30}));
    EXPECT_EQ(all["kind"], "singular");
    for (const json& draw : all["draws"]) {
        for (std::size_t i = 1; i <= 30; ++i) EXPECT_NEAR(draw["kl"][i].get<double>(), 0, 1e-12);
        EXPECT_GT(draw["kl"][31], 1e-6);
        EXPECT_EQ(draw["margin_gap"][29], 0.0);
        EXPECT_NE(draw["margin_gap"][30], 0.0);
    }
}

TEST(Twin, WritesOnCleanAndUnderNoise) {
    const json all = twin({"--prompt", "Once there was", "--sigma", "0.5", "--relative", "--draws",
                           "2", "--tokens", "40"});
    EXPECT_EQ(all["given"], 14);
    EXPECT_EQ(all["tokens"].size(), 54u);
    std::string clean;
    for (std::size_t i = 14; i < 54; ++i) clean += all["tokens"][i].get<std::string>();
    for (const json& draw : all["draws"]) {
        const std::string written = draw["written"];
        if (draw["first_divergence"].is_null()) {
            EXPECT_EQ(written, clean);
            continue;
        }
        const std::size_t at = draw["first_divergence"].get<std::size_t>() - 14;
        EXPECT_EQ(written.substr(0, at), clean.substr(0, at));
        EXPECT_NE(written[at], clean[at]);
    }
}

TEST(Twin, TellsPeopleWhereItParts) {
    const Outcome outcome = run({"twin", "--prompt", kText, "--sigma", "0.5", "--relative"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    for (const char* words : {"noise on embeddings of all characters, sigma 0.5 times the RMS",
                              "8 draws", "first change", "where most draws change"})
        EXPECT_NE(outcome.out.find(words), std::string::npos) << words << "\n" << outcome.out;
    EXPECT_EQ(outcome.out.find("nan"), std::string::npos);
}

TEST(Twin, RefusesInOneSentence) {
    for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
             {"twin", "--prompt", kText},
             {"twin", "--prompt", kText, "--sigma", "-1"},
             {"twin", "--prompt", kText, "--sigma", "0.1", "--where", "head"},
             {"twin", "--prompt", kText, "--sigma", "0.1", "--at", "3,2.5"},
             {"twin", "--prompt", kText, "--sigma", "0.1", "--at", "4000"},
             {"twin", "--prompt", kText, "--sigma", "0.1", "--draws", "0"},
             {"twin", "--prompt", "x", "--sigma", "0.1"}}) {
        const Outcome outcome = run(wrong);
        EXPECT_EQ(outcome.code, 2) << wrong.back() << outcome.err;
        EXPECT_TRUE(outcome.out.empty());
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
}

TEST(Twin, CtrlCPrintsWhatIsDone) {
    const TemporaryFolder folder;
    Process process({"twin", "--sigma", "0.1", "--draws", "64", "--kind", "geometric", "--json",
                     "-", "--threads", "1"},
                    folder.path());
    std::this_thread::sleep_for(std::chrono::seconds(4));
    process.send(SIGINT);
    const Outcome outcome = process.wait();
    EXPECT_EQ(outcome.code, 130) << outcome.err;
    const json report = json::parse(outcome.out);
    EXPECT_TRUE(report["stopped"].get<bool>());
    EXPECT_TRUE(report["mean_kl"].back().is_null());
}

}  // namespace
}  // namespace marginscope
