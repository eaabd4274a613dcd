// Presenting: what the back row can read, and that all is as before afterwards.
#include "ui/presenting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "drawn_text.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_tour.h"
#include "ui/interface_setup.h"
#include "ui/theme_scale.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

void settle(Interface& interface, const Frames& frames) {
    for (int i = 0; i < 6; ++i) interface.draw(frames);
}

// Every text that is drawn, in every workspace and panel, is at least 1/45 of the height, and
// whole.
TEST(Presenting, IsReadableFromTheBack) {
    for (const ImVec2 size :
         {ImVec2(1280, 800), ImVec2(1920, 1080), ImVec2(1024, 768), ImVec2(3840, 2160)}) {
        for (const Workspace& workspace : workspaces()) {
            const Frames frames = synthetic::usual();
            Interface interface(size);
            interface.state().history.take(synthetic::training_events(812));
            interface.state().workspace = workspace.id;
            settle(interface, frames);
            interface.key(frames, ImGuiKey_F11);
            settle(interface, frames);
            std::vector<std::string> tabs;
            for (const PanelInfo& panel : workspace.panels) tabs.push_back(window_name(panel));
            for (const std::string& tab : tabs) {
                interface.show_tab(tab);
                for (int i = 0; i < 3; ++i) interface.draw(frames);
                TextRecorder recorder;
                interface.draw(frames);
                EXPECT_GT(recorder.texts().size(), 5U);
                for (const DrawnText& text : recorder.texts())
                    if (text.words != "↵") {  // a mark, drawn into the room of a letter
                        EXPECT_GE(text.high.y - text.low.y, size.y / 45 - 0.01F)
                            << "\"" << text.words << "\" in " << text.window << ", " << size.y;
                    }
                EXPECT_EQ(joined(overlaps(recorder.texts())), "") << tab;
                EXPECT_EQ(joined(cuts(recorder.texts())), "") << tab;
            }
        }
    }
}

TEST(Presenting, OfATourIsReadableFromTheBack) {
    for (const ImVec2 size : {ImVec2(1280, 800), ImVec2(1920, 1080)}) {
        for (const auto moment :
             {synthetic::TourMoment::words, synthetic::TourMoment::choice_answered}) {
            const Frames frames = synthetic::with_tour(synthetic::usual(), moment);
            Interface interface(size);
            settle(interface, frames);
            interface.key(frames, ImGuiKey_F11);
            settle(interface, frames);
            TextRecorder recorder;
            interface.draw(frames);
            for (const DrawnText& text : recorder.texts())
                if (text.words != "↵") {
                    EXPECT_GE(text.high.y - text.low.y, size.y / 45 - 0.01F) << text.words;
                }
            EXPECT_EQ(joined(overlaps(recorder.texts())), "");
            EXPECT_EQ(joined(cuts(recorder.texts())), "");
        }
    }
}

TEST(Presenting, TakesTheSmallestScaleThatIsEnough) {
    for (const float height :
         {600.0F, 768.0F, 800.0F, 1080.0F, 1200.0F, 1440.0F, 1600.0F, 2160.0F}) {
        const float scale = presenting_scale(height, 1.0F);
        EXPECT_GE(std::floor(kSmallestText * scale), height / 45) << height;
        EXPECT_TRUE(scale <= 1.0F || std::floor(kSmallestText * (scale - 0.05F)) < height / 45)
            << height;
    }
    EXPECT_EQ(presenting_scale(4320, 1.0F), kMaxThemeScale);
    EXPECT_NEAR(presenting_scale(4320, 2.0F) * 2.0F, kMaxThemeScale, 1e-5F);
    EXPECT_EQ(presenting_scale(300, 1.0F), 1.0F);
}

TEST(Presenting, ChangesThemesAndGivesAllBack) {
    const Frames frames = synthetic::usual();
    Interface interface(ImVec2(1920, 1080), ThemeKind::dark, 1.25F);
    UiState& state = interface.state();
    settle(interface, frames);
    interface.key(frames, ImGuiKey_F11);
    settle(interface, frames);
    EXPECT_TRUE(state.fullscreen);
    EXPECT_EQ(state.theme.kind, ThemeKind::light);
    EXPECT_NEAR(state.theme.scale, 2.2F, 1e-4F);
    EXPECT_EQ(interface.words().find("Ready"), std::string::npos) << "no status line";
    interface.key(frames, ImGuiKey_T, ImGuiMod_Ctrl);
    settle(interface, frames);
    EXPECT_EQ(state.theme.kind, ThemeKind::contrast);
    // A crash while presenting keeps what was before.
    const std::string kept = ImGui::SaveIniSettingsToMemory();
    EXPECT_NE(kept.find("theme=0\nscale=1.250"), std::string::npos) << kept.substr(0, 300);
    interface.key(frames, ImGuiKey_F11);
    settle(interface, frames);
    EXPECT_FALSE(state.fullscreen);
    EXPECT_EQ(state.theme.kind, ThemeKind::dark);
    EXPECT_NEAR(state.theme.scale, 1.25F, 1e-4F);
}

// Contrast as WCAG 2 counts it: words on every surface at least 7 : 1, meanings at least 4.5 : 1.
TEST(HighContrast, IsHigh) {
    const Theme theme = make_theme(ThemeKind::contrast, 1);
    const auto luminance = [](ImU32 color) {
        const ImVec4 c = to_vec4(color);
        const auto linear = [](float x) {
            return x <= 0.03928F ? x / 12.92F : std::pow((x + 0.055F) / 1.055F, 2.4F);
        };
        return 0.2126F * linear(c.x) + 0.7152F * linear(c.y) + 0.0722F * linear(c.z);
    };
    const auto ratio = [&](ImU32 a, ImU32 b) {
        const float x = luminance(a), y = luminance(b);
        return (std::max(x, y) + 0.05F) / (std::min(x, y) + 0.05F);
    };
    for (const ImU32 surface : {theme.panel, theme.ground, theme.raised, theme.hover}) {
        for (const ImU32 word : {theme.text, theme.dim, theme.faint})
            EXPECT_GE(ratio(word, surface), 7);
        for (const ImU32 meaning : {theme.accent, theme.select, theme.good, theme.error})
            EXPECT_GE(ratio(meaning, surface), 4.5F);
    }
    EXPECT_GE(ratio(theme.ring, theme.panel), 4.5F);
}

TEST(Presenting, ThemesAreReadBackFromEarlierSettings) {
    UiState state;
    read_setting(state, "light=1");
    EXPECT_EQ(state.theme_kind, ThemeKind::light);
    read_setting(state, "theme=2");
    EXPECT_EQ(state.theme_kind, ThemeKind::contrast);
    read_setting(state, "theme=99");
    EXPECT_EQ(state.theme_kind, ThemeKind::contrast);
    read_setting(state, "theme=0");
    EXPECT_EQ(state.theme_kind, ThemeKind::dark);
}

}  // namespace
}  // namespace marginscope
