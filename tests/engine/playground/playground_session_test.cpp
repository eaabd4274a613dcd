// The Playground's session without a worker: edits, the way back, descent, files, notes.
#include "engine/playground/playground_session.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "core/playground/lambda_rests.h"
#include "engine/playground/playground_file.h"
#include "engine/playground/playground_frames.h"
#include "files/peek.h"

namespace marginscope {
namespace {

class Listener : public SessionContext {
public:
    void publish(const std::function<void(Frames&)>& change) override { change(frames_); }
    Frames frames() const override { return frames_; }
    void tell(const std::string& sentence) override { told = sentence; }
    void tell_error(const std::string& sentence) override { told = sentence; }
    void emit(TrainingEvent) override {}
    void wake() override {}

    std::string told;

private:
    Frames frames_;
};

class PlaygroundSessionTest : public ::testing::Test {
protected:
    PlaygroundSessionTest() : session_(listener_) { session_.begin(); }

    template <typename Wish>
    const PlaygroundFrame& after(const Wish& wish) {
        session_.handle(wish);
        return shown();
    }
    const PlaygroundFrame& shown() {
        session_.publish();
        frame_ = listener_.frames().playground;
        return *frame_;
    }
    void play_to_the_end() {
        session_.handle(PlayPlayground{true});
        for (int k = 0; k < 2000 && session_.playing(); ++k) {
            std::this_thread::sleep_for(session_.time_to_next());
            session_.play_once();
        }
    }

    Listener listener_;
    PlaygroundSession session_;
    std::shared_ptr<const PlaygroundFrame> frame_;
};

TEST_F(PlaygroundSessionTest, BeginsWithThePresetThatIsNear) {
    EXPECT_EQ(shown().document, open_playground("near"));
    EXPECT_EQ(shown().presets, playground_presets());
    EXPECT_FALSE(shown().support.empty());
    EXPECT_EQ(shown().undo, "");
}

TEST_F(PlaygroundSessionTest, FrameOfAnEditIsThatOfItsDocument) {
    after(MovePlaygroundToken{3, {0.4, -0.9}});
    after(SetPlaygroundMap{1.1, 0.2, -0.3, 0.6});
    after(RemovePlaygroundToken{1});
    after(SetPlaygroundAttention{1.5, false});
    const PlaygroundFrame& frame = after(AskPlaygroundToken{2});
    const PlaygroundFrame anew = playground_frame(frame.document);
    ASSERT_EQ(frame.tokens.size(), anew.tokens.size());
    for (std::size_t k = 0; k < anew.tokens.size(); ++k) {
        EXPECT_EQ(frame.tokens[k].logdet, anew.tokens[k].logdet);
        EXPECT_EQ(frame.tokens[k].geometric, anew.tokens[k].geometric);
    }
    EXPECT_EQ(frame.support, anew.support);
    EXPECT_EQ(frame.look.circle, anew.look.circle);
    EXPECT_EQ(frame.cloud.before, anew.cloud.before);
    EXPECT_EQ(frame.axes, anew.axes);
}

// Of what was before until it is whole; what it does not depend on leaves it alone.
TEST_F(PlaygroundSessionTest, TheUOfLambdaFollowsWhatItDependsOn) {
    const auto finish = [&] {
        for (int k = 0; k < 200 && session_.busy(); ++k) {
            std::this_thread::sleep_for(session_.time_to_next());
            session_.play_once();
        }
        EXPECT_FALSE(session_.busy());
    };
    EXPECT_TRUE(session_.busy());
    EXPECT_EQ(shown().rests, nullptr);
    finish();
    ASSERT_NE(shown().rests, nullptr);
    EXPECT_FALSE(shown().rests_lag);
    const auto same = [](const LambdaRests& a, const LambdaRests& b) {
        if (a.rests.size() != b.rests.size() || a.best != b.best) return false;
        for (std::size_t k = 0; k < a.rests.size(); ++k)
            if (a.rests[k].at != b.rests[k].at || a.rests[k].noise != b.rests[k].noise)
                return false;
        return true;
    };
    const auto first = shown().rests;
    EXPECT_TRUE(same(*first, *playground_rests(shown().document)));
    const auto leaves_it = [&](const auto& wish) {
        EXPECT_EQ(after(wish).rests, first) << wish.kName;
        EXPECT_FALSE(shown().rests_lag) << wish.kName;
    };
    BarrierPull pull = shown().document.pull;
    pull.lambda = 2.5;
    leaves_it(SetPlaygroundPull{pull});
    leaves_it(SetSvmCost{3});
    leaves_it(PlayPlayground{true});
    leaves_it(StepPlayground{});
    leaves_it(StepPlayground{});
    session_.handle(PlayPlayground{false});
    const PlaygroundDocument at_work = shown().document;
    const PlaygroundFrame& moved = after(MovePlaygroundToken{0, {-2.2, 0.4}});
    EXPECT_TRUE(moved.rests_lag);
    EXPECT_EQ(moved.rests, first);
    finish();
    EXPECT_FALSE(shown().rests_lag);
    EXPECT_FALSE(same(*first, *shown().rests));
    const auto changes_it = [&](const auto& wish) {
        EXPECT_TRUE(after(wish).rests_lag) << wish.kName;
        finish();
    };
    changes_it(SetPlaygroundNoise{0.31});
    changes_it(SetPlaygroundMap{1.4, 0, 0, 0.9});
    pull.target = {0.4, 0.1};
    changes_it(SetPlaygroundPull{pull});
    changes_it(AskPlaygroundToken{0});  // without a past: nothing holds it off
    EXPECT_EQ(shown().rests->best, 0U);
}

TEST_F(PlaygroundSessionTest, EveryEditIsUndoneAndRedone) {
    const PlaygroundDocument first = shown().document;
    const auto back_and_forth = [&](const auto& wish) {
        const PlaygroundDocument before = shown().document;
        const PlaygroundDocument changed = after(wish).document;
        EXPECT_NE(changed, before) << wish.kName;
        EXPECT_NE(shown().undo, "");
        EXPECT_EQ(after(UndoPlayground{}).document, before) << wish.kName;
        EXPECT_EQ(after(RedoPlayground{}).document, changed) << wish.kName;
    };
    back_and_forth(MovePlaygroundToken{0, {1, 1}});
    back_and_forth(AddPlaygroundToken{{0.3, 0.3}});
    back_and_forth(AskPlaygroundToken{1});
    back_and_forth(RemovePlaygroundToken{2});
    back_and_forth(SetPlaygroundMap{2, 0, 0, 1});
    back_and_forth(SetPlaygroundAxes{{0.3, 2, 1, 0.1, -1}});
    back_and_forth(SetPlaygroundAttention{0.5, true});
    back_and_forth(SetPlaygroundAttention{0.5, false});
    back_and_forth(SetPlaygroundPull{{{1, -1}, 0.7, 2}});
    back_and_forth(SetPlaygroundNoise{0.3});
    back_and_forth(AddSvmPoint{{0.1, 0.1}, -1});
    back_and_forth(MoveSvmPoint{0, {1, 1}});
    back_and_forth(RemoveSvmPoint{3});
    back_and_forth(SetSvmCost{10});
    back_and_forth(OpenPlayground{"safe"});
    for (int k = 0; k < 40; ++k) {
        if (shown().undo.empty()) break;
        session_.handle(UndoPlayground{});
    }
    EXPECT_EQ(shown().document, first);
    EXPECT_THROW(session_.handle(UndoPlayground{}), UserError);
}

TEST_F(PlaygroundSessionTest, ADragIsOneStep) {
    const PlaygroundDocument before = shown().document;
    for (int k = 0; k < 20; ++k) session_.handle(MovePlaygroundToken{1, {0.1 * k, 0.2}});
    EXPECT_EQ(after(UndoPlayground{}).document, before);
}

TEST_F(PlaygroundSessionTest, WhatIsOutsideComesToTheEdgeAndWhatIsNotThereIsRefused) {
    EXPECT_EQ(after(MovePlaygroundToken{0, {99, -99}}).document.tokens[0],
              (PlanarPoint{kPlaneHalf, -kPlaneHalf}));
    EXPECT_THROW(session_.handle(MovePlaygroundToken{-1, {}}), UserError);
    EXPECT_THROW(session_.handle(RemovePlaygroundToken{12}), UserError);
    EXPECT_THROW(session_.handle(AskPlaygroundToken{6}), UserError);
    EXPECT_THROW(session_.handle(AddSvmPoint{{0, 0}, 2}), UserError);
    for (int k = 0; k < 4; ++k) session_.handle(RemovePlaygroundToken{0});
    EXPECT_THROW(session_.handle(RemovePlaygroundToken{0}), UserError);
    for (int k = 0; k < kMostTokens - 2; ++k) session_.handle(AddPlaygroundToken{{0.1 * k, 0}});
    EXPECT_THROW(session_.handle(AddPlaygroundToken{}), UserError);
}

// The whole point of the picture: drag the support token away and another one is the weakest link.
TEST_F(PlaygroundSessionTest, AnotherTokenTakesOverWhenTheSupportTokenIsMovedAway) {
    const int first = shown().support.front();
    double farthest = 0;
    for (double x = -2.8; x <= 2.8; x += 0.4) {
        for (double y = -2.8; y <= 2.8; y += 0.4) {
            const PlaygroundFrame& frame = after(MovePlaygroundToken{first, {x, y}});
            const auto own = frame.tokens[static_cast<std::size_t>(first)].geometric;
            farthest = std::max(farthest, own.value_or(0));
            if (frame.support.front() == first) continue;
            EXPECT_NE(frame.note.find("took over"), std::string::npos) << frame.note;
            return;
        }
    }
    FAIL() << "no place of the plane lets another token take over; farthest " << farthest;
}

TEST_F(PlaygroundSessionTest, RemovalsSayWhatTheyDid) {
    const PlaygroundFrame& whole = shown();
    ASSERT_TRUE(whole.least.has_value());
    const int support = whole.support.front();
    EXPECT_NE(after(RemovePlaygroundToken{*whole.least}).note.find("Without token"),
              std::string::npos);
    session_.handle(UndoPlayground{});
    EXPECT_NE(after(RemovePlaygroundToken{support}).note.find("Without the support token"),
              std::string::npos);
    session_.handle(UndoPlayground{});
    const PlaygroundSvm& svm = shown().svm;
    ASSERT_TRUE(svm.least.has_value());
    const int vector = svm.support.front();
    EXPECT_NE(after(RemoveSvmPoint{*svm.least}).svm_note.find("stays where it was"),
              std::string::npos);
    session_.handle(UndoPlayground{});
    EXPECT_NE(after(RemoveSvmPoint{vector}).svm_note.find("the line moves"), std::string::npos);
}

TEST_F(PlaygroundSessionTest, DescentLeavesATrailEndsAtRestAndIsOneStepBack) {
    session_.handle(SetPlaygroundPull{{{0, 0}, 0.2, 1}});
    const PlaygroundDocument before = shown().document;
    play_to_the_end();
    EXPECT_FALSE(session_.playing());
    const PlaygroundFrame& frame = shown();
    EXPECT_FALSE(frame.descent.playing);
    const auto asked = static_cast<std::size_t>(before.asked);
    EXPECT_EQ(frame.descent.trail.front(), before.tokens[asked]);
    EXPECT_EQ(frame.descent.trail.back(), frame.document.tokens[asked]);
    EXPECT_GT(frame.descent.trail.size(), 5U);
    EXPECT_EQ(after(UndoPlayground{}).document, before);
    EXPECT_TRUE(shown().descent.trail.empty());
}

TEST_F(PlaygroundSessionTest, WhereAnotherTokenIsAskedOrOneIsRemovedTheDescentEnds) {
    session_.handle(PlayPlayground{true});
    session_.handle(MovePlaygroundToken{0, {0.1, 0.2}});
    EXPECT_TRUE(session_.playing());
    session_.handle(AskPlaygroundToken{2});
    EXPECT_FALSE(session_.playing());
    session_.handle(PlayPlayground{true});
    EXPECT_TRUE(shown().descent.playing);
    session_.handle(RemovePlaygroundToken{4});
    EXPECT_FALSE(shown().descent.playing);
}

TEST_F(PlaygroundSessionTest, PointerMovesTheLookAndNothingElse) {
    const PlaygroundFrame before = shown();
    const PlaygroundFrame& frame = after(PointPlayground{{0.7, -0.3}, true});
    EXPECT_TRUE(frame.look.pointer);
    EXPECT_EQ(frame.look.at, (PlanarPoint{0.7, -0.3}));
    EXPECT_NE(frame.look.weights, before.look.weights);
    EXPECT_EQ(frame.document, before.document);
    EXPECT_EQ(frame.undo, "");
    EXPECT_FALSE(after(PointPlayground{{}, false}).look.pointer);
}

class PlaygroundFileTest : public PlaygroundSessionTest {
protected:
    PlaygroundFileTest()
        : folder_(std::filesystem::temp_directory_path() /
                  ("playground-test-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~PlaygroundFileTest() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
};

TEST_F(PlaygroundFileTest, SavedAndOpenedItIsTheSame) {
    const std::string file = folder_ / "mine.json";
    session_.handle(SetPlaygroundMap{1.0 / 3, -2.0 / 7, 0.1, 1e-3});
    session_.handle(MovePlaygroundToken{0, {M_PI - 3, std::sqrt(2.0)}});
    const PlaygroundDocument made = shown().document;
    EXPECT_FALSE(session_.unsaved_work().any());
    session_.handle(SavePlayground{file});
    EXPECT_EQ(shown().file, file);
    EXPECT_FALSE(shown().unsaved);
    session_.handle(SetPlaygroundNoise{0.4});
    EXPECT_TRUE(session_.unsaved_work().any());
    session_.handle(OpenPlayground{"across"});
    EXPECT_EQ(shown().file, "");
    EXPECT_EQ(after(OpenPlayground{file}).document, made);
    session_.handle(SavePlayground{});
    EXPECT_EQ(read_playground(file), made);
    EXPECT_EQ(classify(file), FileKind::kPlayground);
    for (int k = 0; k < 30; ++k) session_.handle(AddSvmPoint{{0.01 * k, -0.02 * k}, 1});
    session_.handle(SavePlayground{folder_ / "large"});
    EXPECT_EQ(classify(folder_ / "large.json"), FileKind::kPlayground);
}

TEST_F(PlaygroundFileTest, WithoutAFileSavingAsksForAName) {
    EXPECT_THROW(session_.handle(SavePlayground{}), UserError);
    EXPECT_THROW(session_.handle(OpenPlayground{}), UserError);
}

TEST(PlaygroundText, RefusalsNameTheField) {
    const auto refusal = [](const std::string& text) -> std::string {
        try {
            playground_from_text(text, "it.json");
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    };
    const std::string good = R"("tokens": [[0, 1], [1, 0]], "A": [[1, 0], [0, 1]])";
    EXPECT_EQ(refusal("{" + good + "}"), "");
    for (const auto& [text, field] : std::vector<std::pair<std::string, std::string>>{
             {"[]", "it.json"},
             {R"({"A": [[1, 0], [0, 1]]})", "tokens"},
             {R"({"tokens": [[0, 1]], "A": [[1, 0], [0, 1]]})", "tokens"},
             {R"({"tokens": [[0, 1], [1, 9]], "A": [[1, 0], [0, 1]]})", "tokens[1]"},
             {R"({"tokens": [[0, 1], [1]], "A": [[1, 0], [0, 1]]})", "tokens[1]"},
             {R"({"tokens": [[0, 1], [1, 0]], "A": [[1, 0]]})", "A"},
             {R"({"tokens": [[0, 1], [1, 0]], "A": [[1, 0], [0, "nan"]]})", "A"},
             {"{" + good + R"(, "scale": -1})", "scale"},
             {"{" + good + R"(, "strict": 1})", "strict"},
             {"{" + good + R"(, "asked": 2})", "asked"},
             {"{" + good + R"(, "noise": 1e400})", "it.json"},
             {"{" + good + R"(, "pull": {"lamda": 1}})", "lamda"},
             {"{" + good + R"(, "svm": {"points": [[0, 1]], "labels": []}})", "labels"},
             {"{" + good + R"(, "svm": {"points": [[0, 1]], "labels": [0]}})", "labels"},
             {"{" + good + R"(, "svm": {"points": [], "labels": [], "C": 1000}})", "C"},
             {"{" + good + R"(, "token": 1})", "token"}})
        EXPECT_NE(refusal(text).find(field), std::string::npos) << text << " → " << refusal(text);
}

// What each preset is called after is true of it.
TEST(PlaygroundPresets, ShowWhatTheirNameSays) {
    const std::vector<std::string> names = playground_presets();
    EXPECT_EQ(names, (std::vector<std::string>{"across", "fold", "near", "negative", "one-token",
                                               "safe", "two-clusters"}));
    const auto frame_of = [](const char* name) { return playground_frame(open_playground(name)); };
    const auto asked = [](const PlaygroundFrame& frame) {
        return frame.tokens[static_cast<std::size_t>(frame.document.asked)];
    };
    const PlaygroundFrame near = frame_of("near");
    EXPECT_EQ(near.support.front(), near.document.asked);
    EXPECT_LT(*asked(near).geometric, 0.3);
    EXPECT_EQ(asked(near).crossings, 0);
    const PlaygroundFrame safe = frame_of("safe");
    for (const PlaygroundToken& token : safe.tokens) EXPECT_GT(token.geometric.value_or(9), 0.5);
    EXPECT_GT(asked(frame_of("across")).crossings, 0);
    const PlaygroundFrame one = frame_of("one-token");
    EXPECT_GT(*std::max_element(one.look.weights.begin(), one.look.weights.end()), 0.9);
    for (const PlaygroundToken& token : frame_of("negative").tokens)
        EXPECT_FALSE(token.geometric.has_value());
    const double crossed = frame_of("fold").cloud.share_crossed;
    EXPECT_GT(crossed, 0.2);
    EXPECT_LT(crossed, 0.8);
    for (const std::string& name : names) {
        const PlaygroundDocument document = open_playground(name);
        EXPECT_FALSE(document.title.empty()) << name;
        EXPECT_EQ(playground_from_text(playground_text(document), name), document);
        EXPECT_LE(playground_frame(document).svm.gap, 1e-8);
    }
}

}  // namespace
}  // namespace marginscope
