// What commands do with files that are damaged, hostile or in the way.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "process.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::read_text;
using testing_support::TemporaryFolder;

// One small run for all tests of this file.
class Files : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        std::ofstream file(text());
        for (int k = 0; k < 60; ++k) file << "the cat number " << k * 7 << " sat on (a mat).\n";
        file.close();
        const Outcome trained = run({"train",      "--text",
                                     text(),       "--out",
                                     run_folder(), "--steps",
                                     "12",         "--layers",
                                     "1",          "--heads",
                                     "2",          "--width",
                                     "8",          "--context",
                                     "16",         "--batch",
                                     "2",          "--eval-every",
                                     "6",          "--eval-windows",
                                     "2",          "--checkpoint-every",
                                     "6",          "--threads",
                                     "1",          "--device",
                                     "cpu"});
        ASSERT_EQ(trained.code, 0) << trained.err;
        fs::copy_file(run_folder() + "/final.safetensors", model());
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
    static std::string model() { return path("model.safetensors"); }

    // The header of a safetensors file, and where its data begins.
    static json header_of(const std::string& bytes, std::size_t& data) {
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), 8);
        data = 8 + length;
        return json::parse(bytes.substr(8, length));
    }
    static std::string with_header(const json& header, const std::string& data) {
        std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
        text.append((8 - text.size() % 8) % 8, ' ');
        const std::uint64_t length = text.size();
        return std::string(reinterpret_cast<const char*>(&length), 8) + text + data;
    }
    static void expect_one_clean_line(const Outcome& outcome, const std::string& what) {
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
            << what << outcome.err;
        for (const char c : outcome.err)
            EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << what << outcome.err;
        EXPECT_LT(outcome.err.size(), 2500u) << what;
    }

    static TemporaryFolder* folder_;
};
TemporaryFolder* Files::folder_ = nullptr;

TEST_F(Files, AWeightThatIsNotANumberIsRefusedByEveryReader) {
    const std::string good = read_text(model());
    std::size_t data = 0;
    const json header = header_of(good, data);
    const std::string damaged = path("nan.safetensors");
    const std::vector<std::pair<std::string, float>> damages = {
        {"transformer.wte.weight", std::nanf("")},
        {"transformer.h.0.mlp.c_fc.weight", INFINITY},
        {"stage.W_Q", -INFINITY}};
    for (const auto& [tensor, value] : damages) {
        std::string bytes = good;
        const std::size_t at = data + header[tensor]["data_offsets"][0].get<std::size_t>() + 8;
        std::memcpy(bytes.data() + at, &value, sizeof value);
        std::ofstream(damaged, std::ios::binary) << bytes;
        const std::vector<std::vector<std::string>> readers = {
            {"decode", "--model", damaged, "--prompt", "the cat", "--tokens", "3"},
            {"margins", "--model", damaged, "--prompt", "the cat"},
            {"noise", "--model", damaged, "--text", text()},
            {"fit", "--model", damaged, "--text", text(), "--out", path("never.safetensors")}};
        for (const auto& reader : readers) {
            const Outcome outcome = run(reader);
            EXPECT_EQ(outcome.code, 1) << reader[0];
            EXPECT_EQ(outcome.out, "") << reader[0];
            EXPECT_NE(outcome.err.find("not a finite number in " + tensor), std::string::npos)
                << outcome.err;
            EXPECT_NE(outcome.err.find("nan.safetensors"), std::string::npos) << outcome.err;
            expect_one_clean_line(outcome, reader[0]);
        }
        EXPECT_FALSE(fs::exists(path("never.safetensors")));
        // A run whose checkpoint is like that does not go on.
        const std::string copy = path("copy");
        fs::remove_all(copy);
        fs::copy(run_folder(), copy, fs::copy_options::recursive);
        fs::remove(copy + "/final.safetensors");
        std::string checkpoint = read_text(copy + "/checkpoints/step-000012.safetensors");
        std::size_t begin = 0;
        const json inner = header_of(checkpoint, begin);
        std::memcpy(
            checkpoint.data() + begin + inner[tensor]["data_offsets"][0].get<std::size_t>() + 8,
            &value, sizeof value);
        std::ofstream(copy + "/checkpoints/step-000012.safetensors", std::ios::binary)
            << checkpoint;
        const Outcome resumed =
            run({"train", "--resume", "--out", copy, "--text", text(), "--steps", "20"});
        EXPECT_EQ(resumed.code, 1);
        EXPECT_NE(resumed.err.find(tensor), std::string::npos) << resumed.err;
        EXPECT_FALSE(fs::exists(copy + "/final.safetensors"));
    }
}

TEST_F(Files, WhatAFileSaysReachesTheTerminalClean) {
    const std::string good = read_text(model());
    std::size_t data = 0;
    const json header = header_of(good, data);
    const std::string hostile = "1\x1B]0;PWNED\x07\nmarginscope: all is well \x1B[2J\u009B31m";
    for (const std::string& text : {hostile, std::string(5000, 'y')}) {
        for (const char* key : {"format", "step", "config", "vocabulary"}) {
            json changed = header;
            changed["__metadata__"][key] = text;
            std::ofstream(path("hostile.safetensors"), std::ios::binary)
                << with_header(changed, good.substr(data));
            const Outcome outcome = run({"margins", "--model", path("hostile.safetensors")});
            EXPECT_EQ(outcome.code, 1) << key;
            EXPECT_EQ(outcome.out, "");
            expect_one_clean_line(outcome, key);
        }
    }
    // Arguments are quoted as clean as files are.
    expect_one_clean_line(run({"decode", "--model", path(hostile)}), "a path");
    expect_one_clean_line(run({"train", "--out", path("x"), "--site", hostile}), "a value");
    expect_one_clean_line(run({"noise", "--sigmas", hostile}), "a list");
}

TEST_F(Files, NoOutputReplacesAnInput) {
    fs::create_hard_link(text(), path("hard.txt"));
    fs::create_symlink(text(), path("soft.txt"));
    fs::create_hard_link(model(), path("hard.safetensors"));
    std::ofstream(path("config.json")) << R"({"model": {"width": 8}})";
    std::ofstream(path("stage.json")) << R"({"u": [[1]], "W_Q": [[1]], "W_K": [[1]]})";
    const auto snapshot = [&] {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(folder_->path()))
            if (entry.is_regular_file() && entry.path().filename().string().find("output-") != 0)
                all[entry.path()] = read_text(entry.path());
        return all;
    };
    const auto before = snapshot();
    const std::string indirect = folder_->path().string() + "/run/../text.txt";
    std::vector<std::vector<std::string>> wrong;
    for (const std::string& out : {text(), path("hard.txt"), path("soft.txt"), indirect}) {
        wrong.push_back({"fit", "--model", model(), "--text", text(), "--out", out});
        wrong.push_back({"margins", "--model", model(), "--text", text(), "--json", out});
        wrong.push_back({"noise", "--model", model(), "--text", text(), "--json", out});
    }
    for (const std::string& out :
         {model(), path("hard.safetensors"), path("run/../model.safetensors")})
        wrong.push_back({"fit", "--model", model(), "--text", text(), "--out", out});
    wrong.push_back({"fit", "--model", run_folder(), "--text", text(), "--out",
                     run_folder() + "/final.safetensors"});
    wrong.push_back({"fit", "--model", run_folder(), "--text", text(), "--out",
                     run_folder() + "/checkpoints/step-000006.safetensors"});
    wrong.push_back({"margins", "--model", run_folder(), "--prompt", "the cat", "--json",
                     run_folder() + "/config.json"});
    wrong.push_back({"stage", path("stage.json"), "--json", path("stage.json")});
    wrong.push_back({"decode", "--model", model(), "--json", model()});
    // Neither an input nor what the command writes.
    wrong.push_back({"fit", "--model", model(), "--text", text(), "--out", path("config.json")});
    wrong.push_back({"margins", "--prompt", "the cat", "--json", text()});
    wrong.push_back({"render", "--out", path("picture.png")});
    std::ofstream(path("picture.png")) << "no picture";
    const auto with_picture = snapshot();
    for (const auto& arguments : wrong) {
        std::string line;
        for (const auto& argument : arguments) line += argument + " ";
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << line << outcome.err;
        EXPECT_NE(outcome.err.find("replace"), std::string::npos) << line << outcome.err;
        expect_one_clean_line(outcome, line);
    }
    const Outcome twice = run({"fit", "--model", model(), "--text", text(), "--out",
                               path("new.safetensors"), "--json", path("new.safetensors")});
    EXPECT_EQ(twice.code, 2) << twice.err;
    EXPECT_EQ(snapshot(), with_picture);
    EXPECT_EQ(before.size() + 1, with_picture.size());
}

// Said before the work, not when it is done: nothing of a result was written anywhere.
TEST_F(Files, WhatCannotBeWrittenIsRefusedBeforeTheWork) {
    for (const std::string flag : {"--json", "--html"}) {
        const Outcome outcome =
            run({"margins", "--model", model(), "--text", text(), flag, path("nowhere/x.out")});
        EXPECT_EQ(outcome.code, 1) << flag;
        EXPECT_NE(outcome.err.find("Cannot write"), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find("no such file or folder"), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.out, "");
        expect_one_clean_line(outcome, flag);
        EXPECT_FALSE(fs::exists(path("nowhere")));
    }
}

TEST_F(Files, WhatACommandWroteItMayReplace) {
    const std::string out = path("again.safetensors");
    const std::string document = path("again.json");
    for (int k = 0; k < 2; ++k) {
        const Outcome fitted = run({"fit", "--model", model(), "--text", text(), "--out", out,
                                    "--steps", "2", "--json", document});
        EXPECT_EQ(fitted.code, 0) << fitted.err;
        EXPECT_TRUE(json::accept(read_text(document)));
    }
    std::ofstream(path("empty.json"));
    EXPECT_EQ(
        run({"margins", "--model", model(), "--prompt", "the cat", "--json", path("empty.json")})
            .code,
        0);
    EXPECT_EQ(
        run({"margins", "--model", model(), "--prompt", "the cat", "--json", "/dev/null"}).code, 0);
}

// Results name the text they were computed from by its content, not by its name.
TEST_F(Files, ResultsAreTiedToTheirText) {
    const std::string other = path("other/text.txt");
    fs::create_directories(path("other"));
    std::ofstream(other) << read_text(text()).replace(30, 1, "x");
    const auto hash_of = [&](const std::vector<std::string>& command, const std::string& of) {
        std::vector<std::string> arguments = command;
        arguments.insert(arguments.end(), {"--model", model(), "--text", of, "--json", "-"});
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return json::parse(outcome.out)["text"];
    };
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"margins", "--max-positions", "16", "--geometric", "none"},
          std::vector<std::string>{"noise", "--sigmas", "0", "--draws", "1"},
          std::vector<std::string>{"fit", "--steps", "1", "--out", path("tied.safetensors")}}) {
        const json here = hash_of(command, text());
        EXPECT_EQ(here["name"], "text.txt");
        EXPECT_EQ(hash_of(command, text()), here);
        EXPECT_NE(hash_of(command, other)["hash"], here["hash"]) << command[0];
    }
}

TEST_F(Files, CharactersThatTheModelDoesNotKnowAreCounted) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"decode", "--prompt", "HELLO the", "--tokens", "2"},
          std::vector<std::string>{"margins", "--prompt", "HELLO the"}}) {
        std::vector<std::string> arguments = command;
        arguments.insert(arguments.end(), {"--model", model()});
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_NE(outcome.err.find("5 characters"), std::string::npos) << outcome.err;
    }
    EXPECT_EQ(run({"decode", "--model", model(), "--prompt", "the cat", "--tokens", "2"}).err, "");
}

TEST_F(Files, LinksInARunFolderAreNeverWrittenThrough) {
    for (const std::string name : {"final.safetensors", "metrics.jsonl", "events.jsonl",
                                   "plan.json", "checkpoints/step-000018.safetensors"}) {
        const std::string copy = path("linked");
        fs::remove_all(copy);
        fs::copy(run_folder(), copy, fs::copy_options::recursive);
        fs::remove(copy + "/final.safetensors");
        std::ofstream(path("outside")) << "dear";
        fs::remove(copy + "/" + name);
        fs::create_symlink(path("outside"), copy + "/" + name);
        const Outcome outcome = run({"train", "--resume", "--out", copy, "--text", text(),
                                     "--steps", "18", "--lr", "0.002"});
        EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
        EXPECT_EQ(read_text(path("outside")), "dear") << name << outcome.err;
    }
}

TEST_F(Files, ALossThatIsNotFiniteIsAFailure) {
    const std::string out = path("diverged");
    const Outcome outcome = run({"train", "--text",         text(),  "--out",
                                 out,     "--steps",        "20000", "--layers",
                                 "1",     "--heads",        "2",     "--width",
                                 "8",     "--context",      "16",    "--batch",
                                 "2",     "--lr",           "10",    "--min-lr",
                                 "10",    "--clip",         "0",     "--weight-decay",
                                 "100",   "--beta1",        "0",     "--eval-every",
                                 "10",    "--eval-windows", "2",     "--checkpoint-every",
                                 "2",     "--threads",      "1",     "--device",
                                 "cpu",   "--lambda",       "0"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("not a finite number"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("last good checkpoint"), std::string::npos) << outcome.err;
    EXPECT_FALSE(fs::exists(out + "/final.safetensors"));
}

}  // namespace
}  // namespace marginscope
