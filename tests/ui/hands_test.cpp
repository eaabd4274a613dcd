// What clicks, drags and keys make the window wish.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/actions.h"
#include "ui/decode/decode_view.h"
#include "ui/path/path_view.h"
#include "ui/train/train_view.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

class Hands : public testing::Test {
protected:
    Hands() {
        for (int i = 0; i < 4; ++i) interface.draw(frames);
        interface.take_commands();
    }

    template <typename T>
    std::vector<T> wishes() {
        std::vector<T> found;
        for (const Command& command : interface.take_commands()) {
            if (const auto* wish = std::get_if<T>(&command)) found.push_back(*wish);
        }
        return found;
    }

    ImVec2 cell(int index) {
        const TextStripView& view = interface.state().view<DecodeView>().text;
        std::size_t line = 0;
        while (line + 1 < view.line_begin.size() && view.line_begin[line + 1] <= index) ++line;
        return ImVec2(
            view.first_cell.x +
                (static_cast<float>(index - view.line_begin[line]) + 0.5F) * view.cell_size.x,
            view.first_cell.y + (static_cast<float>(line) + 0.3F) * view.cell_size.y);
    }

    Frames frames = synthetic::usual();
    Interface interface { ImVec2(1280, 800) };
};

TEST_F(Hands, TheFirstFrameAsksForItsViewOnce) {
    Interface fresh(ImVec2(1280, 800));
    fresh.draw(frames);
    int views = 0;
    for (const Command& command : fresh.take_commands())
        views += std::holds_alternative<SetView>(command) ? 1 : 0;
    EXPECT_EQ(views, 1);
    fresh.draw(frames);
    EXPECT_TRUE(fresh.take_commands().empty());
}

TEST_F(Hands, AClickSelectsACharacterAndAsksForItsBoundary) {
    interface.click(frames, cell(120));
    EXPECT_EQ(interface.state().selection.index, 120);
    const auto views = wishes<SetView>();
    ASSERT_EQ(views.size(), 1U);
    EXPECT_EQ(views[0].index, 120);
}

TEST_F(Hands, ADoubleClickMovesTheCursor) {
    interface.click(frames, cell(110), 2);
    const auto jumps = wishes<JumpDecode>();
    ASSERT_EQ(jumps.size(), 1U);
    EXPECT_EQ(jumps[0].index, 110);
    EXPECT_EQ(interface.state().selection.index, -1);
}

TEST_F(Hands, HoveringLightsTheCharacterEverywhere) {
    interface.move(frames, cell(115));
    interface.draw(frames);
    interface.draw(frames);
    EXPECT_EQ(interface.state().selection.lit_index, 115);
}

TEST_F(Hands, SpaceAndArrowsDriveDecoding) {
    interface.key(frames, ImGuiKey_Space);
    const auto plays = wishes<PlayDecode>();
    ASSERT_EQ(plays.size(), 1U);
    EXPECT_FALSE(plays[0].on);  // it was playing
    interface.key(frames, ImGuiKey_RightArrow);
    auto steps = wishes<StepDecode>();
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].count, 1);
    interface.key(frames, ImGuiKey_LeftArrow, ImGuiMod_Shift);
    steps = wishes<StepDecode>();
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].count, -10);
    interface.key(frames, ImGuiKey_Home);
    ASSERT_EQ(wishes<JumpDecode>().size(), 1U);
    interface.key(frames, ImGuiKey_End);
    const auto jumps = wishes<JumpDecode>();
    ASSERT_EQ(jumps.size(), 1U);
    EXPECT_EQ(jumps[0].index, static_cast<int>(frames.decode->line.size()) - 1);
}

TEST_F(Hands, TextFieldsSwallowKeys) {
    const PanelInfo& text = find_workspace("decode")->panels[0];
    Interface alone(ImVec2(900, 300));
    for (int i = 0; i < 3; ++i) alone.draw_panel(frames, text.draw);
    alone.click(frames, ImVec2(700, 24));
    ASSERT_TRUE(ImGui::GetIO().WantTextInput);
    alone.type(frames, "Anna g ");
    EXPECT_STREQ(alone.state().view<DecodeView>().controls.prompt.c_str(), "Anna g ");
    alone.key(frames, ImGuiKey_Enter);
    bool prompted = false;
    for (const Command& command : alone.take_commands()) {
        if (const auto* prompt = std::get_if<SetPrompt>(&command)) {
            prompted = true;
            EXPECT_EQ(prompt->text, "Anna g ");
        }
        EXPECT_FALSE(std::holds_alternative<PlayDecode>(command));
    }
    EXPECT_TRUE(prompted);
}

TEST_F(Hands, APastedTextKeepsItsLineBreaks) {
    const PanelInfo& text = find_workspace("decode")->panels[0];
    Interface alone(ImVec2(900, 300));
    for (int i = 0; i < 3; ++i) alone.draw_panel(frames, text.draw);
    alone.click(frames, ImVec2(700, 24));
    ImGui::SetClipboardText("one\ntwo “three”\nfour");
    alone.key(frames, ImGuiKey_V, ImGuiMod_Ctrl);
    alone.key(frames, ImGuiKey_Enter);
    std::vector<std::string> prompts;
    for (const Command& command : alone.take_commands())
        if (const auto* prompt = std::get_if<SetPrompt>(&command)) prompts.push_back(prompt->text);
    ASSERT_EQ(prompts.size(), 1U);
    EXPECT_EQ(prompts[0], "one\ntwo “three”\nfour");
}

TEST_F(Hands, AKeyWhileTypingInTheWindowDoesNothingElse) {
    const ImVec2 prompt(600, 90);
    interface.click(frames, prompt);
    ASSERT_TRUE(ImGui::GetIO().WantTextInput);
    interface.take_commands();
    interface.key(frames, ImGuiKey_Space);
    interface.key(frames, ImGuiKey_G);
    EXPECT_TRUE(wishes<PlayDecode>().empty());
    EXPECT_EQ(interface.state().selection.index, -1);
    interface.key(frames, ImGuiKey_2,
                  ImGuiMod_Ctrl);  // a chord that means nothing in a text still works
    EXPECT_EQ(interface.state().workspace, "train");
}

TEST_F(Hands, AltAndArrowsChangeTheHeadWithinItsBounds) {
    interface.key(frames, ImGuiKey_DownArrow, ImGuiMod_Alt);
    EXPECT_EQ(interface.state().selection.layer, 0);
    interface.key(frames, ImGuiKey_UpArrow, ImGuiMod_Alt);
    interface.key(frames, ImGuiKey_RightArrow, ImGuiMod_Alt);
    interface.key(frames, ImGuiKey_RightArrow, ImGuiMod_Alt);
    EXPECT_EQ(interface.state().selection.layer, 1);
    EXPECT_EQ(interface.state().selection.head, 2);
    EXPECT_TRUE(wishes<StepDecode>().empty()) << "the arrows alone step";
    for (int i = 0; i < 9; ++i) interface.key(frames, ImGuiKey_UpArrow, ImGuiMod_Alt);
    EXPECT_EQ(interface.state().selection.layer, frames.attention->layers - 1);
}

TEST_F(Hands, AThumbnailChoosesItsHead) {
    const AttentionView& view = interface.state().view<DecodeView>().attention;
    interface.click(frames, ImVec2(view.thumb_at.x + 3.4F * view.thumb_step,
                                   view.thumb_at.y + 2.4F * view.thumb_step));
    EXPECT_EQ(interface.state().selection.layer, 2);
    EXPECT_EQ(interface.state().selection.head, 3);
}

TEST_F(Hands, GWalksTheLowMargins) {
    interface.state().view<DecodeView>().traces.threshold = -1.5F;
    interface.key(frames, ImGuiKey_G);
    const int first = interface.state().selection.index;
    ASSERT_GE(first, 0);
    EXPECT_LT(frames.margins->cells[static_cast<std::size_t>(first)].logdet, -1.5F);
    interface.key(frames, ImGuiKey_G);
    const int second = interface.state().selection.index;
    EXPECT_NE(second, first);
    EXPECT_LT(frames.margins->cells[static_cast<std::size_t>(second)].logdet, -1.5F);
    interface.key(frames, ImGuiKey_Escape);
    EXPECT_EQ(interface.state().selection.index, -1);
}

TEST_F(Hands, ACandidateIsChosenByAClickAndTheFirstNewOneByB) {
    const CandidatesView& view = interface.state().view<DecodeView>().candidates;
    interface.click(frames,
                    ImVec2(view.first_row.x + 20, view.first_row.y + 1.5F * view.row_height));
    auto chosen = wishes<ChooseToken>();
    ASSERT_EQ(chosen.size(), 1U);
    EXPECT_EQ(chosen[0].token, frames.decode->candidates[1].token);
    interface.key(frames, ImGuiKey_B);
    chosen = wishes<ChooseToken>();
    ASSERT_EQ(chosen.size(), 1U);
    EXPECT_EQ(chosen[0].token, frames.decode->candidates[0].token);
}

TEST_F(Hands, DraggingTheTokenMovesItInThePlane) {
    const BoundaryView& view = interface.state().view<DecodeView>().boundary;
    const ImVec2 from = view.token_pixel,
                 to(from.x + 0.1F * view.plot_size.x, from.y - 0.05F * view.plot_size.y);
    interface.drag(frames, from, to);
    const auto drags = wishes<DragToken>();
    ASSERT_FALSE(drags.empty());
    const BoundaryFrame& f = *frames.boundary;
    EXPECT_EQ(drags.back().index, f.index);
    EXPECT_NEAR(drags.back().to.x, 0.1F * (f.x_max - f.x_min), 0.02F);
    EXPECT_NEAR(drags.back().to.y, 0.05F * (f.y_max - f.y_min), 0.02F);
    EXPECT_FALSE(view.dragging);
}

TEST_F(Hands, DraggingBesideTheTokenMovesNothing) {
    const BoundaryView& view = interface.state().view<DecodeView>().boundary;
    const ImVec2 from(view.plot_at.x + 6, view.plot_at.y + 6);
    interface.drag(frames, from, ImVec2(from.x + 30, from.y + 30));
    EXPECT_TRUE(wishes<DragToken>().empty());
}

TEST_F(Hands, TheWheelOverTheBoundaryAsksForAnotherZoom) {
    const BoundaryView& view = interface.state().view<DecodeView>().boundary;
    interface.move(frames, ImVec2(view.plot_at.x + 20, view.plot_at.y + 20));
    ImGui::GetIO().AddMouseWheelEvent(0, 1);
    interface.draw(frames);
    interface.draw(frames);
    const auto views = wishes<SetView>();
    ASSERT_FALSE(views.empty());
    EXPECT_GT(views.back().zoom, 1.0F);
}

TEST_F(Hands, ABranchIsEnteredByAClick) {
    const PanelInfo* branches = nullptr;
    for (const PanelInfo& panel : find_workspace("decode")->panels) {
        if (std::string_view(panel.id) == "decode.branches") branches = &panel;
    }
    ASSERT_NE(branches, nullptr);
    Interface alone(ImVec2(900, 400));
    alone.state().view<DecodeView>().branches.as_tree = true;
    for (int i = 0; i < 3; ++i) alone.draw_panel(frames, branches->draw);
    const TreeView& view = alone.state().view<DecodeView>().tree;
    const int node = static_cast<int>(frames.decode->line.size()) + 2;  // on the first side branch
    const ImVec2 place = view.place[static_cast<std::size_t>(node)];
    EXPECT_GT(place.y, 0);
    alone.click(frames, ImVec2(view.origin.x + (place.x + 0.5F) * view.step.x,
                               view.origin.y + (place.y + 0.5F) * view.step.y));
    bool gone = false;
    for (const Command& command : alone.take_commands()) {
        if (const auto* go = std::get_if<GoToNode>(&command)) gone = go->node == node;
    }
    EXPECT_TRUE(gone);
}

TEST_F(Hands, ATabKeepsItsPlaceAfterFillingTheWindow) {
    interface.state().maximized = "decode.boundary";
    const ImVec2 before = interface.state().view<DecodeView>().boundary.plot_size;
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_GT(interface.state().view<DecodeView>().boundary.plot_size.x, 1.5F * before.x);
    interface.state().maximized.clear();
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_EQ(interface.state().view<DecodeView>().boundary.plot_size.x, before.x);
}

TEST_F(Hands, TabHidesTheSidePanelsAndTheOthersTakeTheirRoom) {
    const auto reach = [&] {
        float right = 0;
        for (const Backdrop& panel : interface.state().backdrops)
            right = std::max(right, panel.at.x + panel.size.x);
        return right;
    };
    EXPECT_NE(interface.words().find("Temperature"), std::string::npos);
    interface.key(frames, ImGuiKey_Tab);
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_EQ(interface.words().find("Temperature"), std::string::npos);
    EXPECT_NE(interface.words().find("Spectrum"), std::string::npos) << "not a side panel";
    EXPECT_NEAR(reach(), 1280, 1);
    EXPECT_FALSE(ImGui::GetIO().WantTextInput);
    interface.key(frames, ImGuiKey_Tab);
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_NE(interface.words().find("Temperature"), std::string::npos);
}

TEST_F(Hands, ThePaletteRunsWhatIsTyped) {
    interface.key(frames, ImGuiKey_P, ImGuiMod_Ctrl);
    interface.type(frames, "path");
    interface.draw(frames);
    interface.key(frames, ImGuiKey_Enter);
    interface.draw(frames);
    EXPECT_EQ(interface.state().workspace, "path");
    EXPECT_EQ(interface.state().boxes.open, Box::none);
}

TEST_F(Hands, ASliderOfSamplingSendsTheWholeSetting) {
    const PanelInfo* sampling = nullptr;
    for (const PanelInfo& panel : find_workspace("decode")->panels) {
        if (std::string_view(panel.id) == "decode.sampling") sampling = &panel;
    }
    Interface alone(ImVec2(400, 300));
    for (int i = 0; i < 3; ++i) alone.draw_panel(frames, sampling->draw);
    alone.drag(frames, ImVec2(200, 22), ImVec2(280, 22));
    std::vector<SetSampling> sent;
    for (const Command& command : alone.take_commands()) {
        if (const auto* set = std::get_if<SetSampling>(&command)) sent.push_back(*set);
    }
    ASSERT_FALSE(sent.empty());
    EXPECT_GT(sent.back().settings.temperature, frames.decode->sampling.temperature);
    EXPECT_EQ(sent.back().settings.seed, frames.decode->sampling.seed);
}

TEST_F(Hands, AnExactTemperatureIsTypedAndNoDigitIsAShortcut) {
    interface.state().maximized = "decode.sampling";
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    const int layer = interface.state().selection.layer, head = interface.state().selection.head;
    for (float y = 92; y < 140 && !ImGui::GetIO().WantTextInput; y += 8)
        interface.click(frames, ImVec2(1240, y));
    ASSERT_TRUE(ImGui::GetIO().WantTextInput);
    interface.take_commands();
    interface.type(frames, "0.725");
    interface.key(frames, ImGuiKey_Period);
    interface.key(frames, ImGuiKey_Enter);
    interface.draw(frames);
    const auto sent = wishes<SetSampling>();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_FLOAT_EQ(static_cast<float>(sent[0].settings.temperature), 0.725F);
    EXPECT_EQ(interface.state().selection.layer, layer);
    EXPECT_EQ(interface.state().selection.head, head);
}

TEST_F(Hands, TheKindOfMarginIsChosenInTheText) {
    EXPECT_EQ(interface.state().view<DecodeView>().boundary.request.kind, MarginKind::determinant);
    interface.click(frames, ImVec2(110, 124));
    const auto views = wishes<SetView>();
    ASSERT_EQ(views.size(), 1U);
    EXPECT_EQ(views[0].kind, MarginKind::singular);
}

}  // namespace
}  // namespace marginscope
