// Presenting: the window for a projector. As large as the back row needs, in light colours, the
// pointer seen from afar, the status line out of the way.
//
// Main thread, inside a frame.
#pragma once

#include "ui/ui_state.h"

namespace marginscope {

/// What presenting changes, as it was before.
struct PresentingView {
    bool on = false;
    float scale = 1.0F;
    ThemeKind theme = ThemeKind::dark;
    bool fullscreen = false;
    float height = 0;  // of the window that the scale was chosen for
};

/// The smallest text is at least this share of the window's height.
constexpr float kSmallestTextShare = 1.0F / 45;
/// What panels draw smallest, in design pixels; only marks for white space are smaller.
constexpr float kSmallestText = 11.0F;

/// The smallest of the user's scales, in steps of 5 %, at which that is so; at most 450 % in all,
/// which is enough up to 2,160 lines, and at least 100 %.
float presenting_scale(float window_height, float screen_scale);

void start_presenting(UiState& state);
/// All is as it was before.
void stop_presenting(UiState& state);
/// At the beginning of a frame: the scale follows the window's height.
void keep_presenting(UiState& state, float window_height);
/// At its end: a ring around the pointer.
void draw_pointer(UiState& state);

/// What the settings keep: those before presenting, while it is on.
float kept_scale(UiState& state);
ThemeKind kept_theme(UiState& state);

}  // namespace marginscope
