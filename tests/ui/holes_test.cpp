// The panel of holes and the key that makes one.
#include "ui/decode/holes.h"

#include <gtest/gtest.h>

#include "click_words.h"
#include "drawn_text.h"
#include "figures/decode/law_commands.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_holes.h"

namespace marginscope {
namespace {

void draw(const Frames& frames, UiState&, PanelContext& context) { draw_holes(frames, context); }

bool says(const Interface& interface, const char* words) {
    return interface.words().find(words) != std::string::npos;
}

bool drawn(Interface& interface, const Frames& frames, const char* words) {
    const TextRecorder recorder;
    interface.draw_panel(frames, draw);
    for (const auto& text : recorder.texts())
        if (text.words == words) return true;
    return false;
}

TEST(HolesPanel, SaysHowOneIsMade) {
    Interface interface(ImVec2(700, 300));
    interface.draw_panel({}, draw);
    EXPECT_TRUE(says(interface, "No text yet"));
    Frames none = synthetic::usual();
    none.holes = nullptr;
    interface.draw_panel(none, draw);
    EXPECT_TRUE(says(interface, "press H"));
}

TEST(HolesPanel, ShowsBothLawsOfEveryHole) {
    Frames frames = synthetic::usual();
    auto holes = synthetic::make_holes(*frames.decode, 2);
    holes->holes[0].both.assign(holes->holes[0].both.size(), 0.0F);
    holes->holes[0].both[3] = 0.877F;
    holes->holes[0].past[3] = 0.0123F;
    frames.holes = holes;
    Interface interface(ImVec2(900, 500));
    interface.draw_panel(frames, draw);
    for (const char* words : {"at 2", "at 5", "Together:", "Exact: all 4225"})
        EXPECT_TRUE(says(interface, words)) << words << " in " << interface.words();
    EXPECT_TRUE(drawn(interface, frames, "87.7 %"));
    EXPECT_TRUE(drawn(interface, frames, "1.2 %"));
    EXPECT_FALSE(drawn(interface, frames, "…"));
    holes->holes[1].both.clear();
    EXPECT_TRUE(drawn(interface, frames, "…")) << "not known yet";
}

// Sampled laws are shown with the digits that their errors leave.
TEST(HolesPanel, PrintsNoDigitsThatItDoesNotHave) {
    Frames frames = synthetic::usual();
    auto holes = synthetic::make_holes(*frames.decode, 1);
    HoleLaw& hole = holes->holes[0];
    hole.both.assign(hole.both.size(), 0.0F);
    hole.both[3] = 0.877F;
    hole.past = hole.both;
    hole.error.assign(hole.both.size(), 0.02F);
    frames.holes = holes;
    Interface interface(ImVec2(900, 500));
    EXPECT_TRUE(drawn(interface, frames, "88 %"));
    EXPECT_TRUE(drawn(interface, frames, "87.7 %")) << "the past alone is exact";
    EXPECT_TRUE(drawn(interface, frames, "< 4 %")) << "cannot be told from nothing";
    hole.past_error = hole.error;
    EXPECT_FALSE(drawn(interface, frames, "87.7 %"));
}

TEST(HolesPanel, CopiesItsCommandOnceTheLawIsThere) {
    Frames frames = synthetic::usual();
    auto holes = synthetic::make_holes(*frames.decode, 2);
    frames.holes = holes;
    Interface interface(ImVec2(900, 600));
    ImGui::SetClipboardText("");
    EXPECT_TRUE(click_words(interface, frames, draw, "Copy as command"));
    const std::string copied = ImGui::GetClipboardText();
    EXPECT_EQ(copied, subset_command(*frames.decode, *holes));
    EXPECT_TRUE(copied.starts_with("marginscope subset ")) << copied;
    holes->running = true;
    EXPECT_FALSE(click_words(interface, frames, draw, "Copy as command"));
}

TEST(HolesPanel, AKeyMakesAHoleAndGivesItBack) {
    Frames frames = synthetic::usual();
    frames.holes = nullptr;
    Interface interface;
    interface.draw(frames);
    interface.state().selection.index = 7;
    interface.key(frames, ImGuiKey_H);
    const auto asked = [&] {
        std::vector<SetHole> found;
        for (const Command& command : interface.take_commands())
            if (const auto* wish = std::get_if<SetHole>(&command)) found.push_back(*wish);
        return found;
    };
    auto wishes = asked();
    ASSERT_EQ(wishes.size(), 1u);
    EXPECT_EQ(wishes[0].index, 7);
    EXPECT_TRUE(wishes[0].on);
    auto holes = std::make_shared<HolesFrame>();
    holes->holes.push_back({.index = 7});
    frames.holes = holes;
    interface.key(frames, ImGuiKey_H);
    wishes = asked();
    ASSERT_EQ(wishes.size(), 1u);
    EXPECT_FALSE(wishes[0].on);
    interface.state().selection.index = 0;
    interface.key(frames, ImGuiKey_H);
    EXPECT_TRUE(asked().empty()) << "nothing stands before the first character";
}

}  // namespace
}  // namespace marginscope
