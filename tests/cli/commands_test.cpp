// Every subcommand on tiny real input: the documents it prints, its sentences and its exit codes.
#include <gtest/gtest.h>

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

// One trained and fitted model for all tests of this file.
class Commands : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        std::ofstream(text()) << story();
        const Outcome trained =
            run(with_shape({"train", "--text", text(), "--out", run_folder(), "--steps", "30"}));
        ASSERT_EQ(trained.code, 0) << trained.err;
        ASSERT_NE(trained.out.find("final.safetensors"), std::string::npos);
        const Outcome fitted = run({"fit", "--model", run_folder(), "--text", text(), "--out",
                                    model(), "--steps", "50", "--threads", "1", "--json", "-"});
        ASSERT_EQ(fitted.code, 0) << fitted.err;
        fit_ = json::parse(fitted.out);
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }

    static Outcome run(const std::vector<std::string>& arguments) {
        return Process(arguments, folder_->path()).wait();
    }
    static std::string path(const std::string& name) { return (folder_->path() / name).string(); }
    static std::string text() { return path("text.txt"); }
    static std::string run_folder() { return path("run"); }
    static std::string model() { return path("fitted.safetensors"); }
    static std::vector<std::string> with_shape(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(),
                         {"--layers", "1", "--heads", "2", "--width", "16", "--context", "16",
                          "--batch", "4", "--eval-every", "10", "--eval-windows", "4",
                          "--checkpoint-every", "10", "--threads", "1"});
        return arguments;
    }
    static std::string story() {
        std::string all;
        for (int k = 0; k < 60; ++k)
            all += "The cat number " + std::to_string(k * 7) + " sat on (a mat). \"Why?\"\n";
        return all;
    }
    static json document(const std::vector<std::string>& arguments) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out);
    }

    static TemporaryFolder* folder_;
    static json fit_;
};
TemporaryFolder* Commands::folder_ = nullptr;
json Commands::fit_;

void expect_fields(const json& object, const std::vector<std::string>& names) {
    for (const auto& name : names) EXPECT_TRUE(object.contains(name)) << name;
}

TEST_F(Commands, HelpTeachesEverySubcommand) {
    const Outcome all = run({"--help"});
    EXPECT_EQ(all.code, 0);
    for (const char* name :
         {"train", "fit", "margins", "decode", "noise", "path", "stage", "render", "bench"}) {
        EXPECT_NE(all.out.find(name), std::string::npos) << name;
        const Outcome help = run({name, "--help"});
        EXPECT_EQ(help.code, 0);
        EXPECT_GT(help.out.size(), 100u) << name;
        EXPECT_TRUE(help.err.empty()) << help.err;
    }
    EXPECT_NE(run({"train", "--help"}).out.find("--barrier-sequences"), std::string::npos);
}

TEST_F(Commands, VersionNamesLibraries) {
    const Outcome version = run({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_EQ(version.out.find("marginscope "), 0u);
    EXPECT_NE(version.out.find("LibTorch 2."), std::string::npos);
    EXPECT_NE(version.out.find("CUDA"), std::string::npos);
}

TEST_F(Commands, TrainingLeavesARunFolder) {
    EXPECT_TRUE(std::filesystem::exists(run_folder() + "/config.json"));
    EXPECT_TRUE(std::filesystem::exists(run_folder() + "/final.safetensors"));
    std::istringstream lines(read_text(run_folder() + "/metrics.jsonl"));
    std::vector<int> steps;
    for (std::string line; std::getline(lines, line);) {
        const json metrics = json::parse(line);
        expect_fields(metrics,
                      {"step", "ce", "val_ce", "barrier", "barrier_error", "logdet_mean",
                       "sigma_min_min", "share_beyond", "capped", "singular", "embedding_rms",
                       "grad_norm", "lr", "lambda", "train_noise", "tokens_per_s"});
        steps.push_back(metrics["step"]);
    }
    EXPECT_EQ(steps, (std::vector<int>{0, 10, 20, 30}));
}

TEST_F(Commands, TheRunsOwnConfigurationMakesTheSameRun) {
    const Outcome again = run({"train", "--text", text(), "--out", path("again"), "--config",
                               run_folder() + "/config.json"});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(read_text(path("again") + "/final.safetensors"),
              read_text(run_folder() + "/final.safetensors"));
}

TEST_F(Commands, FitReportsTheLikelihoodsParts) {
    expect_fields(fit_, {"nats_per_position", "volume", "energy", "normaliser", "sigma",
                         "share_beyond", "steps"});
    EXPECT_NEAR(fit_["nats_per_position"].get<double>(),
                fit_["volume"].get<double>() - fit_["energy"].get<double>() -
                    fit_["normaliser"].get<double>(),
                1e-9);
}

TEST_F(Commands, MarginsPrintsTheDocumentedFields) {
    const json report = document(
        {"margins", "--model", model(), "--text", text(), "--max-positions", "64", "--json", "-"});
    expect_fields(report, {"model", "view", "kind", "positions", "support", "share_beyond",
                           "nats_per_position"});
    EXPECT_EQ(report["view"], "stage");
    EXPECT_EQ(report["kind"], "determinant");
    ASSERT_EQ(report["positions"].size(), 64u);
    int with_geometric = 0;
    for (const json& position : report["positions"]) {
        expect_fields(position, {"i", "token", "det", "logdet", "sign", "crossings", "sigma_min",
                                 "geometric", "logprob", "entropy", "energy", "support"});
        with_geometric += position["geometric_known"].get<bool>();
        if (position["det"].is_null()) continue;
        EXPECT_NEAR(std::abs(position["det"].get<double>()),
                    std::exp(position["logdet"].get<double>()), 1e-9);
    }
    EXPECT_TRUE(report["positions"][0]["logprob"].is_null());
    EXPECT_TRUE(report["positions"][0]["det"].is_null());
    EXPECT_FALSE(report["positions"][2]["det"].is_null());
    EXPECT_GE(report["support"].size(), 5u);
    EXPECT_EQ(with_geometric, static_cast<int>(report["support"].size()));
}

TEST_F(Commands, MarginsOfAPromptInTheOtherViews) {
    const json heads = document({"margins", "--model", run_folder(), "--prompt", "The cat sat",
                                 "--view", "heads", "--json", "-"});
    ASSERT_EQ(heads["positions"].size(), 11u);
    ASSERT_EQ(heads["positions"][4]["heads"].size(), 1u);
    ASSERT_EQ(heads["positions"][4]["heads"][0].size(), 2u);
    expect_fields(heads["positions"][4]["heads"][0][1], {"logdet", "sign", "sigma_min"});
    const json layer = document({"margins", "--model", run_folder(), "--prompt", "The cat sat",
                                 "--view", "layer", "--json", "-"});
    ASSERT_EQ(layer["positions"][4]["layers"].size(), 1u);
    const Outcome people =
        run({"margins", "--model", model(), "--prompt", "The cat sat on (a mat)."});
    EXPECT_EQ(people.code, 0) << people.err;
    EXPECT_NE(people.out.find("support tokens"), std::string::npos);
}

TEST_F(Commands, DecodeIsRepeatable) {
    const std::vector<std::string> arguments = {"decode", "--model",  model(), "--prompt",
                                                "The ",   "--tokens", "30",    "--seed",
                                                "5",      "--json",   "-"};
    json first = document(arguments);
    expect_fields(first, {"model", "seed", "prompt", "text", "tokens", "stopped"});
    EXPECT_EQ(first["stopped"], "length");
    EXPECT_EQ(first["seed"], 5);
    ASSERT_EQ(first["tokens"].size(), 30u);
    expect_fields(first["tokens"][0], {"token", "logprob", "entropy", "margin"});
    json second = document(arguments);
    first.erase("tokens_per_s");
    second.erase("tokens_per_s");
    EXPECT_EQ(first, second);
    const Outcome people =
        run({"decode", "--model", model(), "--prompt", "The ", "--tokens", "30", "--seed", "5"});
    EXPECT_EQ(people.out, "The " + first["text"].get<std::string>() + "\n");
    const json careful = document(
        {"decode", "--model", model(), "--prompt", "The ", "--min-margin", "1e200", "--json", "-"});
    EXPECT_EQ(careful["stopped"], "min_margin");
}

TEST_F(Commands, ADecodingIsKeptAsASession) {
    std::ofstream(path("prompt.txt")) << "Once\n";
    const json decoded =
        document({"decode", "--model", model(), "--prompt-file", path("prompt.txt"), "--tokens",
                  "12", "--session", path("s.mscope"), "--json", "-"});
    EXPECT_EQ(decoded["prompt"], "Once\n") << "with its last line break";
    const std::vector<std::string> ask = {"session", path("s.mscope"), "--json", "-"};
    const Outcome first = run(ask);
    EXPECT_EQ(first.code, 0) << first.err;
    const json session = json::parse(first.out);
    ASSERT_EQ(session["nodes"].size(), 5u + 12u);
    EXPECT_EQ(session["chosen"].size(), 17u);
    // The numbers of `margins`, each position in its own window.
    const std::string whole = "Once\n" + decoded["text"].get<std::string>();
    const json margins =
        document({"margins", "--model", model(), "--prompt", whole, "--json", "-"});
    for (std::size_t k = 1; k < 17; ++k) {
        const json& node = session["nodes"][k];
        const json& position = margins["positions"][k];
        EXPECT_EQ(node["token"], position["token"]);
        EXPECT_NEAR(node["logprob"].get<double>(), position["logprob"].get<double>(), 1e-4) << k;
        if (k < 2) continue;
        EXPECT_NEAR(node["margin"]["determinant"].get<double>(), position["logdet"].get<double>(),
                    1e-6);
        EXPECT_EQ(node["support"], position["support"]);
    }
    EXPECT_EQ(run(ask).out, first.out) << "the same bytes each time";
    EXPECT_EQ(session["hash"].get<std::string>().size(), 64u);
}

TEST_F(Commands, NoiseGivesACurveForEachModel) {
    const json noise =
        document({"noise", "--model", model(), "--model", run_folder(), "--text", text(),
                  "--sigmas", "0,0.1", "--relative", "--draws", "2", "--json", "-"});
    ASSERT_EQ(noise["curves"].size(), 2u);
    const json& curve = noise["curves"][0];
    expect_fields(curve, {"model", "unit", "where", "rms", "points"});
    EXPECT_EQ(curve["unit"], "rms");
    ASSERT_EQ(curve["points"].size(), 2u);
    expect_fields(curve["points"][1], {"sigma", "ce", "ce_low", "ce_high", "flips", "draws"});
    // The stage has no part in the model's answers: the same weights give the same curve.
    EXPECT_EQ(curve["points"], noise["curves"][1]["points"]);
}

TEST_F(Commands, StageReadsMatrices) {
    std::ofstream(path("stage.json"))
        << R"({"u": [[0.3, 0.1], [-0.2, 0.4], [0.5, -0.6], [0.1, 0.9]],
        "W_Q": [[1.0, 0.2], [0.0, 1.5]], "W_K": [[0.7, 0.0], [0.3, 1.1]]})";
    const json stage = document({"stage", path("stage.json"), "--full"});
    ASSERT_EQ(stage["positions"].size(), 4u);
    EXPECT_TRUE(stage["positions"][0].is_null());
    expect_fields(stage["positions"][3],
                  {"det", "logdet", "sign", "crossings", "sigma_min", "geometric", "gradient",
                   "attribution", "volume_share", "eigenvalues", "jacobian"});
    expect_fields(stage, {"support"});
    std::ofstream(path("bad.json")) << "{\"u\": [[1, 2], [3]]";
    EXPECT_NE(run({"stage", path("bad.json")}).code, 0);
    EXPECT_NE(run({"stage", path("nowhere.json")}).code, 0);
}

TEST_F(Commands, PathListsAndRunsItsCells) {
    const std::vector<std::string> plan =
        with_shape({"path", "--text", text(), "--out", path("grid"), "--lambdas", "0,0.02",
                    "--seeds", "1", "--steps", "10", "--sigmas", "0.05"});
    auto listing = plan;
    listing.push_back("--list");
    const Outcome list = run(listing);
    EXPECT_EQ(list.code, 0) << list.err;
    EXPECT_EQ(std::count(list.out.begin(), list.out.end(), '\n'), 2);
    EXPECT_NE(list.out.find(" train "), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(path("grid") + "/path.json"));
    auto with_json = plan;
    with_json.insert(with_json.end(), {"--json", "-"});
    const json grid = document(with_json);
    ASSERT_EQ(grid["cells"].size(), 2u);
    for (const json& cell : grid["cells"]) {
        expect_fields(
            cell, {"lambda", "seed", "site", "fit", "train_noise", "status", "clean_ce", "noisy_ce",
                   "sigma_min", "logdet_mean", "share_beyond", "embedding_rms", "run"});
        EXPECT_EQ(cell["status"], "done");
        expect_fields(cell["sigma_min"], {"p5", "median", "min"});
    }
    expect_fields(grid["proposal"], {"lambda", "rule", "reason"});
    EXPECT_TRUE(std::filesystem::exists(path("grid") + "/path.json"));
    // A second start finds everything done and says the same.
    EXPECT_EQ(document(with_json)["cells"], grid["cells"]);
}

TEST_F(Commands, WrongUseIsOneSentenceAndExitCodeTwo) {
    const std::string out = path("never");
    const std::vector<std::vector<std::string>> wrong = {
        {"trian"},
        {"train"},
        {"train", "--out", out, "--no-such-flag"},
        {"train", "--out", out, "--steps", "-5"},
        {"train", "--out", out, "--steps", "1.5"},
        {"train", "--out", out, "--lambda", "nan"},
        {"train", "--out", out, "--lambda", "-1"},
        {"train", "--out", out, "--lambda", "inf"},
        {"train", "--out", out, "--lambda", "much"},
        {"train", "--out", out, "--heads", "0"},
        {"train", "--out", out, "--heads", "3", "--width", "16"},
        {"train", "--out", out, "--context", "99999999999"},
        {"train", "--out", out, "--site", "everywhere"},
        {"train", "--out", out, "--change", "lambda=3"},
        {"train", "--out", out, "--change", "10:model.width=3"},
        {"train", "--out", run_folder()},
        {"margins", "--model", model(), "--kind", "smallest"},
        {"margins", "--model", model(), "--max-positions", "0"},
        {"margins", "--model", model(), "--prompt", "ab"},
        {"margins", "--model", model(), "--prompt", "The cat", "--view", "heads", "--kind",
         "geometric"},
        {"decode", "--model", model(), "--tokens", "-1"},
        {"decode", "--model", model(), "--top-p", "2"},
        {"decode", "--model", model(), "--temperature", "-1"},
        {"noise", "--model", model(), "--sigmas", "0,x"},
        {"noise", "--model", model(), "--sigmas", "-0.1"},
        {"noise", "--model", model(), "--where", "head"},
        {"fit", "--model", model()},
        {"fit", "--model", model(), "--out", folder_->path().string()},
        {"path", "--out", out, "--lambdas", ""},
        {"path", "--out", out, "--lambda", "0.1"},
        {"render", "nothing", "--out", "x.png"},
        {"render", "--out", "x.png", "--size", "0x0"},
        {"render", "--out", "x.jpg"},
        {"stage"},
    };
    for (const auto& arguments : wrong) {
        std::string line;
        for (const auto& argument : arguments) line += argument + " ";
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << line << "\n" << outcome.err;
        EXPECT_TRUE(outcome.out.empty()) << line;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << line << "\n"
                                                                               << outcome.err;
        EXPECT_EQ(outcome.err.find("marginscope: "), 0u) << outcome.err;
    }
    EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Commands, BadFilesAreNamed) {
    std::ofstream(path("binary.bin"), std::ios::binary) << std::string("\xff\xfe\x00\x01", 4);
    std::ofstream(path("empty.txt"));
    std::ofstream(path("broken.safetensors")) << "not a checkpoint at all";
    const std::vector<std::vector<std::string>> bad = {
        {"train", "--out", path("x"), "--text", path("nowhere.txt")},
        {"train", "--out", path("x"), "--text", path("binary.bin")},
        {"train", "--out", path("x"), "--text", path("empty.txt")},
        {"train", "--out", path("x"), "--text", folder_->path().string()},
        {"decode", "--model", path("nowhere")},
        {"decode", "--model", path("broken.safetensors")},
        {"margins", "--model", model(), "--text", path("nowhere.txt")},
    };
    for (const auto& arguments : bad) {
        const Outcome outcome = run(arguments);
        EXPECT_TRUE(outcome.code == 1 || outcome.code == 2)
            << arguments.back() << outcome.code << outcome.err;
        EXPECT_NE(outcome.err.find(std::filesystem::path(arguments.back()).filename().string()),
                  std::string::npos)
            << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
}

TEST_F(Commands, AReaderThatLeavesIsNoError) {
    const std::string line = std::string("'") + MARGINSCOPE_PROGRAM + "' margins --model '" +
                             model() + "' --text '" + text() + "' --json - 2>'" + path("pipe.err") +
                             "' | head -c 10 >/dev/null";
    EXPECT_EQ(std::system(line.c_str()), 0);
    EXPECT_EQ(read_text(path("pipe.err")), "");
}

TEST_F(Commands, BenchPrintsFigures) {
    const json bench = document(
        {"bench", "--secs", "0.02", "--threads", "1", "--only", "training,margins", "--json", "-"});
    expect_fields(bench, {"machine", "figures"});
    for (const json& figure : bench["figures"]) {
        expect_fields(figure, {"name", "value", "unit", "goal", "rival", "note"});
        EXPECT_GT(figure["value"].get<double>(), 0.0) << figure;
    }
    EXPECT_GE(bench["figures"].size(), 5u);
}

TEST_F(Commands, InfoSaysWhatAFileHolds) {
    const json info = document({"info", "--model", model(), "--json", "-"});
    EXPECT_EQ(info["model"], model());
    EXPECT_TRUE(info["stage"].get<bool>());
    EXPECT_FALSE(info["training_state"].get<bool>());
    EXPECT_EQ(info["metadata"]["config"]["model"]["width"], 16);
    std::int64_t parameters = 0;
    for (const json& tensor : info["tensors"]) {
        EXPECT_TRUE(tensor["finite"].get<bool>()) << tensor;
        std::int64_t values = 1;
        for (const json& size : tensor["shape"]) values *= size.get<std::int64_t>();
        if (tensor["name"].get<std::string>().starts_with("transformer.")) parameters += values;
    }
    EXPECT_EQ(info["parameters"], parameters);
    // A run folder's last checkpoint can be trained on.
    EXPECT_TRUE(document({"info", "--model", run_folder(), "--json", "-"})["training_state"]);
    const Outcome nothing = run({"info", "--model", text()});
    EXPECT_EQ(nothing.code, 1);
    EXPECT_NE(nothing.err.find("text.txt"), std::string::npos) << nothing.err;
}

}  // namespace
}  // namespace marginscope
