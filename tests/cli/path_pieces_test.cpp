// A path in pieces: its plan, its cells one by one, and what they come to together.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "process.h"

namespace marginscope {
namespace {

using nlohmann::json;
using testing_support::Outcome;
using testing_support::Process;
using testing_support::read_text;
using testing_support::TemporaryFolder;
using testing_support::wait_until;
namespace fs = std::filesystem;

class PathPieces : public testing::Test {
protected:
    void SetUp() override {
        std::ofstream file(path("text.txt"));
        for (int k = 0; k < 60; ++k) file << "The cat number " << k * 7 << " sat on (a mat).\n";
    }
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    Outcome run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "path");
        return Process(arguments, folder_.path()).wait();
    }
    std::vector<std::string> grid(const std::string& out,
                                  const std::string& lambdas = "0,0.02") const {
        return {"--out",       path(out), "--text",          path("text.txt"),
                "--lambdas",   lambdas,   "--seeds",         "1",
                "--tied",      "both",    "--steps",         "10",
                "--layers",    "1",       "--heads",         "2",
                "--width",     "16",      "--context",       "16",
                "--batch",     "4",       "--eval-windows",  "4",
                "--sigmas",    "0.05",    "--draws",         "1",
                "--positions", "64",      "--noise-windows", "8"};
    }
    static std::vector<std::string> lines(const std::string& text) {
        std::vector<std::string> all;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) all.push_back(line);
        return all;
    }

    TemporaryFolder folder_;
};

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST_F(PathPieces, DoneCellByCellThePathIsTheWholeOne) {
    const std::string out = path("pieces");
    const Outcome planned = run(with(grid("pieces", "0.02"), {"--plan"}));
    ASSERT_EQ(planned.code, 0) << planned.err;
    const auto names = lines(planned.out);
    ASSERT_EQ(names.size(), 2u) << "with either head";
    EXPECT_EQ(run({"--out", out, "--plan"}).out, planned.out) << "of the plan that is there";

    const Outcome nothing = run({"--out", out, "--collect"});
    EXPECT_EQ(nothing.code, 1);
    EXPECT_NE(nothing.err.find("0 of 2 cells are done, 2 are to do"), std::string::npos)
        << nothing.err;
    const Outcome last = run({"--out", out, "--cell", names[1]});
    ASSERT_EQ(last.code, 0) << last.err;
    const Outcome half = run({"--out", out, "--collect", "--json", "-"});
    EXPECT_EQ(half.code, 1);
    EXPECT_NE(half.err.find("1 of 2 cells are done, 1 is to do (" + names[0] + ")"),
              std::string::npos)
        << half.err;
    EXPECT_EQ(json::parse(half.out)["cells"][0]["status"], "waiting");
    EXPECT_EQ(json::parse(half.out)["cells"][1]["status"], "done");
    const Outcome both = run({"--out", out, "--cell", names[1], "--cell", names[0], "--jobs", "2"});
    ASSERT_EQ(both.code, 0) << both.err;
    const Outcome all = run({"--out", out, "--collect"});
    EXPECT_EQ(all.code, 0) << all.err;
    EXPECT_NE(all.out.find("2 of 2 cells are done."), std::string::npos) << all.out;

    const Outcome whole = run(grid("whole", "0.02"));
    ASSERT_EQ(whole.code, 0) << whole.err;
    EXPECT_EQ(read_text(out + "/path.json"), read_text(path("whole") + "/path.json"));
    for (const std::string& name : names)
        EXPECT_EQ(read_text(out + "/" + name + "/fitted.safetensors"),
                  read_text(path("whole") + "/" + name + "/fitted.safetensors"));
}

TEST_F(PathPieces, AFailedCellIsToldApartFromOneToDo) {
    const std::string out = path("pieces");
    const auto names = lines(run(with(grid("pieces"), {"--plan"})).out);
    ASSERT_EQ(names.size(), 4u);
    std::ofstream(out + "/" + names[0]) << "in the way";
    const Outcome failed = run({"--out", out, "--cell", names[0]});
    EXPECT_EQ(failed.code, 1);
    const Outcome account = run({"--out", out, "--collect"});
    EXPECT_EQ(account.code, 1);
    EXPECT_NE(account.err.find("0 of 4 cells are done, 1 failed (" + names[0] + ": "),
              std::string::npos)
        << account.err;
    EXPECT_NE(account.err.find("3 are to do"), std::string::npos) << account.err;
    const json cells = json::parse(read_text(out + "/path.json"))["cells"];
    EXPECT_EQ(cells[0]["status"], "failed");
    EXPECT_EQ(cells[1]["status"], "waiting");
}

TEST_F(PathPieces, WhatAPlanSaysIsNotSaidAgain) {
    const std::string out = path("pieces");
    ASSERT_EQ(run(with(grid("pieces"), {"--plan"})).code, 0);
    const std::string plan = read_text(out + "/plan.json");
    const std::vector<std::vector<std::string>> wrong = {
        {"--out", out, "--cell", "lambda-9_seed-1"},
        {"--out", out, "--cell", "lambda-0_seed-1337_head-tied", "--seeds", "2"},
        {"--out", out, "--collect", "--lr", "0.1"},
        {"--out", out, "--collect", "--relative"},
        {"--out", out, "--collect", "--plan"},
        {"--out", out, "--collect", "--cell", "lambda-0_seed-1337_head-tied"},
        {"--out", out, "--list", "--plan"},
    };
    for (const auto& arguments : wrong) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << arguments.back() << ": " << outcome.err;
        EXPECT_TRUE(outcome.out.empty());
    }
    EXPECT_NE(run(wrong[2]).err.find("--lr"), std::string::npos) << run(wrong[2]).err;
    for (const char* flag : {"--collect", "--cell"}) {
        std::vector<std::string> arguments = {"--out", path("nowhere"), flag};
        if (flag == std::string("--cell")) arguments.emplace_back("lambda-0_seed-1337");
        EXPECT_NE(run(arguments).err.find("no plan.json"), std::string::npos);
    }
    EXPECT_FALSE(std::filesystem::exists(path("nowhere")));
    EXPECT_EQ(read_text(out + "/plan.json"), plan);
}

// Killed while a cell trains, while one is measured, and when one is done; what it had begun goes
// on.
TEST_F(PathPieces, KilledAtThreeMomentsItIsThePathThatWasNot) {
    const auto longer = [&](const std::string& out) {
        std::vector<std::string> arguments = with(grid(out), {"--jobs", "2"});
        *std::next(std::find(arguments.begin(), arguments.end(), "--steps")) = "300";
        return with(arguments, {"--checkpoint-every", "20", "--eval-every", "20"});
    };
    const Outcome plain = run(longer("whole"));
    ASSERT_EQ(plain.code, 0) << plain.err;
    const fs::path whole = path("whole"), killed = path("killed");
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(whole))
        if (entry.is_directory()) names.push_back(entry.path().filename());
    ASSERT_EQ(names.size(), 4u);
    const auto some_have = [&](const char* file) {
        return std::ranges::any_of(
            names, [&](const std::string& name) { return fs::exists(killed / name / file); });
    };
    for (const char* moment :
         {"checkpoints/step-000040.safetensors", "fitted.safetensors", "result.json"}) {
        std::vector<std::string> arguments = longer("killed");
        arguments.insert(arguments.begin(), "path");
        Process process(arguments, folder_.path());
        ASSERT_TRUE(wait_until([&] { return some_have(moment) || process.ended(); }, 120.0));
        ASSERT_FALSE(process.ended()) << moment << ": " << process.err();
        process.send(SIGKILL);
        EXPECT_EQ(process.wait().code, 128 + SIGKILL);
    }
    const Outcome last = run(longer("killed"));
    ASSERT_EQ(last.code, 0) << last.err;
    EXPECT_EQ(read_text(killed / "path.json"), read_text(whole / "path.json"));
    for (const std::string& name : names)
        for (const char* file : {"final.safetensors", "fitted.safetensors", "result.json"})
            EXPECT_EQ(read_text(killed / name / file), read_text(whole / name / file))
                << name << "/" << file;
}

// A path that was killed leaves children that take a moment to end: what they still write to a
// step's unfinished output does not reach the figures of the path that follows.
TEST_F(PathPieces, WhatAnOrphanStillWritesDoesNotReachTheFigures) {
    const auto names = lines(run(with(grid("pieces", "0.02"), {"--plan"})).out);
    ASSERT_EQ(names.size(), 2u);
    const fs::path cell = fs::path(path("pieces")) / names[0];
    std::vector<std::pair<fs::path, int>> orphans;
    // As `train` takes only a new or an empty folder, the orphan comes once the model is there.
    ASSERT_EQ(run({"--out", path("pieces"), "--cell", names[0]}).code, 0);
    for (const char* name : {"margins.json", "noise.json", "noise-relative.json"}) {
        fs::remove(cell / name);
        const std::string unfinished = (cell / name).string() + ".part";
        orphans.emplace_back(cell / name, ::open(unfinished.c_str(), O_WRONLY | O_CREAT, 0644));
        ASSERT_GE(orphans.back().second, 0);
    }
    fs::remove(cell / "result.json");
    ASSERT_EQ(run({"--out", path("pieces"), "--cell", names[0]}).code, 0);
    for (const auto& [file, orphan] : orphans) {
        const std::string before = read_text(file);
        EXPECT_EQ(::write(orphan, "of a path that was killed", 25), 25);
        ::close(orphan);
        EXPECT_EQ(read_text(file), before) << file;
        EXPECT_TRUE(json::accept(before)) << file;
    }
}

}  // namespace
}  // namespace marginscope
