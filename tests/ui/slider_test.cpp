// The slider under a hand: drags and typed numbers change its value, clicks do not.
#include <gtest/gtest.h>

#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

class Slider : public testing::Test {
protected:
    Slider() {
        for (int i = 0; i < 3; ++i) draw();
    }
    void draw() {
        interface.draw_panel(frames, [this](const Frames&, UiState& state, PanelContext&) {
            left = ImGui::GetCursorScreenPos().x;
            changes += slider(state.theme, spec, value) ? 1 : 0;
        });
    }
    // The window is 400 wide: label to 94, track, field of 64 at the right.
    ImVec2 track(float share) const { return ImVec2(left + 94 + share * 210, 22); }
    ImVec2 field() const { return ImVec2(360, 22); }

    Frames frames = synthetic::usual();
    Interface interface { ImVec2(400, 300) };
    SliderSpec spec{.label = "Noise", .scale = {0.001, 1.0, true, true, false}, .off_text = "off"};
    double value = 0.0371234;
    float left = 0;
    int changes = 0;
};

TEST_F(Slider, NoClickChangesTheValueOnlyADragDoes) {
    for (const float share : {0.1F, 0.4F, 0.9F}) {
        interface.click(frames, track(share));
        interface.click(frames, track(share), 2);
    }
    EXPECT_EQ(changes, 0);
    EXPECT_EQ(value, 0.0371234);
    interface.drag(frames, track(0.3F), track(0.9F));
    EXPECT_GT(changes, 0);
    EXPECT_GT(value, 0.1);
}

TEST_F(Slider, TakesAnExactValueFromItsField) {
    interface.click(frames, field());
    EXPECT_TRUE(ImGui::GetIO().WantTextInput) << "typed digits would be shortcuts";
    EXPECT_EQ(changes, 0);
    interface.type(frames, "0.1234567");
    EXPECT_EQ(changes, 0) << "half a number is no value";
    interface.key(frames, ImGuiKey_Enter);
    EXPECT_EQ(changes, 1);
    EXPECT_EQ(value, 0.1234567);
}

TEST_F(Slider, LookingIntoItsFieldRoundsNothing) {
    interface.click(frames, field());
    interface.key(frames, ImGuiKey_Enter);
    interface.click(frames, field());
    interface.click(frames, ImVec2(200, 200));
    EXPECT_EQ(value, 0.0371234);
    EXPECT_EQ(changes, 0);
}

TEST_F(Slider, KeepsATypedValueWithinItsScale) {
    interface.click(frames, field());
    interface.type(frames, "17");
    interface.key(frames, ImGuiKey_Enter);
    EXPECT_EQ(value, 1.0);
    interface.click(frames, field());
    interface.type(frames, "0");
    interface.key(frames, ImGuiKey_Enter);
    EXPECT_EQ(value, 0.0) << "the slot of its own";
}

}  // namespace
}  // namespace marginscope
