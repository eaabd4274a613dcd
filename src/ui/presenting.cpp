// Scale, theme and full screen on and off together.
#include "ui/presenting.h"

#include <algorithm>
#include <cmath>

#include "ui/theme_scale.h"

namespace marginscope {
namespace {

constexpr float kStep = 0.05F;

void set_full_screen(UiState& state, bool on) {
    state.fullscreen_changed = state.fullscreen_changed || state.fullscreen != on;
    state.fullscreen = on;
}

}  // namespace

float presenting_scale(float window_height, float screen_scale) {
    // ImGui draws its own text in whole pixels, the lower ones.
    const float pixels = std::ceil(window_height * kSmallestTextShare - 1e-3F);
    const float needed = pixels / (kSmallestText * screen_scale);
    const float scale = std::ceil(needed / kStep - 1e-3F) * kStep;
    const float most = std::max(1.0F, kMaxThemeScale / screen_scale);
    return std::clamp(scale, 1.0F, most);
}

void start_presenting(UiState& state) {
    PresentingView& view = state.view<PresentingView>();
    if (view.on) return;
    view = {true, state.user_scale, state.theme_kind, state.fullscreen, 0};
    state.theme_kind = ThemeKind::light;
    state.theme_dirty = true;
    set_full_screen(state, true);
}

void stop_presenting(UiState& state) {
    PresentingView& view = state.view<PresentingView>();
    if (!view.on) return;
    view.on = false;
    state.user_scale = view.scale;
    state.theme_kind = view.theme;
    state.theme_dirty = true;
    set_full_screen(state, view.fullscreen);
}

void keep_presenting(UiState& state, float window_height) {
    PresentingView& view = state.view<PresentingView>();
    if (!view.on || view.height == window_height) return;
    view.height = window_height;
    state.user_scale = presenting_scale(window_height, state.screen_scale);
    state.theme_dirty = true;
}

void draw_pointer(UiState& state) {
    if (!state.view<PresentingView>().on || !ImGui::IsMousePosValid()) return;
    const Theme& theme = state.theme;
    ImDrawList& draw = *ImGui::GetForegroundDrawList();
    const ImVec2 at = ImGui::GetIO().MousePos;
    draw.AddCircleFilled(at, theme.px(13), with_alpha(theme.ring, 0.28F));
    draw.AddCircle(at, theme.px(13), theme.ring, 0, theme.px(1.5F));
}

float kept_scale(UiState& state) {
    const PresentingView& view = state.view<PresentingView>();
    return view.on ? view.scale : state.user_scale;
}

ThemeKind kept_theme(UiState& state) {
    const PresentingView& view = state.view<PresentingView>();
    return view.on ? view.theme : state.theme_kind;
}

}  // namespace marginscope
