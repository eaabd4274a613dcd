// The frame of the window: bars, dock spaces, panels, and the view the engine is asked for.
#include "ui/shell.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/about.h"
#include "ui/actions.h"
#include "ui/inspector.h"
#include "ui/panel.h"
#include "ui/top_bar.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr float kTopBar = 44.0F;
constexpr float kStatusLine = 28.0F;
constexpr Workspace kWorkspaces[] = {Workspace::decode, Workspace::train, Workspace::path};

const char* dock_name(Workspace workspace) {
    switch (workspace) {
        case Workspace::decode:
            return "dock.decode";
        case Workspace::train:
            return "dock.train";
        case Workspace::path:
            return "dock.path";
    }
    return "";
}

const char* inspector_id(Workspace workspace) {
    switch (workspace) {
        case Workspace::decode:
            return "inspector.decode";
        case Workspace::train:
            return "inspector.train";
        case Workspace::path:
            return "inspector.path";
    }
    return "";
}

void toggle_maximized(UiState& state, const char* id) {
    if (state.maximized == id)
        state.maximized.clear();
    else
        state.maximized = id;
}

// A double click on the tab of the current window.
bool tab_double_clicked() {
    const ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (!window->DockIsActive || !ImGui::IsMouseDoubleClicked(0)) return false;
    return window->DC.DockTabItemRect.Contains(ImGui::GetIO().MousePos);
}

using DrawPanel = void (*)(const Frames&, UiState&, PanelContext&);

void draw_docked(const Frames& frames, UiState& state, PanelContext& context,
                 const std::string& name, const char* id, DrawPanel draw) {
    // A docked panel's ground is a backdrop; one that floats over others must bring its own.
    const ImGuiWindow* before = ImGui::FindWindowByName(name.c_str());
    const ImGuiDockNode* node = before != nullptr ? before->DockNode : nullptr;
    const bool docked = node != nullptr && node->HostWindow != nullptr &&
                        node->HostWindow->RootWindow == ImGui::FindWindowByName("##host");
    const bool visible =
        ImGui::Begin(name.c_str(), nullptr,
                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoNavInputs |
                         (docked ? ImGuiWindowFlags_NoBackground : ImGuiWindowFlags_None));
    if (docked && visible) {
        state.backdrops.push_back(
            {ImGui::GetWindowPos(), ImGui::GetWindowSize(), state.theme.panel});
    }
    if (tab_double_clicked()) toggle_maximized(state, id);
    if (visible) {
        ImGui::PushID(id);
        draw(frames, state, context);
        ImGui::PopID();
    }
    ImGui::End();
}

// One panel over the whole workspace, with a title line that gives the place back.
void draw_maximized(const Frames& frames, UiState& state, PanelContext& context, const char* title,
                    const char* id, DrawPanel draw, ImVec2 at, ImVec2 size) {
    const Theme& theme = state.theme;
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0F);
    ImGui::Begin("##maximized", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNavInputs |
                     ImGuiWindowFlags_NoBringToFrontOnFocus);
    state.backdrops.push_back({at, size, theme.panel});
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    text_colored(theme.text, title);
    const bool hit = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0);
    ImGui::PopFont();
    ImGui::SameLine();
    ImGui::SetCursorPosX(ImGui::GetContentRegionMax().x - theme.px(28));
    if (icon_button(theme, "##restore", Icon::shrink, "Back to its place") || hit)
        state.maximized.clear();
    ImGui::PushID(id);
    draw(frames, state, context);
    ImGui::PopID();
    ImGui::End();
    ImGui::PopStyleVar();
}

void build_layout(Workspace workspace, ImGuiID root, ImVec2 size, float scale) {
    ImGui::DockBuilderRemoveNode(root);
    ImGui::DockBuilderAddNode(root, ImGuiDockNodeFlags_DockSpace);
    ImGui::DockBuilderSetNodeSize(root, size);
    const float share = std::clamp(252.0F * scale / std::max(size.x, 1.0F), 0.12F, 0.4F);
    const DockSplit split = split_dock(root, DockSide::right, share);
    DockArea area{split.rest, split.part, ImVec2(size.x * (1 - share), size.y), scale};
    dock_panels(workspace, area);
    ImGui::DockBuilderDockWindow(
        window_name(workspace, "Inspector", inspector_id(workspace)).c_str(), area.right);
    ImGui::DockBuilderFinish(root);
}

void draw_dock_spaces(UiState& state, ImVec2 size) {
    for (const Workspace workspace : kWorkspaces) {
        const ImGuiID id = ImGui::GetID(dock_name(workspace));
        const bool shown = workspace == state.workspace;
        const bool fresh = ImGui::DockBuilderGetNode(id) == nullptr;
        if (shown && (fresh || state.reset_layout))
            build_layout(workspace, id, size, state.theme.scale);
        ImGuiDockNodeFlags flags =
            shown ? ImGuiDockNodeFlags_None : ImGuiDockNodeFlags_KeepAliveOnly;
        flags |= static_cast<int>(ImGuiDockNodeFlags_NoWindowMenuButton) |
                 static_cast<int>(ImGuiDockNodeFlags_NoCloseButton);
        if (!shown && fresh) continue;  // built when it is first looked at
        // The strips behind tabs are the ground, which the cleared screen already is.
        for (const ImGuiCol strip : {ImGuiCol_TitleBg, ImGuiCol_TitleBgActive})
            ImGui::PushStyleColor(strip, IM_COL32_BLACK_TRANS);
        ImGui::DockSpace(id, size, flags);
        ImGui::PopStyleColor(2);
    }
    state.reset_layout = false;
}

void draw_panels(const Frames& frames, UiState& state, PanelContext& context) {
    for (const PanelInfo& panel : panels_of(state.workspace)) {
        if (state.hidden.contains(panel.id) || (state.only_main && !panel.main)) continue;
        draw_docked(frames, state, context, window_name(panel), panel.id, panel.draw);
    }
    const char* id = inspector_id(state.workspace);
    if (!state.hidden.contains(id) && !state.only_main) {
        draw_docked(frames, state, context, window_name(state.workspace, "Inspector", id), id,
                    draw_inspector);
    }
}

void draw_workspace(const Frames& frames, UiState& state, PanelContext& context, ImVec2 at,
                    ImVec2 size) {
    const char* title = "Inspector";
    DrawPanel draw = state.maximized == inspector_id(state.workspace) ? draw_inspector : nullptr;
    for (const PanelInfo& panel : panels_of(state.workspace)) {
        if (state.maximized != panel.id) continue;
        title = panel.title;
        draw = panel.draw;
    }
    if (draw == nullptr) state.maximized.clear();

    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0F);
    // No background: the screen is cleared to the ground, and a second layer costs milliseconds
    // where the processor draws.
    ImGui::Begin("##host", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoNavInputs);
    ImGui::PopStyleVar(2);
    draw_dock_spaces(state, size);
    ImGui::End();
    if (draw != nullptr) {
        const std::string id = state.maximized;
        draw_maximized(frames, state, context, title, id.c_str(), draw, at, size);
    } else {
        draw_panels(frames, state, context);
    }
}

void ask_for_view(UiState& state, CommandList& out) {
    SetView view = state.decode.boundary.request;
    view.workspace = state.workspace;
    view.index = state.selection.index;
    if (state.view_known && view == state.view_sent) return;
    state.view_sent = view;
    state.view_known = true;
    out.push_back(view);
}

// ---- Settings in the layout file
// ------------------------------------------------------------------------------------

void* open_settings(ImGuiContext*, ImGuiSettingsHandler* handler, const char*) {
    return handler->UserData;
}

void read_setting(ImGuiContext*, ImGuiSettingsHandler*, void* entry, const char* line) {
    auto& state = *static_cast<UiState*>(entry);
    int number = 0;
    float real = 0;
    char word[64];
    if (std::sscanf(line, "light=%d", &number) == 1)
        state.theme_kind = number != 0 ? ThemeKind::light : ThemeKind::dark;
    else if (std::sscanf(line, "scale=%f", &real) == 1)
        state.user_scale = std::clamp(real, kMinUiScale, kMaxUiScale);
    else if (std::sscanf(line, "hidden=%63s", word) == 1)
        state.hidden.insert(word);
    state.theme_dirty = true;
}

void write_settings(ImGuiContext*, ImGuiSettingsHandler* handler, ImGuiTextBuffer* out) {
    const auto& state = *static_cast<const UiState*>(handler->UserData);
    out->appendf("[%s][window]\nlight=%d\nscale=%.3f\n", handler->TypeName,
                 state.theme_kind == ThemeKind::light ? 1 : 0, state.user_scale);
    for (const std::string& id : state.hidden) out->appendf("hidden=%s\n", id.c_str());
    out->append("\n");
}

}  // namespace

void set_up_interface(UiState& state, const std::string& ini_path) {
    ImGuiIO& io = ImGui::GetIO();
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    io.ConfigInputTextCursorBlink = false;  // a blinking cursor would keep an idle window drawing
    io.IniFilename = ini_path.empty() ? nullptr : ini_path.c_str();
    ImGuiSettingsHandler handler;
    handler.TypeName = "marginscope";
    handler.TypeHash = ImHashStr(handler.TypeName);
    handler.ReadOpenFn = open_settings;
    handler.ReadLineFn = read_setting;
    handler.WriteAllFn = write_settings;
    handler.UserData = &state;
    ImGui::AddSettingsHandler(&handler);
    state.theme.fonts = load_fonts();
    if (!ini_path.empty()) ImGui::LoadIniSettingsFromDisk(ini_path.c_str());
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

void draw_frame(const Frames& frames, UiState& state, CommandList& out) {
    state.backdrops.clear();
    state.selection.lit_index = state.selection.hover_index;
    state.selection.hover_index = -1;
    PanelContext context{state.theme, state.selection, out, state.pictures.get()};
    ActionContext action_context{frames, state, out};
    run_keys(action_context);

    const ImGuiViewport* view = ImGui::GetMainViewport();
    const float top = std::round(state.theme.px(kTopBar)),
                bottom = std::round(state.theme.px(kStatusLine));
    draw_top_bar(action_context, view->Pos, ImVec2(view->Size.x, top));
    draw_workspace(frames, state, context, ImVec2(view->Pos.x, view->Pos.y + top),
                   ImVec2(view->Size.x, view->Size.y - top - bottom));
    draw_status_line(action_context, ImVec2(view->Pos.x, view->Pos.y + view->Size.y - bottom),
                     ImVec2(view->Size.x, bottom));
    draw_keys_box(action_context);
    draw_palette(action_context);
    draw_log_box(action_context);
    draw_open_box(action_context);
    draw_about_box(action_context);
    draw_quit_box(action_context);
    ask_for_view(state, out);
}

}  // namespace marginscope
