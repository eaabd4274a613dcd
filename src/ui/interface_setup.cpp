// Settings that are read from and written to the layout file, and the theme.
#include "ui/interface_setup.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/export/figure_export.h"
#include "ui/layout_file.h"
#include "ui/presenting.h"

namespace marginscope {
namespace {

void* open_settings(ImGuiContext*, ImGuiSettingsHandler* handler, const char*) {
    return handler->UserData;
}

void read_line(ImGuiContext*, ImGuiSettingsHandler*, void* entry, const char* line) {
    read_setting(*static_cast<UiState*>(entry), line);
}

void write_settings(ImGuiContext*, ImGuiSettingsHandler* handler, ImGuiTextBuffer* out) {
    auto& state = *static_cast<UiState*>(handler->UserData);
    out->appendf("[%s][window]\ntheme=%d\nscale=%.3f\n", handler->TypeName,
                 static_cast<int>(kept_theme(state)), kept_scale(state));
    const std::string& figures = state.view<ExportView>().folder;
    if (!figures.empty()) out->appendf("figures=%s\n", figures.c_str());
    for (const std::string& id : state.hidden) out->appendf("hidden=%s\n", id.c_str());
    out->append("\n");
}

}  // namespace

void read_setting(UiState& state, const std::string& line) {
    int number = 0;
    float real = 0;
    char word[64];
    // "light" is how layouts before the third theme say it.
    if (std::sscanf(line.c_str(), "theme=%d", &number) == 1 ||
        std::sscanf(line.c_str(), "light=%d", &number) == 1) {
        state.theme_kind = static_cast<ThemeKind>(std::clamp(number, 0, 2));
    } else if (std::sscanf(line.c_str(), "scale=%f", &real) == 1) {
        if (std::isfinite(real)) state.user_scale = std::clamp(real, kMinUiScale, kMaxUiScale);
    } else if (line.starts_with("figures=")) {
        state.view<ExportView>().folder = line.substr(8);
    } else if (std::sscanf(line.c_str(), "hidden=%63s", word) == 1) {
        state.hidden.insert(word);
    }
    state.theme_dirty = true;
}

void set_up_interface(UiState& state, const std::string& ini_path) {
    ImGuiIO& io = ImGui::GetIO();
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    io.ConfigInputTextCursorBlink = false;  // a blinking cursor would keep an idle window drawing
    io.IniFilename = nullptr;               // written by write_layout_file()
    ImGuiSettingsHandler handler;
    handler.TypeName = "marginscope";
    handler.TypeHash = ImHashStr(handler.TypeName);
    handler.ReadOpenFn = open_settings;
    handler.ReadLineFn = read_line;
    handler.WriteAllFn = write_settings;
    handler.UserData = &state;
    ImGui::AddSettingsHandler(&handler);
    state.theme.fonts = load_fonts();
    if (!ini_path.empty()) read_layout_file(state, ini_path);
    state.theme_dirty = true;
    refresh_theme(state);
}

void refresh_theme(UiState& state) {
    if (!state.theme_dirty) return;
    state.theme =
        make_theme(state.theme_kind, state.user_scale * state.screen_scale, state.theme.fonts);
    apply_theme(state.theme);
    if (ImGui::GetCurrentContext()->SettingsLoaded) ImGui::MarkIniSettingsDirty();
    state.theme_dirty = false;
}

}  // namespace marginscope
