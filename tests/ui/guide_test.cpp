// The Guide: reached in two clicks, fits everywhere, and says what the numbers of now are.
#include <gtest/gtest.h>
#include <imgui_internal.h>

#include <cmath>

#include "drawn_text.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

const PanelInfo& page() { return find_workspace("guide")->panels[0]; }

TEST(Guide, IsAKeyAwayFromAnywhere) {
    const Frames frames = synthetic::usual();
    for (const Workspace& workspace : workspaces()) {
        Interface interface;
        interface.state().workspace = workspace.id;
        interface.draw(frames);
        interface.key(frames, ImGuiKey_F1);
        EXPECT_EQ(interface.state().workspace, "guide");
        interface.draw(frames);
        EXPECT_NE(interface.words().find("The three margins"), std::string::npos);
    }
    EXPECT_EQ(find_action("help.guide")->menu, "Help");
}

TEST(Guide, SaysWhatIsAskedAndWhereItComesFrom) {
    Interface interface(ImVec2(1920, 1080));
    for (int i = 0; i < 3; ++i) interface.draw_panel(synthetic::usual(), page().draw);
    for (const char* words : {"support token", "boundary", "crossings", "Fitted", "Live",
                              "arXiv 2602.22271", "Agarwal", "margin"})
        EXPECT_NE(interface.words().find(words), std::string::npos) << words;
}

TEST(Guide, TellsTheMarginsOfTheSelectedCharacter) {
    Frames frames = synthetic::usual();
    auto margins = std::make_shared<MarginFrame>(*frames.margins);
    MarginCell& cell = margins->cells[100];
    cell.valid = true;
    cell.logdet = -1.625F;
    cell.sigma_min = 0.15625F;
    cell.crossings = 2;
    cell.geometric_known = false;
    cell.geometric.reset();
    frames.margins = margins;
    Interface interface(ImVec2(1280, 800));
    interface.state().selection.index = 100;
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, page().draw);
    for (const char* words :
         {"character 100", "-1.625", "0.1562", "beyond the boundary", "not computed yet"})
        EXPECT_NE(interface.words().find(words), std::string::npos) << words;
    EXPECT_EQ(interface.words().find(" nan"), std::string::npos);
}

TEST(Guide, FitsInWidthAtEverySizeAndScale) {
    for (const ImVec2 size : {ImVec2(1280, 800), ImVec2(1920, 1080), ImVec2(640, 480)}) {
        for (const float scale : {0.75F, 1.0F, 2.0F, 3.0F}) {
            Interface interface(size, ThemeKind::light, scale);
            for (int i = 0; i < 4; ++i) interface.draw_panel(synthetic::usual(), page().draw);
            EXPECT_EQ(interface.too_wide(), "") << size.x << " at " << scale;
        }
    }
}

TEST(Guide, NoTextOverlapsOrIsCut) {
    for (const ImVec2 size : {ImVec2(1280, 800), ImVec2(1920, 1080), ImVec2(3840, 2160)}) {
        for (const float scale : {1.0F, 2.0F, 3.0F}) {
            Interface interface(size, ThemeKind::dark, scale);
            interface.state().workspace = "guide";
            const Frames frames = synthetic::usual();
            for (int i = 0; i < 5; ++i) interface.draw(frames);
            TextRecorder recorder;
            interface.draw(frames);
            const std::vector<DrawnText> texts = recorder.texts();
            for (const std::string& fault : overlaps(texts)) ADD_FAILURE() << fault;
            for (const std::string& fault : cuts(texts)) ADD_FAILURE() << fault;
            for (const DrawnText& text : texts) EXPECT_EQ(text.missing, "") << text.words;
        }
    }
}

TEST(Guide, FillsALargeWindowWithoutScrolling) {
    Interface interface(ImVec2(1920, 1080));
    interface.state().workspace = "guide";
    for (int i = 0; i < 4; ++i) interface.draw(synthetic::usual());
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (window->WasActive) {
            EXPECT_EQ(window->ScrollMax.y, 0) << window->Name;
        }
}

}  // namespace
}  // namespace marginscope
