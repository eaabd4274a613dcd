// The same interface drawn without a window system: for `render`, tests and documentation.
//
// Main thread (it becomes the GL thread). UserError when EGL or OpenGL 4.1 is not to be had.
#pragma once

#include <memory>
#include <string>

#include "gfx/image.h"
#include "ui/frame_source.h"
#include "ui/ui_state.h"

namespace marginscope {

struct OffscreenOptions {
    int width = 1280;
    int height = 800;
    float scale = 1.0F;
    ThemeKind theme = ThemeKind::dark;
    std::string workspace = "decode";
};

class OffscreenWindow {
public:
    explicit OffscreenWindow(const OffscreenOptions& options);
    ~OffscreenWindow();
    OffscreenWindow(const OffscreenWindow&) = delete;
    OffscreenWindow& operator=(const OffscreenWindow&) = delete;

    UiState& state();
    /// Builds and draws one frame; what panels wished is appended to `out`.
    void draw(const Frames& frames, CommandList& out);
    Image pixels();
    /// GL errors of high severity so far.
    int gl_error_count();
    /// Of the last frame: building the interface, and drawing the textures it shows.
    double last_build_ms() const;
    double last_pictures_ms() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Draws until every frame the workspace shows has arrived and nothing moves any more, or
/// `timeout_secs` are over.
Image render_workspace(const OffscreenOptions& options, FrameSource& source,
                       double timeout_secs = 60.0);

}  // namespace marginscope
