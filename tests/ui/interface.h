// An ImGui context without window or graphics, for tests of panels: frames go in, commands and
// drawn words come out.
#pragma once

#include <imgui.h>
#include <implot.h>

#include <functional>
#include <memory>
#include <string>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "ui/panel.h"
#include "ui/ui_state.h"

namespace marginscope {

class Interface {
public:
    explicit Interface(ImVec2 size = ImVec2(1280, 800), ThemeKind theme = ThemeKind::dark,
                       float scale = 1.0F);
    ~Interface();

    UiState& state() { return *state_; }
    /// The whole window once.
    void draw(const Frames& frames);
    /// One panel alone, filling the window.
    void draw_panel(const Frames& frames,
                    const std::function<void(const Frames&, UiState&, PanelContext&)>& panel);
    // What a user's hands do; `frames` are drawn in between.
    void move(const Frames& frames, ImVec2 to);
    void click(const Frames& frames, ImVec2 at, int times = 1);
    void drag(const Frames& frames, ImVec2 from, ImVec2 to);
    void key(const Frames& frames, ImGuiKey key, ImGuiKey modifier = ImGuiKey_None);
    void type(const Frames& frames, const char* words);

    /// Brings the tab of a docked window to the front; it is drawn from the next draw on.
    void show_tab(const std::string& window);

    /// All words drawn by the last draw, in order.
    const std::string& words() const { return words_; }
    /// What was wished since the last call.
    CommandList take_commands();
    /// Processor time of this thread for building the last frame.
    double last_build_ms() const { return build_ms_; }
    int last_vertices() const { return vertices_; }
    /// Names of the shown windows whose contents are wider than they are, with the pixels beyond.
    std::string too_wide() const;
    /// How far the docked window of that title can be scrolled down; NaN when there is none.
    float scrolls(const char* title) const;

private:
    void activate() const;
    void again(const Frames& frames);
    void frame(const std::function<void()>& body);

    using DrawPanel = std::function<void(const Frames&, UiState&, PanelContext&)>;

    ImGuiContext* imgui_ = nullptr;
    ImPlotContext* implot_ = nullptr;
    std::unique_ptr<UiState> state_;
    DrawPanel panel_;  // the last drawn panel, empty: the whole window
    CommandList commands_;
    std::string words_;
    double build_ms_ = 0;
    int vertices_ = 0;
};

}  // namespace marginscope
