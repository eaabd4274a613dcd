// The Playground's panels: what hands make them wish, what they say, what they never show.
#include <gtest/gtest.h>

#include "core/colormap.h"
#include "drawn_text.h"
#include "engine/playground/playground_file.h"
#include "engine/playground/playground_frames.h"
#include "figures/playground/rests_words.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_playground.h"
#include "ui/offscreen_window.h"
#include "ui/playground/playground_view.h"

namespace marginscope {
namespace {

class PlaygroundHands : public testing::Test {
protected:
    PlaygroundHands() {
        interface.state().workspace = "playground";
        for (int i = 0; i < 5; ++i) interface.draw(frames);
        interface.take_commands();
    }

    const PlaygroundDocument& document() const { return frames.playground->document; }
    ImVec2 pixel(PlanarPoint p) {
        const PlanePanelView& view = interface.state().view<PlaygroundView>().plane;
        return of(view.plot_at, view.plot_side, p);
    }
    ImVec2 svm_pixel(PlanarPoint p) {
        const SvmPanelView& view = interface.state().view<PlaygroundView>().svm;
        return of(view.plot_at, view.plot_side, p);
    }
    template <typename T>
    std::vector<T> wishes() {
        std::vector<T> found;
        for (const Command& command : interface.take_commands())
            if (const auto* wish = std::get_if<T>(&command)) found.push_back(*wish);
        return found;
    }

    Frames frames = synthetic::usual();
    Interface interface { ImVec2(1280, 800) };

private:
    static ImVec2 of(ImVec2 at, float side, PlanarPoint p) {
        const auto share = [](double v) {
            return static_cast<float>((v + kPlaneHalf) / (2 * kPlaneHalf));
        };
        return {at.x + share(p.x) * side, at.y + (1 - share(p.y)) * side};
    }
};

TEST_F(PlaygroundHands, DraggingATokenMovesIt) {
    const ImVec2 from = pixel(document().tokens[3]);
    const PlanarPoint to{document().tokens[3].x + 0.5, document().tokens[3].y - 0.4};
    interface.drag(frames, from, pixel(to));
    const auto moves = wishes<MovePlaygroundToken>();
    ASSERT_FALSE(moves.empty());
    EXPECT_EQ(moves.back().index, 3);
    EXPECT_NEAR(moves.back().to.x, to.x, 0.03);
    EXPECT_NEAR(moves.back().to.y, to.y, 0.03);
}

TEST_F(PlaygroundHands, AClickAsksAboutATokenAndMovesNothing) {
    interface.click(frames, pixel(document().tokens[2]));
    const CommandList all = interface.take_commands();
    int asked = 0;
    for (const Command& command : all) {
        if (const auto* ask = std::get_if<AskPlaygroundToken>(&command)) {
            EXPECT_EQ(ask->index, 2);
            ++asked;
        }
        EXPECT_FALSE(std::holds_alternative<MovePlaygroundToken>(command));
    }
    EXPECT_EQ(asked, 1);
}

TEST_F(PlaygroundHands, ADoubleClickOnNothingAddsATokenThere) {
    interface.click(frames, pixel({-2.5, 2.5}), 2);
    const auto added = wishes<AddPlaygroundToken>();
    ASSERT_EQ(added.size(), 1U);
    EXPECT_NEAR(added[0].at.x, -2.5, 0.03);
    EXPECT_NEAR(added[0].at.y, 2.5, 0.03);
}

TEST_F(PlaygroundHands, KeysRemoveAddPlayAndUndo) {
    interface.key(frames, ImGuiKey_Delete);
    const auto removed = wishes<RemovePlaygroundToken>();
    ASSERT_EQ(removed.size(), 1U);
    EXPECT_EQ(removed[0].index, document().asked);
    interface.key(frames, ImGuiKey_Insert);
    EXPECT_EQ(wishes<AddPlaygroundToken>().size(), 1U);
    interface.key(frames, ImGuiKey_Space);
    const auto played = wishes<PlayPlayground>();
    ASSERT_EQ(played.size(), 1U);
    EXPECT_TRUE(played[0].playing);
    interface.key(frames, ImGuiKey_Z, ImGuiMod_Ctrl);
    const CommandList undone = interface.take_commands();
    ASSERT_EQ(undone.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<UndoPlayground>(undone[0]));
    interface.key(frames, ImGuiKey_S, ImGuiMod_Ctrl);
    interface.draw(frames);
    EXPECT_NE(interface.words().find("Save the playground"), std::string::npos);
}

// Not what it would do for the text of Decode.
TEST_F(PlaygroundHands, WhereNothingIsLeftToUndoTheKeyDoesNothing) {
    auto first = std::make_shared<PlaygroundFrame>(*frames.playground);
    first->undo.clear();
    frames.playground = first;
    interface.key(frames, ImGuiKey_Z, ImGuiMod_Ctrl);
    interface.key(frames, ImGuiKey_Y, ImGuiMod_Ctrl);
    EXPECT_TRUE(interface.take_commands().empty());
}

TEST_F(PlaygroundHands, ThePointerIsToldWhileItIsInThePlaneOnly) {
    interface.move(frames, pixel({-2, 2}));
    const auto inside = wishes<PointPlayground>();
    ASSERT_FALSE(inside.empty());
    EXPECT_TRUE(inside.back().inside);
    EXPECT_NEAR(inside.back().at.x, -2, 0.03);
    interface.draw(frames);
    EXPECT_TRUE(wishes<PointPlayground>().empty());
    interface.move(frames, ImVec2(3, 3));
    const auto outside = wishes<PointPlayground>();
    ASSERT_FALSE(outside.empty());
    EXPECT_FALSE(outside.back().inside);
}

TEST_F(PlaygroundHands, TheTargetCanBeDragged) {
    interface.drag(frames, pixel(document().pull.target), pixel({0.6, -2.2}));
    const auto pulls = wishes<SetPlaygroundPull>();
    ASSERT_FALSE(pulls.empty());
    EXPECT_NEAR(pulls.back().pull.target.x, 0.6, 0.03);
    EXPECT_NEAR(pulls.back().pull.target.y, -2.2, 0.03);
    EXPECT_EQ(pulls.back().pull.lambda, document().pull.lambda);
}

TEST_F(PlaygroundHands, PointsOfTheSvmAreDraggedAndAdded) {
    const PlanarPoint at = document().svm.points[4];
    interface.drag(frames, svm_pixel(at), svm_pixel({at.x + 0.5, at.y + 0.5}));
    const auto moves = wishes<MoveSvmPoint>();
    ASSERT_FALSE(moves.empty());
    EXPECT_EQ(moves.back().index, 4);
    interface.click(frames, svm_pixel({-2.6, -2.6}), 2);
    EXPECT_EQ(wishes<AddSvmPoint>().size(), 1U);
}

TEST_F(PlaygroundHands, SaysWhoIsTheWeakestLink) {
    EXPECT_NE(interface.words().find("Drag the ringed token d"), std::string::npos)
        << interface.words();
    auto told = std::make_shared<PlaygroundFrame>(*frames.playground);
    told->note = "Token c took over from token d as the support token.";
    frames.playground = told;
    interface.draw(frames);
    EXPECT_NE(interface.words().find("took over"), std::string::npos);
}

// What is computed, what is not yet and what is of the document before look different.
TEST_F(PlaygroundHands, TheUSaysWhichLambdaIsBestAndWhetherItIsOfNow) {
    interface.show_tab("The U of lambda_m###playground.rests");
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_NE(interface.words().find("Best at lambda_m"), std::string::npos) << interface.words();
    EXPECT_NE(interface.words().find("At 0 it goes through the cliff"), std::string::npos);
    auto later = std::make_shared<PlaygroundFrame>(*frames.playground);
    later->rests_lag = true;
    frames.playground = later;
    interface.draw(frames);
    EXPECT_NE(interface.words().find("Computing what has changed"), std::string::npos);
    EXPECT_EQ(interface.words().find("Best at lambda_m"), std::string::npos);
    auto none = std::make_shared<PlaygroundFrame>(*frames.playground);
    none->rests = nullptr;
    frames.playground = none;
    interface.draw(frames);
    EXPECT_NE(interface.words().find("Not yet computed"), std::string::npos);
}

TEST(PlaygroundWords, TheUHasASentenceForEachOfItsForms) {
    const auto words_of = [](const char* preset, double noise) {
        PlaygroundDocument document = open_playground(preset);
        document.noise = noise;
        return rests_words(*playground_rests(document), noise);
    };
    EXPECT_NE(words_of("fold", 0.45).find("At 0 it goes through the cliff"), std::string::npos);
    EXPECT_NE(words_of("fold", 0).find("Without noise"), std::string::npos);
    EXPECT_NE(words_of("across", 0.15).find("begins beyond"), std::string::npos);
    PlaygroundDocument alone = open_playground("fold");
    alone.asked = 0;
    EXPECT_NE(rests_words(*playground_rests(alone), 0.45).find("No cliff on its way"),
              std::string::npos);
}

TEST(PlaygroundPanels, WithoutAFrameTheySayWhatTheyWillShow) {
    for (const Frames& frames : {Frames{}, synthetic::empty()}) {
        Interface interface(ImVec2(1280, 800));
        interface.state().workspace = "playground";
        for (int i = 0; i < 4; ++i) interface.draw(frames);
        EXPECT_NE(interface.words().find("No playground yet"), std::string::npos);
    }
}

// The plane is drawn by a shader: safe, beyond and the line in its colour are all there.
TEST(PlaygroundPictures, PlaneIsDrawnWithEveryKindOfFrame) {
    for (const Frames& frames : {synthetic::usual(), synthetic::empty(), synthetic::tiny(),
                                 synthetic::not_finite(), synthetic::wide()}) {
        OffscreenWindow window({1280, 800, 1.0F, ThemeKind::dark, "playground"});
        window.state().view<PlaygroundView>().plane.cloud = true;
        CommandList out;
        for (int i = 0; i < 5; ++i) window.draw(frames, out);
        EXPECT_EQ(window.gl_error_count(), 0);
        const Image image = window.pixels();
        EXPECT_GT(image.width, 0);
    }
}

// Every preset, and one with everything at its limits, as the engine makes its frame: the line is
// drawn where there is a boundary, and nowhere where A is negative.
TEST(PlaygroundPictures, PresetsShowTheirBoundary) {
    std::vector<std::pair<std::string, PlaygroundDocument>> all;
    for (const std::string& name : playground_presets())
        all.emplace_back(name, open_playground(name));
    PlaygroundDocument extreme = open_playground("near");
    extreme.tokens = {{-3, -3}, {3, 3}, {-3, 3}, {3, -3}, {0, 0}, {3, 3}};
    extreme.a = {10, -10, 10, 10};
    extreme.scale = kLargestScale;
    extreme.strict = false;
    extreme.noise = kMostNoise;
    extreme.pull = {{-3, 3}, kLargestLambda, kLeastPullSigma};
    all.emplace_back("extreme", extreme);
    for (const auto& [name, document] : all) {
        SCOPED_TRACE(name);
        Frames frames;
        auto made = std::make_shared<PlaygroundFrame>(playground_frame(document));
        made->rests = playground_rests(document);
        frames.playground = made;
        OffscreenWindow window({1280, 800, 1.0F, ThemeKind::dark, "playground"});
        CommandList out;
        for (int i = 0; i < 5; ++i) window.draw(frames, out);
        EXPECT_EQ(window.gl_error_count(), 0);
        const PlanePanelView& view = window.state().view<PlaygroundView>().plane;
        const Image image = window.pixels();
        const Rgb line = accent_color(true);
        int on_line = 0;
        // The upper edge of the plane and its middle: no mark lies on all of them.
        for (float y = 3; y < view.plot_side; y += 2)
            for (float x = 2; x < view.plot_side; x += 1) {
                const std::uint8_t* p = image.pixel(static_cast<int>(view.plot_at.x + x),
                                                    static_cast<int>(view.plot_at.y + y));
                on_line +=
                    std::abs(p[0] - line.r) + std::abs(p[1] - line.g) + std::abs(p[2] - line.b) < 12
                        ? 1
                        : 0;
            }
        if (name == "negative") {
            EXPECT_LT(on_line, 5);
        } else if (name != "extreme") {
            EXPECT_GT(on_line, 150);
        }
    }
}

}  // namespace
}  // namespace marginscope
