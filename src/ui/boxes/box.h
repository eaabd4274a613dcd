// The frame of a box, and the boxes by name; boxes.h draws the one that is open.
//
// Main thread, inside a frame.
#pragma once

#include "ui/actions.h"

namespace marginscope {

/// A titled box in the middle of the window, of that size in design pixels or what there is room
/// for. Call end_box() after its contents.
void begin_box(UiState& state, const char* title, ImVec2 size);
void end_box();
/// What a box may measure at most, in pixels, borders included.
ImVec2 room_for_box(const Theme& theme);

void draw_keys_box(ActionContext& context);
void draw_palette(ActionContext& context);
void draw_log_box(ActionContext& context);
void draw_open_box(ActionContext& context);
void draw_figure_box(ActionContext& context);
void draw_about_box(ActionContext& context);
void draw_quit_box(ActionContext& context);
void draw_left_behind_box(ActionContext& context);

}  // namespace marginscope
