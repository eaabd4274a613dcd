// An ImGui context without window or graphics, for tests of panels: frames go in, commands and
// drawn words come out.
#pragma once

#include <imgui.h>

#include <functional>
#include <memory>
#include <string>

#include "core/commands.h"
#include "core/frames.h"
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
    /// All words drawn by the last draw, in order.
    const std::string& words() const { return words_; }
    /// What was wished since the last call.
    CommandList take_commands();
    double last_build_ms() const { return build_ms_; }
    int last_vertices() const { return vertices_; }

private:
    void frame(const std::function<void()>& body);

    std::unique_ptr<UiState> state_;
    CommandList commands_;
    std::string words_;
    double build_ms_ = 0;
    int vertices_ = 0;
};

}  // namespace marginscope
