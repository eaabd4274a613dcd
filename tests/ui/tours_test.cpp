// Tours in the window: what is drawn of them, what hands do with them, and what comes back.
#include <gtest/gtest.h>
#include <imgui_internal.h>

#include <algorithm>

#include "drawn_text.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_tour.h"
#include "ui/presenting.h"
#include "ui/tours/tour_view.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

using synthetic::TourMoment;
using synthetic::with_tour;

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

void settle(Interface& interface, const Frames& frames) {
    for (int i = 0; i < 6; ++i) interface.draw(frames);
}

// Where a text is drawn; its middle.
ImVec2 place_of(Interface& interface, const Frames& frames, const std::string& words) {
    TextRecorder recorder;
    interface.draw(frames);
    for (const DrawnText& text : recorder.texts())
        if (text.words == words)
            return ImVec2((text.low.x + text.high.x) / 2, (text.low.y + text.high.y) / 2);
    ADD_FAILURE() << "not drawn: " << words;
    return ImVec2(-1, -1);
}

template <typename Wish>
const Wish* find(const CommandList& commands) {
    for (const Command& command : commands)
        if (const auto* wish = std::get_if<Wish>(&command)) return wish;
    return nullptr;
}

TEST(ToursWorkspace, ListsWhatEachTeachesAndBeginsOne) {
    const Frames frames = with_tour(synthetic::usual(), TourMoment::shelf);
    Interface interface;
    interface.state().workspace = "tours";
    settle(interface, frames);
    for (const char* words : {"Support tokens", "Turning lambda_m", "4 steps", "a few characters",
                              "Line 12: There is no panel", "works on a copy"})
        EXPECT_NE(interface.words().find(words), std::string::npos) << words;
    interface.take_commands();
    interface.click(frames, place_of(interface, frames, "Begin"));
    const CommandList commands = interface.take_commands();
    ASSERT_NE(find<StartTour>(commands), nullptr);
    EXPECT_EQ(find<StartTour>(commands)->tour, "tours/Support tokens.json");
    // The one with mistakes cannot be begun.
    TextRecorder recorder;
    interface.draw(frames);
    EXPECT_EQ(std::ranges::count(recorder.texts(), "Begin", &DrawnText::words), 2);
}

TEST(ToursWorkspace, SaysWhatToDoWithoutTours) {
    Interface interface;
    interface.state().workspace = "tours";
    settle(interface, synthetic::empty());
    EXPECT_NE(interface.words().find("No tours yet"), std::string::npos);
}

TEST(TourCard, ShowsTheStepAndItsNumbers) {
    const Frames frames = with_tour(synthetic::usual(), TourMoment::words);
    Interface interface;
    settle(interface, frames);
    for (const char* words : {"step 2 of 4", "Which one is the weakest?", "Every character has",
                              "31.2 %", "in the step before: 40.5 %", "character 17", "…"})
        EXPECT_NE(interface.words().find(words), std::string::npos) << words;
    const ImGuiWindow* card = ImGui::FindWindowByName("##tour");
    const ImGuiWindow* host = ImGui::FindWindowByName("##host");
    ASSERT_NE(card, nullptr);
    EXPECT_LE(card->Pos.x + card->Size.x, host->Pos.x + 0.5F) << "beside the panels, not over them";
    EXPECT_GT(host->Size.x, 1280 * 0.6F);
}

TEST(TourCard, AsksBeforeItShowsTheAnswer) {
    Frames frames = with_tour(synthetic::usual(), TourMoment::choice);
    Interface interface;
    settle(interface, frames);
    EXPECT_EQ(interface.words().find("Measured"), std::string::npos);
    interface.take_commands();
    interface.click(frames, place_of(interface, frames, "about as many"));
    CommandList commands = interface.take_commands();
    ASSERT_NE(find<AnswerPrediction>(commands), nullptr);
    EXPECT_EQ(find<AnswerPrediction>(commands)->answer, 0);

    frames = with_tour(synthetic::usual(), TourMoment::choice_answered);
    settle(interface, frames);
    for (const char* words : {"Not so.", "Measured: 31.2 %", "keeps it from going"})
        EXPECT_NE(interface.words().find(words), std::string::npos) << words;
    auto difference = std::make_shared<TourFrame>(*frames.tour);
    difference->prediction.difference = true;
    frames.tour = difference;
    settle(interface, frames);
    EXPECT_NE(interface.words().find("The difference: +31.2 points"), std::string::npos);
    interface.take_commands();
    interface.click(frames, place_of(interface, frames, "about as many"));
    EXPECT_EQ(find<AnswerPrediction>(interface.take_commands()), nullptr) << "answered once";

    frames = with_tour(synthetic::usual(), TourMoment::number);
    settle(interface, frames);
    interface.key(frames, ImGuiKey_Enter);  // its field takes the keyboard
    settle(interface, frames);
    interface.type(frames, "42.5");
    interface.take_commands();
    interface.key(frames, ImGuiKey_Enter);
    commands = interface.take_commands();
    ASSERT_NE(find<AnswerPrediction>(commands), nullptr);
    EXPECT_EQ(find<AnswerPrediction>(commands)->answer, 42.5);

    frames = with_tour(synthetic::usual(), TourMoment::choice);
    settle(interface, frames);
    interface.key(frames, ImGuiKey_2);
    commands = interface.take_commands();
    ASSERT_NE(find<AnswerPrediction>(commands), nullptr);
    EXPECT_EQ(find<AnswerPrediction>(commands)->answer, 1);
    interface.key(frames, ImGuiKey_4);
    EXPECT_EQ(find<AnswerPrediction>(interface.take_commands()), nullptr) << "there are three";

    frames = with_tour(synthetic::usual(), TourMoment::number_answered);
    settle(interface, frames);
    EXPECT_NE(interface.words().find("You said 55 %"), std::string::npos);

    frames = with_tour(synthetic::usual(), TourMoment::point);
    interface.state().selection.index = 23;
    settle(interface, frames);
    EXPECT_NE(interface.words().find("Chosen: character 23"), std::string::npos);
    interface.take_commands();
    interface.click(frames, place_of(interface, frames, "This one"));
    commands = interface.take_commands();
    ASSERT_NE(find<AnswerPrediction>(commands), nullptr);
    EXPECT_EQ(find<AnswerPrediction>(commands)->answer, 23);
}

TEST(TourKeys, GoOnAndBack) {
    const Frames frames = with_tour(synthetic::usual(), TourMoment::words);
    Interface interface;
    settle(interface, frames);
    interface.take_commands();
    interface.key(frames, ImGuiKey_PageDown);
    CommandList commands = interface.take_commands();
    ASSERT_NE(find<GoToTourStep>(commands), nullptr);
    EXPECT_EQ(find<GoToTourStep>(commands)->step, 2);
    interface.key(frames, ImGuiKey_PageUp);
    commands = interface.take_commands();
    ASSERT_NE(find<GoToTourStep>(commands), nullptr);
    EXPECT_EQ(find<GoToTourStep>(commands)->step, 0);
    interface.click(frames, place_of(interface, frames, "Anew"));
    commands = interface.take_commands();
    ASSERT_NE(find<GoToTourStep>(commands), nullptr);
    EXPECT_TRUE(find<GoToTourStep>(commands)->anew);
    interface.click(frames, place_of(interface, frames, "End"));
    EXPECT_NE(find<EndTour>(interface.take_commands()), nullptr);
    settle(interface, synthetic::usual());
    interface.take_commands();
    interface.key(synthetic::usual(), ImGuiKey_PageDown);
    EXPECT_EQ(find<GoToTourStep>(interface.take_commands()), nullptr) << "no tour runs";
}

TEST(TourWindow, FollowsTheStepAndGivesTheWindowBack) {
    const Frames usual = synthetic::usual();
    Interface interface;
    settle(interface, usual);
    UiState& state = interface.state();
    state.workspace = "train";
    state.hidden = {"decode.boundary", "train.loss"};
    state.selection.index = 5;
    state.selection.layer = 2;
    settle(interface, usual);
    settle(interface, with_tour(usual, TourMoment::words));
    EXPECT_EQ(state.workspace, "decode");
    EXPECT_FALSE(state.hidden.contains("decode.boundary")) << "the step points at it";
    state.selection.layer = 1;
    settle(interface, with_tour(usual, TourMoment::words, "path"));
    EXPECT_EQ(state.workspace, "decode") << "the same entry is followed once";
    settle(interface, usual);
    EXPECT_EQ(state.workspace, "train");
    EXPECT_EQ(state.hidden, (std::set<std::string>{"decode.boundary", "train.loss"}));
    EXPECT_EQ(state.selection.index, 5);
    EXPECT_EQ(state.selection.layer, 2);
}

// The tour's first step selects a character before the window knows that a tour runs.
TEST(TourWindow, GivesTheSelectedCharacterBack) {
    const Frames usual = synthetic::usual();
    const auto selecting = [&](int index, std::uint64_t given) {
        Frames frames = usual;
        auto decode = std::make_shared<DecodeFrame>(*usual.decode);
        decode->view.index = index;
        decode->view_given = given;
        frames.decode = decode;
        return frames;
    };
    Interface interface;
    settle(interface, usual);
    interface.state().selection.index = -1;
    settle(interface, selecting(0, 1));
    settle(interface, with_tour(selecting(0, 1), TourMoment::words));
    EXPECT_EQ(interface.state().selection.index, 0);
    settle(interface, with_tour(selecting(-1, 2), TourMoment::words));
    settle(interface, selecting(-1, 2));
    EXPECT_EQ(interface.state().selection.index, -1);
}

// The user's own arrangement of panels is the same after a tour, in a window where the card leaves
// less room than the usual arrangement needs.
TEST(TourWindow, LeavesTheArrangementAsItWas) {
    const Frames usual = synthetic::usual();
    Interface interface(ImVec2(1000, 800));
    settle(interface, usual);
    const auto nodes = [] {
        std::vector<ImGuiID> ids;
        for (const PanelInfo& panel : find_workspace("decode")->panels)
            if (const ImGuiWindow* window = ImGui::FindWindowByName(window_name(panel).c_str()))
                ids.push_back(window->DockId);
        return ids;
    };
    const auto before = nodes();
    settle(interface, with_tour(usual, TourMoment::words));
    settle(interface, usual);
    EXPECT_EQ(nodes(), before);
}

TEST(TourWindow, DimsWhatTheStepDoesNotSpeakOf) {
    const Frames frames = with_tour(synthetic::usual(), TourMoment::words);
    Interface interface;
    settle(interface, frames);
    interface.move(frames, ImVec2(5, 5));
    settle(interface, frames);
    const ImGuiWindow* veil = ImGui::FindWindowByName("##veil");
    ASSERT_NE(veil, nullptr);
    EXPECT_TRUE(veil->WasActive);
    EXPECT_NE(veil->Flags & ImGuiWindowFlags_NoInputs, 0);
    // A filled rectangle is four vertices: one for each docked panel that is not named.
    const auto& drawn = interface.state().view<TourView>().drawn;
    const auto named = [](const DrawnPanel& panel) {
        return panel.id == "decode.text" || panel.id == "decode.boundary";
    };
    const auto others =
        static_cast<int>(drawn.size()) - static_cast<int>(std::ranges::count_if(drawn, named));
    EXPECT_GT(others, 2);
    EXPECT_EQ(veil->DrawList->VtxBuffer.Size, 4 * others);
    settle(interface, synthetic::usual());
    EXPECT_FALSE(ImGui::FindWindowByName("##veil")->WasActive);
}

TEST(TourCard, NoTextOverlapsOrIsCut) {
    for (const ImVec2 size : {ImVec2(1280, 800), ImVec2(1920, 1080), ImVec2(3840, 2160)})
        for (const float scale : {1.0F, 2.0F, 3.0F})
            for (const TourMoment moment :
                 {TourMoment::shelf, TourMoment::words, TourMoment::choice,
                  TourMoment::choice_answered, TourMoment::number, TourMoment::point}) {
                const bool shelf = moment == TourMoment::shelf;
                const Frames frames = with_tour(synthetic::usual(), moment);
                Interface interface(size, ThemeKind::dark, scale);
                if (shelf) interface.state().workspace = "tours";
                settle(interface, frames);
                TextRecorder recorder;
                interface.draw(frames);
                EXPECT_EQ(joined(overlaps(recorder.texts())), "")
                    << size.x << " at " << scale << ", " << static_cast<int>(moment);
                EXPECT_EQ(joined(cuts(recorder.texts())), "")
                    << size.x << " at " << scale << ", " << static_cast<int>(moment);
                for (const DrawnText& text : recorder.texts())
                    EXPECT_EQ(text.missing, "") << text.words;
            }
}

}  // namespace
}  // namespace marginscope
