// The document's commands as the worker drives them: random commands undone and done again, files
// that give the same numbers back, copies that survive a kill.
#include "engine/decode/document_commands.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "engine/decode/decode_commands.h"
#include "engine/decode/session_file.h"
#include "files/temp_folder.h"
#include "nn/model/checkpoint.h"
#include "nn/train/train_run.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_files::TempFolder;

/// Keeps the frames and what was told.
class Collected : public SessionContext {
public:
    void publish(const std::function<void(Frames&)>& change) override {
        const std::lock_guard hold(mutex_);
        change(frames_);
    }
    Frames frames() const override {
        const std::lock_guard hold(mutex_);
        return frames_;
    }
    void tell(const std::string& sentence) override { told += sentence + "\n"; }
    void tell_error(const std::string& sentence) override { told += sentence + "\n"; }
    void emit(TrainingEvent) override {}
    void wake() override {}

    std::string told;

private:
    mutable std::mutex mutex_;
    Frames frames_;
};

std::shared_ptr<const Model> small_model() {
    static const std::shared_ptr<const Model> made = [] {
        RunConfig config;
        config.model = {2, 2, 16, 16, false};
        config.train.steps = 20;
        config.train.batch = 4;
        config.train.eval_windows = 2;
        config.train.threads = 1;
        Corpus corpus = built_in_corpus();
        corpus.text.resize(20000);
        TrainRun run = TrainRun::start(config, corpus, {});
        for (int k = 0; k < 15; ++k) run.step();
        return std::make_shared<const Model>(run.trainer().model()->clone());
    }();
    return made;
}

/// Decode as in the worker's loop, without the loop.
class Bench {
public:
    explicit Bench(fs::path state_folder = {})
        : decode_(context), document_(context, decode_.session(), std::move(state_folder)) {}

    void begin(const std::string& prompt, const std::string& model_path = {}) {
        decode_.handle(SetPrompt{prompt});
        decode_.show_model(small_model(), "small", "fitted", model_path);
        document_.begin();
        settle();
    }
    template <typename Wish>
    void send(const Wish& wish) {
        if constexpr (requires { document_.handle(wish); })
            document_.handle(wish);
        else
            decode_.handle(wish);
        document_.note(wish);
        settle();
    }
    void settle() {
        while (decode_.capture(std::chrono::milliseconds(1000), true)) {
        }
        document_.collect();
    }
    void open(const fs::path& file) {
        document_.open(read_session(file), file);
        settle();
    }
    DocumentCommands& document() { return document_; }
    const DecodeDocument& value() { return decode_.session().document(); }

    /// All that is shown of the text and depends on nothing but the document.
    std::string shown() const {
        const Frames all = context.frames();
        std::string text;
        const auto add = [&](auto value) {
            const auto* bytes = reinterpret_cast<const char*>(&value);
            text.append(bytes, sizeof(value));
        };
        for (const TokenCell& cell : all.decode->line) {
            add(cell.token), add(cell.node), add(cell.logprob), add(cell.entropy);
        }
        for (const CandidateCell& cell : all.decode->candidates) {
            add(cell.token), add(cell.probability), add(cell.logprob), add(cell.logdet);
            add(cell.crossings), add(cell.node);
        }
        for (const TreeNode& node : all.decode->tree) {
            add(node.parent), add(node.token), add(node.depth), add(node.on_line);
        }
        for (const MarginCell& cell : all.margins->cells) {
            add(cell.valid), add(cell.logdet), add(cell.crossings), add(cell.sigma_min);
            add(cell.energy), add(cell.lowest_head), add(cell.support);
        }
        for (const float weight : all.attention->weights) add(weight);
        add(all.decode->cursor), add(all.decode->selected), add(all.decode->next_entropy);
        return text;
    }

    Collected context;

private:
    DecodeCommands decode_;
    DocumentCommands document_;
};

class RandomCommands {
public:
    explicit RandomCommands(unsigned seed) : bits_(seed) {}

    void send_one(Bench& bench) {
        const Frames frames = bench.context.frames();
        const int nodes = static_cast<int>(frames.decode->tree.size());
        const int length = static_cast<int>(frames.decode->line.size());
        switch (below(15)) {
            case 0:
                return bench.send(StepDecode{1 + below(4)});
            case 1:
                return bench.send(StepDecode{-1 - below(4)});
            case 2:
                return bench.send(JumpDecode{below(length)});
            case 3:
                return bench.send(GoToNode{below(nodes)});
            case 4:
            case 5:
                return bench.send(
                    ChooseToken{frames.decode
                                    ->candidates[static_cast<std::size_t>(
                                        below(static_cast<int>(frames.decode->candidates.size())))]
                                    .token});
            case 6: {
                SamplingSettings settings = frames.decode->sampling;
                settings.temperature = 0.1 * below(20);
                settings.seed = bits_();
                return bench.send(SetSampling{settings});
            }
            case 7:
                return bench.send(
                    SetDecodeNoise{0.05 * below(3), true, static_cast<std::uint64_t>(below(5))});
            case 8: {
                SetView view = frames.decode->view;
                view.kind = static_cast<MarginKind>(below(2));
                view.index = below(length) - 1;
                view.windows = static_cast<WindowRule>(below(2) * 2);
                return bench.send(view);
            }
            case 9:
                return bench.send(RenameBranch{below(nodes), "branch " + std::to_string(bits_())});
            case 10:
                return bench.send(FoldBranch{below(nodes), below(2) == 1});
            case 11:
                return bench.send(PruneBranch{below(nodes), below(3) > 0});
            case 12:
                return bench.send(EditText{bench.value().tree.text() + "edited"});
            case 13:
                return bench.send(CompareBranch{below(nodes) - 1});
            default:
                return below(20) == 0 ? bench.send(SetPrompt{"Tom and the kite \u00e9 " +
                                                             std::to_string(bits_())})
                                      : bench.send(ResetDrags{});
        }
    }
    int below(int bound) { return static_cast<int>(bits_() % static_cast<unsigned>(bound)); }

private:
    std::mt19937 bits_;
};

TEST(DocumentCommands, FiveHundredRandomCommandsUndoneAndDoneAgainShowTheSame) {
    Bench bench;
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
        ASSERT_EQ(bench.shown(), shown[static_cast<std::size_t>(step())]) << "after " << k;
        for (int on = random.below(3); on > 0; --on) bench.send(Redo{});
        ASSERT_EQ(bench.shown(), shown[static_cast<std::size_t>(step())]) << "after " << k;
    }
    const auto steps = static_cast<int>(shown.size());
    EXPECT_GT(steps, 150);
    while (step() > 0) {
        bench.send(Undo{});
        ASSERT_EQ(bench.shown(), shown[static_cast<std::size_t>(step())]) << "back to " << step();
    }
    while (step() + 1 < steps) {
        bench.send(Redo{});
        ASSERT_EQ(bench.shown(), shown[static_cast<std::size_t>(step())]) << "on to " << step();
    }
    for (int k = 0; k < 50; ++k) {
        bench.send(GoToStep{random.below(steps)});
        ASSERT_EQ(bench.shown(), shown[static_cast<std::size_t>(step())]);
    }
}

TEST(DocumentCommands, ASavedSessionShowsTheSameInAnotherProgram) {
    const TempFolder folder;
    const fs::path model = folder / "m.safetensors";
    save_model(*small_model(), model);
    for (unsigned seed = 1; seed <= 5; ++seed) {
        Bench bench;
        bench.begin("Once upon a time there was a fox", model);
        RandomCommands random(seed);
        for (int k = 0; k < 60; ++k) random.send_one(bench);
        const fs::path file = folder / "s.mscope";
        bench.send(SaveSession{file});
        EXPECT_FALSE(bench.context.frames().history->unsaved);
        Bench other;
        other.begin("Another text", model);
        other.open(file);
        EXPECT_EQ(other.value(), bench.value());
        EXPECT_EQ(other.shown(), bench.shown()) << seed;
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
    Bench bench;
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

TEST(DocumentCommands, StepsAreNamedAfterWhatWasDone) {
    Bench bench;
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
    Collected context;
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
        Bench bench(folder.path());
        bench.begin("Once upon a time");
        bench.send(EditText{"Once upon a kite"});
        EXPECT_TRUE(bench.context.frames().history->left_behind.empty());
        bench.document().keep_last();
    }
    EXPECT_TRUE(Autosave(folder / "autosave").left_behind().empty());
    EXPECT_EQ(read_session(folder / "last.mscope").tree.text(), "Once upon a kite");
    Bench other(folder.path());
    other.begin("x");
    other.open(folder / "last.mscope");
    EXPECT_EQ(other.context.frames().history->file, "") << "it has no name of its own yet";
    EXPECT_THROW(other.send(SaveSession{}), UserError);
}

TEST(DocumentCommands, AMovedOrChangedModelIsSaid) {
    const TempFolder folder;
    const fs::path model = folder / "m.safetensors";
    save_model(*small_model(), model);
    Bench bench;
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
