// No text overlaps another one and none is cut, in every workspace, at 100, 200 and 300 %, in three
// sizes of the window, with usual and with long values; and no frame ever shows "nan" or a
// character that the fonts lack.
//
// What may be cut: a window that can be scrolled cuts at the edge it scrolls over, a field one
// types into at its sides (drawn_text.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "drawn_text.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/decode/cell_layout.h"
#include "ui/decode/decode_view.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

struct Place {
    const char* workspace;
    float scale;
    ImVec2 size;
};

void PrintTo(const Place& place, std::ostream* out) {
    *out << place.workspace << " at " << static_cast<int>(100 * place.scale) << " % in "
         << place.size.x << "x" << place.size.y;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

std::unique_ptr<Interface> opened(const Place& place, const Frames& frames) {
    auto interface = std::make_unique<Interface>(place.size, ThemeKind::dark, place.scale);
    interface->state().workspace = place.workspace;
    interface->state().history.take(synthetic::training_events(812));
    for (int i = 0; i < 5; ++i) interface->draw(frames);  // docking and text sizes need a few
    return interface;
}

std::vector<DrawnText> texts_of(const Place& place, const Frames& frames) {
    const auto interface = opened(place, frames);
    TextRecorder recorder;
    interface->draw(frames);
    return recorder.texts();
}

class Reflow : public testing::TestWithParam<Place> {};

// Each panel once in front of those that share its place.
TEST_P(Reflow, NoTextOverlapsOrIsCut) {
    for (const Frames& frames : {synthetic::usual(), synthetic::wide()}) {
        const auto interface = opened(GetParam(), frames);
        std::vector<std::string> tabs;
        for (const PanelInfo& panel : find_workspace(GetParam().workspace)->panels)
            tabs.push_back(window_name(panel));
        const Workspace& workspace = *find_workspace(GetParam().workspace);
        if (workspace.inspector) tabs.push_back(window_name("Inspector", inspector_id(workspace)));
        for (const std::string& tab : tabs) {
            interface->show_tab(tab);
            for (int i = 0; i < 3; ++i) interface->draw(frames);
            TextRecorder recorder;
            interface->draw(frames);
            EXPECT_GT(recorder.texts().size(), 20U);
            EXPECT_TRUE(std::any_of(recorder.texts().begin(), recorder.texts().end(),
                                    [&](const DrawnText& text) {
                                        return text.window.find(tab.substr(tab.find("###"))) !=
                                               std::string::npos;
                                    }))
                << tab << " draws nothing";
            EXPECT_EQ(joined(overlaps(recorder.texts())), "") << tab;
            EXPECT_EQ(joined(cuts(recorder.texts())), "") << tab;
        }
    }
}

std::vector<Place> places(const char* workspace) {
    std::vector<Place> all;
    for (const float scale : {1.0F, 2.0F, 3.0F})
        for (const ImVec2 size : {ImVec2(1280, 800), ImVec2(1920, 1080), ImVec2(3840, 2160)})
            all.push_back({workspace, scale, size});
    return all;
}

std::string name_of_place(const testing::TestParamInfo<Place>& place) {
    return std::to_string(static_cast<int>(place.param.size.x)) + "_at_" +
           std::to_string(static_cast<int>(100 * place.param.scale));
}

INSTANTIATE_TEST_SUITE_P(Decode, Reflow, testing::ValuesIn(places("decode")), name_of_place);

INSTANTIATE_TEST_SUITE_P(Train, Reflow, testing::ValuesIn(places("train")), name_of_place);
INSTANTIATE_TEST_SUITE_P(Path, Reflow, testing::ValuesIn(places("path")), name_of_place);
INSTANTIATE_TEST_SUITE_P(Playground, Reflow, testing::ValuesIn(places("playground")),
                         name_of_place);
INSTANTIATE_TEST_SUITE_P(Robustness, Reflow, testing::ValuesIn(places("robustness")),
                         name_of_place);

TEST(DrawnText, IsFoundOverlappingAndCut) {
    Interface interface(ImVec2(400, 300));
    TextRecorder recorder;
    interface.draw_panel({}, [](const Frames&, UiState&, PanelContext&) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImDrawList* draw = ImGui::GetWindowDrawList();
        draw->AddText(at, IM_COL32_WHITE, "first");
        draw->AddText(ImVec2(at.x + 12, at.y + 4), IM_COL32_WHITE, "second");
        draw->AddText(ImVec2(at.x, at.y + 60), IM_COL32_WHITE, "third stands alone");
        draw->AddText(ImVec2(380, at.y + 90), IM_COL32_WHITE, "fourth leaves the window");
    });
    ASSERT_EQ(overlaps(recorder.texts()).size(), 1U);
    EXPECT_NE(overlaps(recorder.texts())[0].find("second"), std::string::npos);
    ASSERT_EQ(cuts(recorder.texts()).size(), 1U);
    EXPECT_NE(cuts(recorder.texts())[0].find("fourth"), std::string::npos);
}

TEST(DrawnText, OfFramesWithMissingValuesNeverSaysNan) {
    for (const Workspace& workspace : workspaces()) {
        const Place place{workspace.id.data(), 1.0F, ImVec2(1920, 1080)};
        for (const DrawnText& text : texts_of(place, synthetic::not_finite())) {
            for (const char* word : {"nan", "NaN", "inf", "INF"})
                EXPECT_EQ((" " + text.words + " ").find(std::string(" ") + word + " "),
                          std::string::npos)
                    << text.words << " in " << text.window;
            EXPECT_EQ(text.words.find("-nan"), std::string::npos);
        }
    }
}

TEST(DrawnText, HasAGlyphForEachOfItsCharacters) {
    for (const Workspace& workspace : workspaces()) {
        const Place place{workspace.id.data(), 1.0F, ImVec2(1920, 1080)};
        for (const DrawnText& text : texts_of(place, synthetic::usual()))
            EXPECT_EQ(text.missing, "") << text.words << " in " << text.window;
    }
}

// Ids of a text in scripts that no embedded font has, beside some that it has.
Frames many_scripts() {
    Frames frames = synthetic::usual();
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    auto symbols = std::make_shared<std::vector<std::string>>(*decode->symbols);
    const std::array<const char*, 8> others = {"你", "好", "世", "界", "ש", "😀", "ر", "П"};
    for (std::size_t i = 0; i < others.size(); ++i) (*symbols)[i + 1] = others[i];
    for (std::size_t i = 0; i < decode->line.size(); i += 2)
        decode->line[i].token = 1 + static_cast<int>(i / 2 % others.size());
    for (std::size_t i = 0; i < decode->candidates.size(); ++i)
        decode->candidates[i].token = 1 + static_cast<int>(i % others.size());
    decode->symbols = symbols;
    frames.decode = decode;
    return frames;
}

TEST(Scripts, WithoutGlyphsAreToldApart) {
    const Place place{"decode", 1.0F, ImVec2(1920, 1080)};
    std::string all;
    for (const DrawnText& text : texts_of(place, many_scripts())) {
        EXPECT_EQ(text.missing, "") << text.words << " in " << text.window;
        EXPECT_EQ(text.words.find("\xEF\xBF\xBD"), std::string::npos) << text.window;
        all += text.words + "|";
    }
    // The digits of U+4F60, U+597D and U+1F600 in their cells, two in a row.
    for (const char* pair : {"|4F|60|", "|59|7D|", "|01|F6|00|", "|П|"})
        EXPECT_NE(all.find(pair), std::string::npos) << pair;
}

// A hovered character's card never lies over what is read next.
TEST(Cards, OfTheTextLeaveTheNextLineFree) {
    const Frames frames = synthetic::usual();
    Interface interface(ImVec2(1280, 800));
    for (int i = 0; i < 5; ++i) interface.draw(frames);
    const TextStripView& view = interface.state().view<DecodeView>().text;
    ASSERT_GE(view.line_begin.size(), 3U);
    for (std::size_t line = 0; line + 1 < view.line_begin.size(); ++line) {
        const ImVec2 cell = cell_place(view, view.line_begin[line] + 4);
        if (cell.y < 140 || cell.y > 240) continue;  // scrolled away
        interface.move(frames, ImVec2(cell.x + 5, cell.y + 8));
        for (int i = 0; i < 30; ++i) interface.draw(frames);
        TextRecorder recorder;
        interface.draw(frames);
        bool card = false;
        for (const DrawnText& text : recorder.texts()) {
            if (!text.popup) continue;
            card = true;
            const float next = cell.y + view.cell_size.y;
            const bool beside = text.low.x > view.first_cell.x + 700;
            EXPECT_TRUE(beside || text.high.y <= cell.y || text.low.y >= next + view.cell_size.y)
                << text.words << " at " << text.low.y << ", the next line at " << next;
        }
        EXPECT_TRUE(card);
    }
}

// A window that grows gives each panel its share, and one that gets too small for the usual
// arrangement another one.
TEST(Layout, FollowsTheSizeOfTheWindow) {
    Frames frames = synthetic::usual();
    frames.twin = nullptr;  // its traces would fill both windows
    Interface interface(ImVec2(1280, 800));
    const auto draw = [&] {
        for (int i = 0; i < 6; ++i) interface.draw(frames);
    };
    draw();
    const DecodeView& view = interface.state().view<DecodeView>();
    const float matrix = view.attention.matrix_size.x, traces = view.traces.plot_size.y,
                plane = view.boundary.plot_size.x;
    ImGui::GetIO().DisplaySize = ImVec2(1920, 1080);
    draw();
    EXPECT_GT(view.attention.matrix_size.x, 1.3F * matrix);
    EXPECT_GT(view.traces.plot_size.y, 1.2F * traces);
    EXPECT_GT(view.boundary.plot_size.x, 1.3F * plane);
    interface.state().user_scale = 3;
    interface.state().theme_dirty = true;
    draw();
    TextRecorder recorder;
    interface.draw(frames);
    EXPECT_EQ(joined(overlaps(recorder.texts())), "");
    EXPECT_EQ(joined(cuts(recorder.texts())), "");
    EXPECT_GT(view.boundary.plot_size.x, 300) << "the plane is in front and has room";
}

}  // namespace
}  // namespace marginscope
