// Menus, boxes and keys: what opens, what Escape closes, what is told of every action.
#include <gtest/gtest.h>
#include <imgui_internal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "drawn_text.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/offscreen_window.h"
#include "ui/window_picture.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

const ImGuiWindow* box_of(Interface&) {
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (window->WasActive && std::string_view(window->Name).ends_with("###box")) return window;
    return nullptr;
}

bool tooltip_is_open() {
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (window->WasActive && !window->Hidden && (window->Flags & ImGuiWindowFlags_Tooltip) != 0)
            return true;
    return false;
}

TEST(Actions, HaveNamesOfTheirOwnAndNoTwoShareAKey) {
    std::set<std::string> ids, names;
    std::set<std::pair<std::string, ImGuiKeyChord>> keys;
    for (const Action& action : actions()) {
        EXPECT_TRUE(ids.insert(action.id).second) << action.id;
        EXPECT_TRUE(names.insert(action.menu + action.name).second) << action.name;
        EXPECT_TRUE(static_cast<bool>(action.run)) << action.id;
        for (const ImGuiKeyChord key : action.keys)
            EXPECT_TRUE(keys.insert({action.only_in, key}).second) << action.id;
        EXPECT_TRUE(action.only_in.empty() || find_workspace(action.only_in) != nullptr);
    }
}

// Keys that a keyboard of another layout has elsewhere, or only with AltGr.
TEST(Actions, NeedNoKeyThatSomeKeyboardLacks) {
    for (const Action& action : actions()) {
        for (const ImGuiKeyChord chord : action.keys) {
            const auto key = static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_);
            for (const ImGuiKey odd :
                 {ImGuiKey_LeftBracket, ImGuiKey_RightBracket, ImGuiKey_Semicolon, ImGuiKey_Slash,
                  ImGuiKey_Backslash, ImGuiKey_Apostrophe, ImGuiKey_GraveAccent})
                EXPECT_NE(key, odd) << action.name;
        }
    }
}

TEST(Readme, TellsTheKeysOfTheTable) {
    std::ifstream file(MARGINSCOPE_SOURCE_DIR "/README.md");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto begin = text.find("\n## Keys\n"), end = text.find("\n## ", begin + 4);
    ASSERT_NE(begin, std::string::npos);
    const std::string keys = text.substr(begin, end - begin);
    std::set<std::string> told;
    for (std::size_t at = keys.find('`'); at != std::string::npos;) {
        const auto close = keys.find('`', at + 1);
        told.insert(keys.substr(at + 1, close - at - 1));
        at = keys.find('`', close + 1);
    }
    std::set<std::string> known = {"Shift"};
    for (const Action& action : actions()) known.insert(key_of(action));
    for (const std::string& key : told) EXPECT_TRUE(known.contains(key)) << key;
    for (const Action& action : actions()) {
        const std::string key = key_of(action);
        if (key.empty() || key.starts_with("Shift+") || action.menu == "View") continue;
        EXPECT_TRUE(told.contains(key)) << key << ": " << action.name;
    }
}

struct Screen {
    float width, height, scale;
};

class EveryScreen : public testing::TestWithParam<Screen> {};

TEST_P(EveryScreen, ShowsEveryKeyWithItsWordsAndScrollsOnlyWithoutRoom) {
    const Screen screen = GetParam();
    Interface interface(ImVec2(screen.width, screen.height), ThemeKind::dark, screen.scale);
    interface.state().boxes.open = Box::keys;
    for (int i = 0; i < 4; ++i) interface.draw({});
    for (const Action& action : actions()) {
        if (key_of(action).empty()) continue;
        EXPECT_NE(interface.words().find(action.name), std::string::npos) << action.name;
    }
    const ImGuiWindow* box = box_of(interface);
    ASSERT_NE(box, nullptr);
    EXPECT_LE(box->Size.x, screen.width);
    EXPECT_LE(box->Size.y, screen.height);
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
        if (!window->WasActive || window->RootWindow != box) continue;
        EXPECT_LE(window->ContentSize.x, window->WorkRect.GetWidth() + 1) << window->Name;
        if (box->Size.y < screen.height - 40 * screen.scale) {
            EXPECT_EQ(window->ScrollMax.y, 0) << window->Name;
        }
    }
    if (screen.scale <= 1) {
        for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
            if (window->WasActive && window->RootWindow == box) {
                EXPECT_EQ(window->ScrollMax.y, 0);
            }
        }
    }
}

// What every box has something to say of.
Frames frames_for_boxes() {
    Frames frames = synthetic::usual();
    auto history = std::make_shared<HistoryFrame>(*frames.history);
    history->left_behind = {"/home/anna/.local/state/marginscope/autosave/text-123456-0.mscope",
                            "/home/anna/.local/state/marginscope/autosave/text-123457-0.mscope"};
    frames.history = history;
    return frames;
}

TEST_P(EveryScreen, HoldsEveryBox) {
    const Screen screen = GetParam();
    const Frames frames = frames_for_boxes();
    for (const Box which :
         {Box::keys, Box::palette, Box::log, Box::open, Box::about, Box::quit, Box::left_behind}) {
        Interface interface(ImVec2(screen.width, screen.height), ThemeKind::light, screen.scale);
        interface.state().boxes.open = which;
        for (int i = 0; i < 3; ++i) interface.draw(frames);
        const ImGuiWindow* box = box_of(interface);
        ASSERT_NE(box, nullptr) << static_cast<int>(which);
        EXPECT_GE(box->Pos.x, 0);
        EXPECT_GE(box->Pos.y, 0);
        EXPECT_LE(box->Pos.x + box->Size.x, screen.width);
        EXPECT_LE(box->Pos.y + box->Size.y, screen.height);
        EXPECT_LE(box->ContentSize.x, box->WorkRect.GetWidth() + 1) << static_cast<int>(which);
        TextRecorder recorder;
        interface.draw(frames);
        std::vector<DrawnText> texts;
        for (const DrawnText& text : recorder.texts())
            if (text.root.ends_with("###box")) texts.push_back(text);
        EXPECT_FALSE(texts.empty());
        for (const std::string& fault : overlaps(texts)) ADD_FAILURE() << fault;
        for (const std::string& fault : cuts(texts)) ADD_FAILURE() << fault;
        for (const DrawnText& text : texts) EXPECT_EQ(text.missing, "") << text.words;
    }
}

// With MARGINSCOPE_PICTURES=DIR the pictures are also written there.
TEST_P(EveryScreen, DrawsEveryBoxWithoutAGlError) {
    const Screen screen = GetParam();
    OffscreenWindow window{{static_cast<int>(screen.width), static_cast<int>(screen.height),
                            screen.scale, ThemeKind::dark, "decode"}};
    const Frames frames = frames_for_boxes();
    window.state().boxes.unsaved = "The training of 812 steps has no run folder.";
    window.state().boxes.save_as = "/home/anna/.local/state/marginscope/trained-812.safetensors";
    for (const Box which :
         {Box::keys, Box::palette, Box::open, Box::about, Box::quit, Box::left_behind}) {
        window.state().boxes.open = which;
        CommandList out;
        for (int i = 0; i < 4; ++i) window.draw(frames, out);
        if (const char* folder = std::getenv("MARGINSCOPE_PICTURES"); folder != nullptr) {
            const std::string name = "box-" + std::to_string(static_cast<int>(which)) + "-" +
                                     std::to_string(static_cast<int>(screen.width)) + "-" +
                                     std::to_string(static_cast<int>(100 * screen.scale)) + ".png";
            write_picture(std::filesystem::path(folder) / name, static_cast<int>(screen.width),
                          static_cast<int>(screen.height));
        }
    }
    EXPECT_EQ(window.gl_error_count(), 0);
}

INSTANTIATE_TEST_SUITE_P(Sizes, EveryScreen,
                         testing::Values(Screen{1280, 800, 1}, Screen{1280, 800, 2},
                                         Screen{1280, 800, 3}, Screen{1920, 1080, 1},
                                         Screen{1920, 1080, 2}, Screen{1280, 800, 0.75F}));

class Boxes : public testing::Test {
protected:
    Boxes() {
        for (int i = 0; i < 4; ++i) interface.draw(frames);
        interface.take_commands();
    }
    bool menu_is_open() const { return !ImGui::GetCurrentContext()->OpenPopupStack.empty(); }

    Frames frames = synthetic::usual();
    Interface interface { ImVec2(1280, 800) };
};

TEST_F(Boxes, EscapeClosesTheMenuThenTheBoxThenTheSelection) {
    interface.state().selection.index = 40;
    interface.state().boxes.open = Box::log;
    interface.draw(frames);
    interface.click(frames, ImVec2(26, 22));
    ASSERT_TRUE(menu_is_open());
    interface.key(frames, ImGuiKey_Escape);
    EXPECT_FALSE(menu_is_open());
    EXPECT_EQ(interface.state().boxes.open, Box::log);
    interface.key(frames, ImGuiKey_Escape);
    EXPECT_EQ(interface.state().boxes.open, Box::none);
    EXPECT_EQ(interface.state().selection.index, 40);
    interface.key(frames, ImGuiKey_Escape);
    EXPECT_EQ(interface.state().selection.index, -1);
}

TEST_F(Boxes, EscapeClosesAnOpenList) {
    interface.state().workspace = "path";
    const auto draw_list = [](const Frames&, UiState&, PanelContext&) {
        if (ImGui::BeginCombo("##list", "one")) {
            ImGui::Selectable("one");
            ImGui::EndCombo();
        }
    };
    interface.draw_panel(frames, draw_list);
    interface.click(frames, ImVec2(40, 20));
    ASSERT_TRUE(menu_is_open());
    ImGui::GetIO().AddKeyEvent(ImGuiKey_Escape, true);
    interface.draw(frames);
    interface.draw(frames);
    EXPECT_FALSE(menu_is_open());
}

TEST_F(Boxes, KeysWorkWhileTheMenuIsOpenAndCloseIt) {
    interface.click(frames, ImVec2(26, 22));
    ASSERT_TRUE(menu_is_open());
    interface.key(frames, ImGuiKey_2, ImGuiMod_Ctrl);
    EXPECT_EQ(interface.state().workspace, "train");
    EXPECT_FALSE(menu_is_open());
}

TEST_F(Boxes, TheMenuHangsBelowTheBar) {
    interface.click(frames, ImVec2(26, 22));
    interface.draw(frames);
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (window->WasActive && (window->Flags & ImGuiWindowFlags_Popup) != 0) {
            EXPECT_GE(window->Pos.y, 44) << "logo and tabs stay visible";
        }
}

// One slow frame: all of it is there before the next one is drawn.
TEST_F(Boxes, PressesWithinOneFrameAreNotLost) {
    ImGuiIO& io = ImGui::GetIO();
    const auto press = [&](ImGuiKey key) {
        io.AddKeyEvent(key, true);
        io.AddKeyEvent(key, false);
    };
    io.AddKeyEvent(ImGuiMod_Ctrl, true);
    press(ImGuiKey_P);
    io.AddKeyEvent(ImGuiMod_Ctrl, false);
    interface.draw(frames);
    EXPECT_EQ(interface.state().boxes.open, Box::palette);
    for (int i = 0; i < 6; ++i) interface.draw(frames);
    EXPECT_EQ(interface.state().boxes.open, Box::palette) << "once only";
    press(ImGuiKey_Escape);
    io.AddKeyEvent(ImGuiMod_Shift, true);
    io.AddKeyEvent(ImGuiKey_Slash, true);
    io.AddInputCharacter('?');
    io.AddKeyEvent(ImGuiKey_Slash, false);
    io.AddKeyEvent(ImGuiMod_Shift, false);
    interface.draw(frames);
    EXPECT_EQ(interface.state().boxes.open, Box::keys);
    for (int i = 0; i < 8; ++i) interface.draw(frames);
    EXPECT_EQ(interface.state().boxes.open, Box::keys);
    press(ImGuiKey_Escape);
    interface.draw(frames);
    interface.take_commands();
    for (int i = 0; i < 5; ++i) press(ImGuiKey_RightArrow);
    interface.draw(frames);
    int steps = 0;
    for (const Command& command : interface.take_commands())
        steps += std::holds_alternative<StepDecode>(command) ? 1 : 0;
    EXPECT_EQ(steps, 5);
    for (int i = 0; i < 12; ++i) interface.draw(frames);
    for (const Command& command : interface.take_commands())
        EXPECT_FALSE(std::holds_alternative<StepDecode>(command)) << "each press counts once";
}

// Pressed, released and followed by a letter before the next frame is drawn, as the platform tells
// it: a modifier as a key and as a modifier.
TEST_F(Boxes, AFieldTakesAQuickSelectAll) {
    ImGuiIO& io = ImGui::GetIO();
    interface.key(frames, ImGuiKey_P, ImGuiMod_Ctrl);
    interface.type(frames, "step");
    for (int i = 0; i < 6; ++i) interface.draw(frames);
    ASSERT_EQ(std::string(interface.state().boxes.palette_text.c_str()), "step");
    const auto control = [&](bool down) {
        io.AddKeyEvent(ImGuiMod_Ctrl, down);
        io.AddKeyEvent(ImGuiKey_LeftCtrl, down);
    };
    control(true);
    io.AddKeyEvent(ImGuiKey_A, true);
    io.AddKeyEvent(ImGuiKey_A, false);
    control(false);
    io.AddKeyEvent(ImGuiKey_L, true);
    io.AddInputCharacter('l');
    io.AddKeyEvent(ImGuiKey_L, false);
    for (int i = 0; i < 10; ++i) interface.draw(frames);
    EXPECT_EQ(std::string(interface.state().boxes.palette_text.c_str()), "l");
}

TEST_F(Boxes, APlusIsAPlusOnEveryKeyboard) {
    for (const auto& [key, modifiers] :
         {std::pair{ImGuiKey_KeypadAdd, ImGuiMod_Ctrl}, {ImGuiKey_Equal, ImGuiMod_Ctrl}}) {
        const float before = interface.state().user_scale;
        interface.key(frames, key, static_cast<ImGuiKey>(modifiers));
        EXPECT_GT(interface.state().user_scale, before + 0.05F);
    }
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, true);
    const float before = interface.state().user_scale;
    interface.key(frames, ImGuiKey_Equal, ImGuiMod_Ctrl);
    EXPECT_GT(interface.state().user_scale, before + 0.05F) << "Shift types the plus";
}

TEST_F(Boxes, NothingUnderABoxAnswersTheMouse) {
    for (const char* workspace : {"decode", "train", "path"}) {
        interface.state().workspace = workspace;
        interface.state().history.take(synthetic::training_events(60));
        interface.state().boxes.open = Box::about;
        for (int i = 0; i < 3; ++i) interface.draw(frames);
        const ImGuiWindow* box = box_of(interface);
        ASSERT_NE(box, nullptr);
        for (int x = 1; x < 12; ++x) {
            for (int y = 5; y < 12; ++y) {
                interface.move(frames,
                               ImVec2(box->Pos.x + box->Size.x * static_cast<float>(x) / 12,
                                      box->Pos.y + box->Size.y * static_cast<float>(y) / 12));
                for (int i = 0; i < 2; ++i) interface.draw(frames);
                EXPECT_FALSE(tooltip_is_open()) << workspace << " " << x << " " << y;
                EXPECT_EQ(interface.state().selection.hover_index, -1);
            }
        }
    }
}

TEST_F(Boxes, AFileIsFoundThroughFoldersAndOpened) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("boxes-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder / "inner");
    std::ofstream(folder / "inner/story.mscope") << "{}";
    BoxState& boxes = interface.state().boxes;
    boxes.open = Box::open;
    boxes.listing = list_folder(folder);
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_NE(interface.words().find("inner/"), std::string::npos);
    EXPECT_NE(interface.words().find(".. (" + folder.parent_path().string() + ")"),
              std::string::npos);
    boxes.open = Box::none;
    interface.draw(frames);
    boxes.open = Box::open;
    boxes.listing = list_folder(folder / "inner");
    boxes.path = (folder / "inner/story.mscope").string();
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_NE(interface.words().find("story.mscope"), std::string::npos);
    interface.key(frames, ImGuiKey_Enter);
    bool opened = false;
    for (const Command& command : interface.take_commands())
        if (const auto* open = std::get_if<OpenFile>(&command))
            opened = open->path == (folder / "inner/story.mscope").string();
    EXPECT_TRUE(opened);
    EXPECT_EQ(boxes.open, Box::none);
    ASSERT_FALSE(interface.state().recent.paths().empty());
    EXPECT_EQ(interface.state().recent.paths()[0], (folder / "inner/story.mscope").string());
    std::filesystem::remove_all(folder);
}

TEST_F(Boxes, ACopyLeftBehindIsOfferedOnce) {
    const Frames with = frames_for_boxes();
    Interface fresh;
    for (int i = 0; i < 3; ++i) fresh.draw(with);
    EXPECT_EQ(fresh.state().boxes.open, Box::left_behind);
    EXPECT_NE(fresh.words().find("text-123456-0.mscope"), std::string::npos);
    fresh.key(with, ImGuiKey_Escape);
    for (int i = 0; i < 3; ++i) fresh.draw(with);
    EXPECT_EQ(fresh.state().boxes.open, Box::none) << "asked once";
}

}  // namespace
}  // namespace marginscope
