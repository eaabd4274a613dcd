// The program's window: opens it, runs until it is closed, leaves in order.
//
// Main thread only. UserError with exit code 2 when there is no display or no OpenGL 4.1; the
// sentence names the commands that need none.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ui/frame_source.h"
#include "ui/ui_state.h"

namespace marginscope {

struct WindowOptions {
    int width = 1280;
    int height = 800;
    std::optional<float> scale;  // else what was kept from last time
    std::optional<ThemeKind> theme;
    std::string workspace = "decode";
    std::vector<std::string> files;  // opened like dropped ones
    std::stop_token end;             // closes the window at once, without its question
    std::string log;  // event log; "" takes MARGINSCOPE_UI_LOG from the environment, or none
    std::optional<std::string>
        settings;  // layout file; else $XDG_CONFIG_HOME/marginscope/window.ini, "" keeps nothing
};

/// Makes the source of frames. `wake` may be called from any thread whenever there are new ones.
using MakeSource = std::function<std::unique_ptr<FrameSource>(std::function<void()> wake)>;

/// Returns the exit code. The source is made as soon as there is a display, so that it loads while
/// the window opens, and is destroyed (joined) before OpenGL goes.
int run_window(const WindowOptions& options, const MakeSource& make_source);

}  // namespace marginscope
