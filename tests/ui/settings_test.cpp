// What is kept between two starts, and what the theme promises: damaged files, contrast, glyphs.
#include <gtest/gtest.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "core/error.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/interface_setup.h"
#include "ui/layout_file.h"
#include "ui/offscreen_window.h"
#include "ui/quantities.h"
#include "ui/window_picture.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

// A layout in which every workspace was looked at.
std::string usual_layout() {
    Interface interface(ImVec2(1280, 800), ThemeKind::light, 1.5F);
    interface.state().hidden.insert("decode.causes");
    for (const Workspace& workspace : workspaces()) {
        interface.state().workspace = workspace.id;
        for (int i = 0; i < 3; ++i) interface.draw({});
    }
    std::size_t size = 0;
    const char* text = ImGui::SaveIniSettingsToMemory(&size);
    return sealed(std::string(text, size));
}

TEST(LayoutFile, ComesBackAsItWas) {
    const std::string layout = usual_layout();
    Interface interface;
    ASSERT_TRUE(load_layout(interface.state(), layout));
    EXPECT_EQ(interface.state().theme_kind, ThemeKind::light);
    EXPECT_FLOAT_EQ(interface.state().user_scale, 1.5F);
    EXPECT_TRUE(interface.state().hidden.contains("decode.causes"));
    for (int i = 0; i < 3; ++i) interface.draw({});
}

TEST(LayoutFile, WithoutItsSealGivesOnlyThemeScaleAndHiddenPanels) {
    std::string layout = usual_layout();
    const auto at = layout.find("Split=");
    ASSERT_NE(at, std::string::npos);
    layout[at + 6] = 'Q';
    Interface interface;
    EXPECT_FALSE(load_layout(interface.state(), layout));
    EXPECT_EQ(interface.state().theme_kind, ThemeKind::light);
    EXPECT_FLOAT_EQ(interface.state().user_scale, 1.5F);
    EXPECT_TRUE(interface.state().hidden.contains("decode.causes"));
    for (int i = 0; i < 3; ++i) interface.draw({});
    EXPECT_NE(interface.words().find("Inspector"), std::string::npos);
}

TEST(LayoutFile, HoweverDamagedIsSurvived) {
    const std::string whole = usual_layout();
    std::mt19937 random(20260);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    int kept = 0;
    for (int round = 0; round < 300; ++round) {
        std::string layout = whole;
        for (std::size_t k = 0; k <= below(4); ++k) {
            const std::size_t at = below(layout.size());
            switch (below(5)) {
                case 0:
                    layout[at] = static_cast<char>(below(256));
                    break;
                case 1:
                    layout.erase(at, 1 + below(40));
                    break;
                case 2:
                    layout.insert(at, layout.substr(below(layout.size()), below(80)));
                    break;
                case 3:
                    layout.resize(at + 1);
                    break;
                default:
                    layout[at] = "0123456789-=,[]XYQ\n"[below(19)];
            }
        }
        Interface interface(ImVec2(900, 600));
        kept += load_layout(interface.state(), layout) ? 1 : 0;
        for (int i = 0; i < 2; ++i) interface.draw({});
        EXPECT_TRUE(std::isfinite(interface.state().user_scale));
        EXPECT_GE(interface.state().user_scale, kMinUiScale);
        EXPECT_LE(interface.state().user_scale, kMaxUiScale);
    }
    EXPECT_LT(kept, 30) << "damage goes unnoticed";
}

TEST(LayoutFile, DamagedIsKeptAsideAndTold) {
    const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "window.ini";
    std::filesystem::remove(path.string() + ".bad");
    std::ofstream(path) << "[Docking][Data]\nDockNode ID=0x1 Split=Q\n";
    Interface interface;
    read_layout_file(interface.state(), path.string());
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(std::filesystem::exists(path.string() + ".bad"));
    ASSERT_EQ(interface.state().log.size(), 1U);
    EXPECT_NE(interface.state().log[0].text.find("window.ini"), std::string::npos);
    EXPECT_EQ(interface.state().log[0].time.size(), 8U);
    interface.draw({});
    write_layout_file(path.string());
    UiState& state = interface.state();
    state.log.clear();
    read_layout_file(state, path.string());
    EXPECT_TRUE(state.log.empty()) << "what was written is read";
}

// ---- A picture of the window

TEST(WindowPicture, IsAPngOfWhatIsDrawn) {
    OffscreenWindow window{OffscreenOptions{640, 400, 1.0F, ThemeKind::light, "decode"}};
    CommandList out;
    for (int i = 0; i < 3; ++i) window.draw(synthetic::usual(), out);
    const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "window.png";
    write_picture(path, 640, 400);
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    ASSERT_GT(bytes.size(), 5000U) << "one colour takes less";
    EXPECT_EQ(bytes.substr(1, 3), "PNG");
    EXPECT_THROW(write_picture("/nowhere/at/all.png", 640, 400), UserError);
}

TEST(WindowPicture, IsAskedForInTheMenuAndTakenWhenItIsGone) {
    Interface interface;
    CommandList out;
    const Frames frames;
    ActionContext context{frames, interface.state(), out};
    run_action("file.picture", context);
    EXPECT_EQ(interface.state().view<PictureWish>().in_frames, 2);
}

// ---- Contrast, by the definition of the WCAG

double luminance(ImU32 color) {
    const ImVec4 c = to_vec4(color);
    const auto linear = [](float v) {
        return v <= 0.04045F ? static_cast<double>(v) / 12.92
                             : std::pow((static_cast<double>(v) + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(c.x) + 0.7152 * linear(c.y) + 0.0722 * linear(c.z);
}

double contrast(ImU32 a, ImU32 b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

TEST(Contrast, OfAllWordsIsAtLeastFourAndAHalf) {
    for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light}) {
        const Theme t = make_theme(kind, 1);
        const std::map<const char*, ImU32> words = {{"text", t.text},   {"dim", t.dim},
                                                    {"faint", t.faint}, {"error", t.error},
                                                    {"good", t.good},   {"select", t.select}};
        const std::map<const char*, ImU32> grounds = {
            {"ground", t.ground}, {"panel", t.panel}, {"raised", t.raised}};
        for (const auto& [word, color] : words) {
            for (const auto& [ground, back] : grounds)
                EXPECT_GE(contrast(color, back), 4.5)
                    << word << " on " << ground << (t.dark() ? ", dark" : ", light");
        }
        EXPECT_GE(contrast(t.accent, t.panel), 4.5) << "numbers beyond the boundary";
        EXPECT_GE(contrast(t.ring, t.panel), 3) << "rings of support tokens";
        EXPECT_GT(contrast(t.dim, t.panel), contrast(t.faint, t.panel) + 0.5);
    }
}

// ---- Glyphs

// Code points beyond ASCII in the string literals of a source.
std::map<unsigned, std::string> symbols_of(const std::filesystem::path& path) {
    std::map<unsigned, std::string> found;
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        const auto comment = line.find("//");
        if (comment != std::string::npos && line.find('"') > comment) line.resize(comment);
        const char* at = line.c_str();
        while (*at != 0) {
            unsigned code = 0;
            const int length = ImTextCharFromUtf8(&code, at, nullptr);
            if (code > 127) found[code] = path.string() + ": " + line;
            at += std::max(1, length);
        }
    }
    return found;
}

TEST(Glyphs, ExistForEverythingTheWindowSays) {
    Interface interface;
    const Fonts& fonts = interface.state().theme.fonts;
    int checked = 0;
    for (const char* folder : {"/src/ui", "/src/engine", "/src/core"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(
                 std::string(MARGINSCOPE_SOURCE_DIR) + folder)) {
            if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
            for (const auto& [code, where] : symbols_of(entry.path())) {
                ++checked;
                for (ImFont* font : {fonts.text, fonts.semibold, fonts.mono, fonts.mono_bold})
                    EXPECT_TRUE(font->IsGlyphInFont(static_cast<ImWchar>(code)))
                        << std::hex << code << " in " << where;
            }
        }
    }
    EXPECT_GT(checked, 20);
}

}  // namespace
}  // namespace marginscope
