// The document's commands as the worker drives them: random commands undone and done again, files
// that give the same numbers back, copies that survive a kill.
#include "engine/decode/document_commands.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "engine/decode/document_bench.h"
#include "engine/decode/session_file.h"
#include "files/temp_folder.h"
#include "nn/model/checkpoint.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_files::TempFolder;

// Where two records of what is shown part; -1 when they are equal.
long first_difference(const std::string& a, const std::string& b) {
    if (a == b) return -1;
    return std::ranges::mismatch(a, b).in1 - a.begin();
}

TEST(DocumentCommands, FiveHundredRandomCommandsUndoneAndDoneAgainShowTheSame) {
    DocumentBench bench;
    bench.begin("Once upon a time");
    RandomCommands random(11);
    const auto step = [&] { return bench.context.frames().history->position; };
    std::vector<std::string> shown = {bench.shown()};
    for (int k = 0; k < 500; ++k) {
        random.send_one(bench);
        // What follows closely is one step, which shows what came last.
        shown.resize(static_cast<std::size_t>(step()) + 1);
        shown.back() = bench.shown();
        if (random.below(12) != 0) continue;
        for (int back = random.below(6); back > 0; --back) bench.send(Undo{});
        ASSERT_EQ(first_difference(bench.shown(), shown[static_cast<std::size_t>(step())]), -1)
            << "after " << k;
        for (int on = random.below(3); on > 0; --on) bench.send(Redo{});
        ASSERT_EQ(first_difference(bench.shown(), shown[static_cast<std::size_t>(step())]), -1)
            << "after " << k;
    }
    const auto steps = static_cast<int>(shown.size());
    EXPECT_GT(steps, 150);
    while (step() > 0) {
        bench.send(Undo{});
        ASSERT_EQ(first_difference(bench.shown(), shown[static_cast<std::size_t>(step())]), -1)
            << "back to " << step();
    }
    while (step() + 1 < steps) {
        bench.send(Redo{});
        ASSERT_EQ(first_difference(bench.shown(), shown[static_cast<std::size_t>(step())]), -1)
            << "on to " << step();
    }
    for (int k = 0; k < 50; ++k) {
        bench.send(GoToStep{random.below(steps)});
        ASSERT_EQ(first_difference(bench.shown(), shown[static_cast<std::size_t>(step())]), -1);
    }
}

TEST(DocumentCommands, ASavedSessionShowsTheSameInAnotherProgram) {
    const TempFolder folder;
    const fs::path model = folder / "m.safetensors";
    save_model(*small_model(), model);
    for (unsigned seed = 1; seed <= 5; ++seed) {
        DocumentBench bench;
        bench.begin("Once upon a time there was a fox", model);
        RandomCommands random(seed);
        for (int k = 0; k < 60; ++k) random.send_one(bench);
        const fs::path file = folder / "s.mscope";
        bench.send(SaveSession{file});
        EXPECT_FALSE(bench.context.frames().history->unsaved);
        DocumentBench other;
        other.begin("Another text", model);
        other.open(file);
        EXPECT_EQ(other.value(), bench.value());
        EXPECT_EQ(first_difference(other.shown(), bench.shown()), -1) << seed;
        EXPECT_EQ(session_text(other.value(), folder.path()), testing_files::get_file(file));
        EXPECT_EQ(other.context.frames().history->file, file);
        EXPECT_FALSE(other.context.frames().history->unsaved);
        other.send(EditText{"Now it is changed"});
        EXPECT_TRUE(other.context.frames().history->unsaved);
        EXPECT_NE(other.document().unsaved_work().sentence.find("not saved"), std::string::npos);
        other.send(Undo{});
        EXPECT_FALSE(other.context.frames().history->unsaved);
    }
}

TEST(DocumentCommands, AViewThatComesBackIsGivenToThePanels) {
    DocumentBench bench;
    bench.begin("Once upon a time");
    SetView view = bench.context.frames().decode->view;
    const std::uint64_t given = bench.context.frames().decode->view_given;
    view.kind = MarginKind::singular;
    view.workspace = "guide";
    bench.send(view);
    EXPECT_EQ(bench.context.frames().decode->view_given, given);
    bench.send(Undo{});
    const Frames after = bench.context.frames();
    EXPECT_EQ(after.decode->view_given, given + 1);
    EXPECT_EQ(after.decode->view.kind, MarginKind::determinant);
    EXPECT_EQ(after.decode->view.workspace, "guide") << "undo does not leave the workspace";
    EXPECT_EQ(after.margins->kind, MarginKind::determinant);
}

TEST(DocumentCommands, ARestartGoesBackToThePromptAndKeepsWhatWasWalked) {
    DocumentBench bench;
    bench.begin("Once upon a time");
    bench.send(StepDecode{6});
    const std::string first = bench.value().tree.text();
    bench.send(RestartDecode{});
    EXPECT_EQ(bench.value().tree.text(), "Once upon a time");
    EXPECT_EQ(bench.context.frames().decode->line.size(), 16u) << "what follows is open again";
    bench.send(StepDecode{6});
    EXPECT_EQ(bench.value().tree.text(), first) << "the same seed goes the same way";
    EXPECT_EQ(bench.value().tree.size(), 22);
    bench.send(RestartDecode{});
    SamplingSettings settings;
    settings.seed = 99;
    settings.temperature = 2;
    bench.send(SetSampling{settings});
    bench.send(StepDecode{6});
    EXPECT_NE(bench.value().tree.text(), first);
    EXPECT_GT(bench.value().tree.size(), 22);
}

TEST(DocumentCommands, StepsAreNamedAfterWhatWasDone) {
    DocumentBench bench;
    bench.begin("Once upon a time");
    bench.send(RenameBranch{3, "mine"});
    bench.send(PruneBranch{3, true});
    bench.send(EditText{"Once more"});
    const std::vector<std::string> steps = bench.context.frames().history->steps;
    ASSERT_EQ(steps.size(), 4u);
    EXPECT_EQ(steps[1], "Name the branch 'e' at 3");
    EXPECT_EQ(steps[2], "Prune the branch 'mine' at 3");
    EXPECT_EQ(steps[3], "Edit the text, to 'e' at 8");
    bench.send(Undo{});
    EXPECT_NE(bench.context.told.find("Undone: Edit the text"), std::string::npos);
}

// A program that changes its text all the time is killed at a random moment.
void write_until_killed(const fs::path& folder, int report) {
    CollectedFrames context;
    DecodeSession session;
    DocumentCommands document(context, session, folder);
    session.set_prompt("x");
    document.begin();
    for (;;) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const long long ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        const EditText wish{"x" + std::to_string(ms)};
        document.handle(wish);
        document.note(wish);
        document.collect();
        if (::write(report, &ms, sizeof(ms)) < 0) ::_exit(1);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

TEST(DocumentCommands, AKillAtAnyMomentLosesLessThanFiveSeconds) {
    constexpr int kPrograms = 20;
    const TempFolder folder;
    std::mt19937 random(5);
    std::vector<pid_t> programs;
    std::vector<int> reports;
    for (int k = 0; k < kPrograms; ++k) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) write_until_killed(folder / ("p" + std::to_string(k)), ends[1]);
        ::close(ends[1]);
        programs.push_back(child);
        reports.push_back(ends[0]);
    }
    // The pipes hold few thousand reports, more than the programs live for.
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    for (int k = 0; k < kPrograms; ++k) {
        const auto at = static_cast<std::size_t>(k);
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
        ::kill(programs[at], SIGKILL);
        ::waitpid(programs[at], nullptr, 0);
        long long last = 0, one = 0;
        while (::read(reports[at], &one, sizeof(one)) == sizeof(one)) last = one;
        ::close(reports[at]);
        const Autosave after(folder / ("p" + std::to_string(k)) / "autosave");
        const std::vector<fs::path> found = after.left_behind();
        ASSERT_EQ(found.size(), 1u) << k;
        const std::string text = read_session(found[0]).tree.text();
        EXPECT_LE(last - std::stoll(text.substr(1)), 5000) << k;
    }
}

TEST(DocumentCommands, AProgramThatEndsInOrderLeavesOnlyItsLastText) {
    const TempFolder folder;
    {
        DocumentBench bench(folder.path());
        bench.begin("Once upon a time");
        bench.send(EditText{"Once upon a kite"});
        EXPECT_TRUE(bench.context.frames().history->left_behind.empty());
        bench.document().keep_last();
    }
    EXPECT_TRUE(Autosave(folder / "autosave").left_behind().empty());
    EXPECT_EQ(read_session(folder / "last.mscope").tree.text(), "Once upon a kite");
    DocumentBench other(folder.path());
    other.begin("x");
    other.open(folder / "last.mscope");
    EXPECT_EQ(other.context.frames().history->file, "") << "it has no name of its own yet";
    EXPECT_THROW(other.send(SaveSession{}), UserError);
}

TEST(DocumentCommands, OpeningAnotherTextKeepsTheOneBefore) {
    const TempFolder folder;
    DocumentBench bench(folder / "state");
    bench.begin("Once upon a time");
    bench.send(SaveSession{folder / "one.mscope"});
    bench.send(EditText{"Mine, and not saved"});
    bench.open(folder / "one.mscope");
    EXPECT_EQ(bench.value().tree.text(), "Once upon a time");
    EXPECT_NE(bench.context.told.find("The text before is kept"), std::string::npos);
    bench.open(bench.document().last());
    EXPECT_EQ(bench.value().tree.text(), "Mine, and not saved");
}

TEST(DocumentCommands, AMovedOrChangedModelIsSaid) {
    const TempFolder folder;
    const fs::path model = folder / "m.safetensors";
    save_model(*small_model(), model);
    DocumentBench bench;
    bench.begin("Once", model);
    bench.send(SaveSession{folder / "s.mscope"});
    EXPECT_EQ(model_trouble(read_session(folder / "s.mscope").model), "");
    std::ofstream(model, std::ios::app) << "x";
    EXPECT_NE(model_trouble(read_session(folder / "s.mscope").model).find("has changed"),
              std::string::npos);
    fs::remove(model);
    EXPECT_NE(model_trouble(read_session(folder / "s.mscope").model).find("not there"),
              std::string::npos);
}

}  // namespace
}  // namespace marginscope
