// `marginscope noise` on the models that come along: kinds of noise, comparisons, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::TemporaryFolder;

class Noise : public testing::Test {
protected:
    Outcome run(std::vector<std::string> more) {
        std::vector<std::string> arguments = {"noise", "--max-windows", "6", "--draws", "2"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return Process(arguments, folder_.path()).wait();
    }
    json document(std::vector<std::string> more) {
        more.insert(more.end(), {"--json", "-"});
        const Outcome outcome = run(more);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out);
    }
    static std::string model(const std::string& name) {
        return std::string(MARGINSCOPE_ASSETS) + "/models/" + name + ".safetensors";
    }
    TemporaryFolder folder_;
};

TEST_F(Noise, SupportTokensBesideAsManyRandomOnes) {
    const json noise = document({"--model", model("plain"), "--sigmas", "0,0.5", "--relative",
                                 "--tokens", "support,random,all", "--support", "4"});
    ASSERT_EQ(noise["curves"].size(), 3u);
    EXPECT_EQ(noise["curves"][0]["tokens"], "support");
    EXPECT_EQ(noise["curves"][1]["tokens"], "random");
    EXPECT_EQ(noise["curves"][0]["noisy_tokens"], noise["curves"][1]["noisy_tokens"]);
    EXPECT_LT(noise["curves"][1]["points"][1]["ce"], noise["curves"][2]["points"][1]["ce"]);
    // Random less support, all less support: the same text without noise.
    ASSERT_EQ(noise["differences"].size(), 2u);
    for (const json& difference : noise["differences"]) {
        EXPECT_EQ(difference["to"], 0);
        EXPECT_EQ(difference["points"][0]["ce"]["high"], 0.0);
        const json& point = difference["points"][1];
        EXPECT_NEAR(point["ce"]["value"].get<double>(),
                    noise["curves"][difference["curve"].get<std::size_t>()]["points"][1]["ce"]
                            .get<double>() -
                        noise["curves"][0]["points"][1]["ce"].get<double>(),
                    1e-9);
        EXPECT_EQ(point["windows"], 6);
    }
}

TEST_F(Noise, SpoiltCharactersOfTwoModels) {
    const json noise = document({"--model", model("plain"), "--model", model("barrier"),
                                 "--characters", "swap,case", "--rates", "0,0.05"});
    ASSERT_EQ(noise["curves"].size(), 4u);
    for (const json& curve : noise["curves"]) {
        EXPECT_EQ(curve["unit"], "rate");
        EXPECT_EQ(curve["where"], "characters");
        const json &clean = curve["points"][0], &spoilt = curve["points"][1];
        EXPECT_TRUE(clean["sigma"].is_null());
        EXPECT_EQ(spoilt["rate"], 0.05);
        EXPECT_EQ(clean["share_judged"], 1.0);
        EXPECT_GT(spoilt["ce"], spoilt["clean_ce"]);
        EXPECT_GT(spoilt["share_changed"], 0.0);
        EXPECT_GT(spoilt["flips"], 0.0);
    }
    EXPECT_LT(noise["curves"][0]["points"][1]["share_judged"], 1.0);
    EXPECT_EQ(noise["curves"][1]["points"][1]["share_judged"], 1.0);
    ASSERT_EQ(noise["differences"].size(), 2u) << "each change against the first model's";
    EXPECT_EQ(noise["differences"][1]["curve"], 3);
    EXPECT_EQ(noise["differences"][1]["to"], 1);
    const Outcome people =
        run({"--model", model("plain"), "--model", model("barrier"), "--characters", "drop"});
    EXPECT_EQ(people.code, 0) << people.err;
    EXPECT_NE(people.out.find("characters spoilt: drop"), std::string::npos);
    EXPECT_NE(people.out.find("window by window"), std::string::npos);
    for (const char* nan : {" nan", "+nan", "-nan"})
        EXPECT_EQ(people.out.find(nan), std::string::npos) << people.out;
}

// Without noise the texts are those of `decode`, and `stories --check` counts as many sentences.
TEST_F(Noise, SentencesWrittenUnderNoise) {
    const json noise = document(
        {"--model", model("plain"), "--sigmas", "0,3", "--relative", "--well-formed", "300"});
    const json &clean = noise["curves"][0]["points"][0]["well_formed"],
               &noisy = noise["curves"][0]["points"][1]["well_formed"];
    int sentences = 0, well_formed = 0;
    for (const char* seed : {"1337", "1338"}) {
        const Outcome decoded = Process({"decode", "--model", model("plain"), "--prompt", "\n\n",
                                         "--tokens", "300", "--seed", seed, "--json", "-"},
                                        folder_.path())
                                    .wait();
        ASSERT_EQ(decoded.code, 0) << decoded.err;
        const std::string file = (folder_.path() / "written.txt").string();
        std::ofstream(file) << json::parse(decoded.out)["text"].get<std::string>();
        const Outcome checked =
            Process({"stories", "--check", file, "--from-start", "--json", "-"}, folder_.path())
                .wait();
        ASSERT_EQ(checked.code, 0) << checked.err;
        const json share = json::parse(checked.out);
        sentences += share["sentences"].get<int>();
        well_formed += share["well_formed"].get<int>();
    }
    EXPECT_GT(sentences, 5);
    EXPECT_EQ(clean["sentences"], sentences);
    EXPECT_EQ(clean["well_formed"], well_formed);
    EXPECT_EQ(clean["texts"], 2);
    EXPECT_GT(clean["share"], noisy["share"]);
    EXPECT_LE(clean["low"], clean["share"]);
    EXPECT_GE(clean["high"], clean["share"]);
}

TEST_F(Noise, WrongUseIsOneSentenceAndExitCodeTwo) {
    const std::vector<std::vector<std::string>> wrong = {
        {"--tokens", "some"},
        {"--tokens", "support,"},
        {"--support", "0"},
        {"--characters", "shuffle"},
        {"--rates", "0.1"},
        {"--characters", "swap", "--rates", "0.7"},
        {"--characters", "swap", "--rates", "x"},
        {"--characters", "swap", "--sigmas", "0.1"},
        {"--characters", "swap", "--tokens", "support"},
        {"--well-formed", "0"},
        {"--well-formed", "100", "--tokens", "support"},
        {"--well-formed", "100", "--characters", "swap"},
    };
    for (const auto& arguments : wrong) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << arguments[0] << "\n" << outcome.err;
        EXPECT_TRUE(outcome.out.empty());
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
}

}  // namespace
}  // namespace marginscope
