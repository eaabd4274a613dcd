// Which margin is shown and why: the map of heads, the explanation, and what clicks on them do.
#include "ui/decode/why.h"

#include <gtest/gtest.h>

#include <regex>

#include "core/words.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_why.h"
#include "ui/decode/heads_map.h"
#include "ui/decode/why_parts.h"

namespace marginscope {
namespace {

void heads(const Frames& frames, UiState& state, PanelContext& context) {
    draw_heads_map(frames, state.view<DecodeView>().heads, context);
}

void why(const Frames& frames, UiState& state, PanelContext& context) {
    draw_why(frames, state.view<DecodeView>().why, context);
}

TEST(HeadsMap, AClickSelectsCharacterLayerAndHead) {
    const Frames frames = synthetic::usual();
    Interface interface(ImVec2(700, 400));
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, heads);
    const HeadsMapView& view = interface.state().view<DecodeView>().heads;
    const AttentionFrame& a = *frames.attention;
    const int column = 11, row = 2 * a.heads + 1;
    interface.click(frames, ImVec2(view.map_at.x + (column + 0.5F) * view.map_size.x /
                                                       static_cast<float>(a.size),
                                   view.map_at.y + (row + 0.5F) * view.map_size.y /
                                                       static_cast<float>(a.layers * a.heads)));
    const Selection& selection = interface.state().selection;
    EXPECT_EQ(selection.index, a.window_begin + column);
    EXPECT_EQ(selection.layer, 2);
    EXPECT_EQ(selection.head, 1);
    const float value =
        frames.margins->head_logdet[static_cast<std::size_t>(row * a.size + column)];
    EXPECT_NE(interface.words().find(format_number(value)), std::string::npos) << "its card";
}

TEST(HeadsMap, NamesTheNearestAndTellsWhatIsMissingApart) {
    Frames frames = synthetic::usual();
    auto margins = std::make_shared<MarginFrame>(*frames.margins);
    const AttentionFrame& a = *frames.attention;
    margins->version = 9;
    margins->head_logdet[static_cast<std::size_t>((3 * a.heads + 2) * a.size + 7)] = -12.5F;
    margins->head_logdet[0] = kNoValue;
    frames.margins = margins;
    Interface interface(ImVec2(700, 400));
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, heads);
    EXPECT_NE(interface.words().find("layer 3, head 2 at "), std::string::npos);
    EXPECT_NE(interface.words().find("-12.5 nats"), std::string::npos);
    const HeadsMapView& view = interface.state().view<DecodeView>().heads;
    interface.move(frames, ImVec2(view.map_at.x + 2, view.map_at.y + 2));
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, heads);
    EXPECT_NE(interface.words().find("not computed yet"), std::string::npos);
}

TEST(Why, SaysTheDirectionInWordsAndAsksOnlyWhileItIsDrawn) {
    const Frames frames = synthetic::usual();
    Interface interface(ImVec2(500, 900));
    interface.draw_panel(frames, why);
    interface.draw_panel(frames, why);
    EXPECT_TRUE(interface.state().view<DecodeView>().why.in_sight);
    EXPECT_NE(interface.words().find("Towards the boundary: more like "), std::string::npos);
    EXPECT_NE(interface.words().find("; less like "), std::string::npos);
    WhyFrame frame = *frames.why;
    frame.more.resize(2), frame.less.resize(1);
    frame.more[0].token = frame.less[0].token = 0, frame.more[1].token = 1;
    DecodeFrame decode = *frames.decode;
    auto symbols = std::make_shared<std::vector<std::string>>(*decode.symbols);
    (*symbols)[0] = "e", (*symbols)[1] = "·";
    decode.symbols = symbols;
    EXPECT_EQ(direction_words(frame, &decode),
              "Towards the boundary: more like 'e' and a space; less like 'e'.");
    frame.direction_sentence = "There is none.";
    EXPECT_EQ(direction_words(frame, &decode), "There is none.");
}

TEST(Why, IsAskedForWhileItsTabIsInFront) {
    const Frames frames = synthetic::usual();
    Interface interface(ImVec2(1920, 1080));
    const auto last_view = [&] {
        bool asked = interface.state().view_sent.why;
        for (int i = 0; i < 4; ++i) interface.draw(frames);
        for (const Command& command : interface.take_commands())
            if (const auto* view = std::get_if<SetView>(&command)) asked = view->why;
        return asked;
    };
    interface.show_tab("Causes###decode.causes");
    last_view();
    EXPECT_FALSE(last_view());
    interface.show_tab("Why###decode.why");
    EXPECT_TRUE(last_view());
    interface.show_tab("Causes###decode.causes");
    EXPECT_FALSE(last_view());
}

TEST(Why, AClickOnAHeadSelectsIt) {
    const Frames frames = synthetic::usual();
    Interface interface(ImVec2(500, 1000));
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, why);
    const WhyView& view = interface.state().view<DecodeView>().why;
    interface.click(frames, ImVec2(view.grid_at.x + 2.4F * view.grid_step,
                                   view.grid_at.y + 1.4F * view.grid_step));
    EXPECT_EQ(interface.state().selection.layer, 1);
    EXPECT_EQ(interface.state().selection.head, 2);
    EXPECT_NE(interface.words().find("Without layer 1, head 2"), std::string::npos);
}

TEST(Why, NeverSaysNan) {
    Frames frames = synthetic::not_finite();
    Interface interface(ImVec2(500, 1200));
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, why);
    EXPECT_FALSE(std::regex_search(interface.words(), std::regex("\\bnan\\b")));
    auto some = std::make_shared<WhyFrame>(*synthetic::usual().why);
    some->effects.resize(3);
    frames.why = some;
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, why);
    EXPECT_NE(interface.words().find("3 of 16 heads are measured."), std::string::npos);
}

}  // namespace
}  // namespace marginscope
