// The list of support tokens: what it says, and what a click on it selects.
#include "ui/decode/support_list.h"

#include <gtest/gtest.h>

#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/decode/decode_view.h"

namespace marginscope {
namespace {

void draw(const Frames& frames, UiState& state, PanelContext& context) {
    draw_support_list(frames, state.view<DecodeView>().boundary.request.support, context);
}

TEST(SupportList, NamesTheKindAndSaysWhatIsMissing) {
    Interface interface(ImVec2(400, 300));
    interface.draw_panel({}, draw);
    EXPECT_NE(interface.words().find("No support tokens yet"), std::string::npos);
    interface.draw_panel(synthetic::usual(), draw);
    EXPECT_NE(interface.words().find("Nearest the boundary by the determinant margin"),
              std::string::npos);
}

TEST(SupportList, AClickSelectsTheNearestOneFirst) {
    const Frames frames = synthetic::usual();
    ASSERT_FALSE(frames.margins->support.empty());
    Interface interface(ImVec2(400, 300));
    interface.draw_panel(frames, draw);
    interface.state().selection.index = -1;
    for (float y = 10; y < 300 && interface.state().selection.index < 0; y += 6)
        interface.click(frames, ImVec2(60, y));
    EXPECT_EQ(interface.state().selection.index, frames.margins->support.front());
}

}  // namespace
}  // namespace marginscope
