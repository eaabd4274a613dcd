// `train --init` and `path --init`: what a training takes from a model, and what it refuses.
#include <gtest/gtest.h>

#include <cmath>
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

// One small model for all tests of this file.
class Init : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        std::ofstream(path("text.txt")) << story();
        const Outcome trained =
            run(with_text({"train", "--out", path("base"), "--steps", "20", "--layers", "1",
                           "--heads", "2", "--width", "16", "--context", "16", "--tied", "false"}));
        ASSERT_EQ(trained.code, 0) << trained.err;
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }

    static Outcome run(const std::vector<std::string>& arguments) {
        return Process(arguments, folder_->path()).wait();
    }
    static std::string path(const std::string& name) { return (folder_->path() / name).string(); }
    static std::vector<std::string> with_text(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(),
                         {"--text", path("text.txt"), "--batch", "4", "--eval-every", "10",
                          "--eval-windows", "4", "--checkpoint-every", "10", "--threads", "1"});
        return arguments;
    }
    static std::string story() {
        std::string all;
        for (int k = 0; k < 60; ++k)
            all += "The cat number " + std::to_string(k * 7) + " sat on (a mat). \"Why?\"\n";
        return all;
    }
    static std::vector<json> metrics(const std::string& folder) {
        std::istringstream lines(read_text(folder + "/metrics.jsonl"));
        std::vector<json> all;
        for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
        return all;
    }
    static void expect_refused(const Outcome& outcome, const std::string& words) {
        EXPECT_EQ(outcome.code, 2);
        EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.err;
        EXPECT_TRUE(outcome.out.empty()) << outcome.out;
    }

    static TemporaryFolder* folder_;
};
TemporaryFolder* Init::folder_ = nullptr;

TEST_F(Init, BeginsWithTheModelsWeightsAndShape) {
    const std::string out = path("tuned");
    const Outcome tuned = run(with_text({"train", "--init", path("base"), "--out", out, "--steps",
                                         "10", "--seed", "7", "--lambda", "0"}));
    ASSERT_EQ(tuned.code, 0) << tuned.err;
    const auto before = metrics(path("base")), after = metrics(out);
    EXPECT_EQ(after.front()["step"], 0);
    EXPECT_EQ(after.front()["val_ce"], before.back()["val_ce"]) << "the same weights";
    EXPECT_LT(after.back()["val_ce"].get<double>(), after.front()["val_ce"].get<double>());
    const json config = json::parse(read_text(out + "/config.json"));
    EXPECT_EQ(config["model"], json::parse(read_text(path("base") + "/config.json"))["model"]);
    EXPECT_EQ(config["train"]["seed"], 7);
    EXPECT_EQ(json::parse(read_text(out + "/plan.json"))["init"], path("base"));
}

TEST_F(Init, RefusesAFlagThatContradictsTheModel) {
    const std::vector<std::string> begin = {"train", "--init", path("base"), "--out", path("no")};
    const auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> all = with_text(begin);
        all.insert(all.end(), more.begin(), more.end());
        return run(all);
    };
    expect_refused(with({"--layers", "3"}), "model.layers = 1");
    expect_refused(with({"--tied", "true"}), "model.tied = false");
    EXPECT_FALSE(fs::exists(path("no")));
    EXPECT_EQ(with({"--heads", "2", "--steps", "0"}).code, 0) << "what the model says anyway";
}

TEST_F(Init, RefusesCharactersThatTheModelLacks) {
    std::ofstream(path("foreign.txt")) << story() << "\u00e9\u00e9 \u00fc \u00e9" << story();
    for (const char* command : {"train", "path"}) {
        const Outcome outcome = run({command, "--init", path("base"), "--text", path("foreign.txt"),
                                     "--out", path("foreign")});
        expect_refused(outcome, "has 4 characters that the model lacks, 2 different ones");
        EXPECT_NE(outcome.err.find("U+00E9 '\u00e9', U+00FC '\u00fc'"), std::string::npos)
            << outcome.err;
        EXPECT_FALSE(fs::exists(path("foreign") + "/config.json"));
    }
    EXPECT_EQ(run({"train", "--text", path("foreign.txt"), "--out", path("new"), "--steps", "0",
                   "--width", "16", "--layers", "1", "--threads", "1"})
                  .code,
              0)
        << "new weights have the text's characters";
}

TEST_F(Init, ResumingNeedsTheModelNoMore) {
    fs::copy(path("base"), path("there"), fs::copy_options::recursive);
    fs::copy(path("base"), path("moved"), fs::copy_options::recursive);
    const std::string out = path("resumed"), straight = path("straight");
    const auto with = [&](const std::string& folder, std::vector<std::string> more) {
        std::vector<std::string> all = {"train", "--out", folder};
        all.insert(all.end(), more.begin(), more.end());
        return run(with_text(all));
    };
    ASSERT_EQ(with(straight, {"--init", path("there"), "--steps", "20"}).code, 0);
    ASSERT_EQ(with(out, {"--init", path("there"), "--steps", "20"}).code, 0);
    // As if it had been killed between its checkpoints.
    fs::remove(out + "/final.safetensors");
    fs::remove(out + "/checkpoints/step-000020.safetensors");
    fs::remove(out + "/checkpoints/step-000010.safetensors");
    fs::remove_all(path("there"));
    expect_refused(with(out, {"--resume", "--init", path("new-one")}), "There is no file");
    ASSERT_EQ(run(with_text({"train", "--out", path("other"), "--steps", "1", "--layers", "1",
                             "--width", "16", "--context", "16"}))
                  .code,
              0);
    expect_refused(with(out, {"--resume", "--init", path("other")}), "began from");
    expect_refused(with(path("base"), {"--resume", "--init", path("other")}), "new weights");
    const Outcome again = with(out, {"--resume", "--init", path("moved")});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_NE(again.err.find("at step 0; it began from '" + path("there") + "'"), std::string::npos)
        << again.err;
    EXPECT_EQ(read_text(out + "/final.safetensors"), read_text(straight + "/final.safetensors"));
    EXPECT_EQ(with(out, {"--resume"}).code, 0);
}

TEST_F(Init, CellsOfAPathBeginFromIt) {
    const Outcome listed = run(with_text({"path", "--init", path("base"), "--out", path("grid"),
                                          "--lambdas", "0,0.02", "--seeds", "1", "--list"}));
    ASSERT_EQ(listed.code, 0) << listed.err;
    std::istringstream lines(listed.out);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_NE(line.find(" --init " + path("base")), std::string::npos) << line;
        EXPECT_EQ(line.find("--layers"), std::string::npos) << "the model's own";
    }
    EXPECT_EQ(count, 2);
    expect_refused(
        run(with_text({"path", "--init", path("base"), "--out", path("grid"), "--width", "32"})),
        "model.width = 16");
    expect_refused(
        run(with_text({"path", "--init", path("base"), "--out", path("grid"), "--tied", "both"})),
        "cannot have both");
}

TEST_F(Init, AForkWithNothingChangedEndsAsItsParent) {
    const Outcome forked = run({"train", "--fork", path("base"), "--fork-step", "10", "--out",
                                path("fork"), "--text", path("text.txt")});
    ASSERT_EQ(forked.code, 0) << forked.err;
    EXPECT_EQ(read_text(path("fork/final.safetensors")), read_text(path("base/final.safetensors")));
    const Outcome changed = run({"train", "--fork", path("base"), "--fork-step", "10", "--out",
                                 path("changed"), "--text", path("text.txt"), "--lambda", "0.5"});
    ASSERT_EQ(changed.code, 0) << changed.err;
    EXPECT_EQ(metrics(path("changed"))[1], metrics(path("base"))[1]) << "its past is its parent's";
    EXPECT_EQ(metrics(path("changed")).back()["lambda"], 0.5);
}

TEST_F(Init, AForkIsRefusedBeforeAnythingIsWritten) {
    const std::string out = path("refused");
    const auto forked = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"train", "--out", out, "--text", path("text.txt")});
        return run(arguments);
    };
    expect_refused(forked({"--fork", path("base"), "--width", "32"}), "model.width = 16");
    expect_refused(forked({"--fork", path("base"), "--fork-step", "7"}), "10, 20");
    expect_refused(forked({"--fork", path("nothing")}), "There is no folder");
    expect_refused(forked({"--fork-step", "10"}), "--fork-step needs --fork");
    expect_refused(forked({"--fork", path("base"), "--init", path("base")}), "give one of them");
    EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace marginscope
