// Colours, type and spacing of the window: three themes of our own, one accent for "near the
// boundary".
//
// Main thread. A Theme is a value; load_fonts() needs a current ImGui context and apply_theme()
// also a current ImPlot context. Sizes given to px() are in design pixels at 100 %; the grid is 4
// px.
#pragma once

#include <imgui.h>

#include "core/colormap.h"

namespace marginscope {

enum class ThemeKind { dark, light, contrast };  // contrast: black on white, for a projector

constexpr float kMinUiScale = 0.75F;
constexpr float kMaxUiScale = 3.0F;

/// Type sizes in design pixels; the global scale is applied by ImGui.
namespace type {
constexpr float kSmall = 12.0F;
constexpr float kBody = 14.0F;
constexpr float kTitle = 16.0F;
constexpr float kDisplay = 22.0F;
constexpr float kToken = 16.0F;
}  // namespace type

struct Fonts {
    ImFont* text = nullptr;
    ImFont* semibold = nullptr;
    ImFont* mono = nullptr;
    ImFont* mono_bold = nullptr;
};

struct Theme {
    ThemeKind kind = ThemeKind::dark;
    float scale = 1.0F;
    Fonts fonts;

    // Surfaces, from the back to the front
    ImU32 ground = 0, panel = 0, raised = 0, hover = 0, active = 0;
    ImU32 line = 0, line_strong = 0;
    // Words
    ImU32 text = 0, dim = 0, faint = 0;
    // Meanings: each colour has exactly one
    ImU32 accent = 0;  // near the boundary, or beyond it
    ImU32 ring = 0;    // support tokens
    ImU32 select = 0;  // what is selected
    ImU32 good = 0, error = 0;
    ImU32 nan = 0;  // not a number

    bool dark() const { return kind == ThemeKind::dark; }
    float px(float design_px) const { return design_px * scale; }
};

/// The palette of a theme at a scale (clamped to 75–300 %); fonts are taken over unchanged.
Theme make_theme(ThemeKind kind, float scale, const Fonts& fonts = {});

/// Adds the embedded faces to the current context's atlas. Once per context; sizes are chosen at
/// PushFont.
Fonts load_fonts();

/// Makes ImGui and ImPlot look like the theme.
void apply_theme(const Theme& theme);

ImU32 to_u32(Rgb color, float alpha = 1.0F);
ImU32 with_alpha(ImU32 color, float alpha);
/// From a to b; t in 0…1.
ImU32 mix(ImU32 a, ImU32 b, float t);
ImVec4 to_vec4(ImU32 color);

}  // namespace marginscope
