// The panels of the Playground. Main thread, inside a panel.
#pragma once

#include "ui/panel.h"
#include "ui/playground/playground_view.h"

namespace marginscope {

/// Whether there is something to show; says so where there is not.
bool playground_shown(const Frames& frames, const Theme& theme);

/// The plane with its boundary and everything that can be held in it.
void draw_playground_plane(const Frames& frames, PlanePanelView& view, PanelContext& context);
/// Presets, files, A, scale, noise.
void draw_playground_setup(const Frames& frames, PlaygroundView& view, PanelContext& context);
/// Every token with its margin; the support token wears a ring.
void draw_playground_tokens(const Frames& frames, PanelContext& context);
/// The three margins with their formulas, the spectrum, what J makes of a circle.
void draw_playground_numbers(const Frames& frames, PanelContext& context);
/// Pull against barrier: settings, descent, the objective along a line.
void draw_playground_barrier(const Frames& frames, PanelContext& context);
/// Over lambda_m: what the data pays, what noise adds, and their sum.
void draw_playground_rests(const Frames& frames, PanelContext& context);
void draw_playground_svm(const Frames& frames, SvmPanelView& view, PanelContext& context);
/// What is like what, and where that ends.
void draw_playground_likeness(const Frames& frames, PanelContext& context);

}  // namespace marginscope
