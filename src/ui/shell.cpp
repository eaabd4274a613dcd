// The frame of the window: bars, dock spaces, panels, and the view the engine is asked for.
#include "ui/shell.h"

#include <imgui_internal.h>

#include <cmath>
#include <utility>

#include "ui/boxes/boxes.h"
#include "ui/decode/decode_view.h"
#include "ui/dock_layout.h"
#include "ui/export/figure_export.h"
#include "ui/export/panel_menu.h"
#include "ui/inspector.h"
#include "ui/presenting.h"
#include "ui/status_line.h"
#include "ui/top_bar.h"
#include "ui/tours/tour_card.h"
#include "ui/tours/tour_follow.h"
#include "ui/widgets.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

constexpr float kTopBar = 44.0F;
constexpr float kStatusLine = 28.0F;

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
        state.view<TourView>().drawn.push_back({id, ImGui::GetWindowPos(), ImGui::GetWindowSize()});
        ImGui::PushID(id);
        draw(frames, state, context);
        draw_panel_menu(frames, state, id);
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
    draw_panel_menu(frames, state, id);
    ImGui::PopID();
    ImGui::End();
    ImGui::PopStyleVar();
}

bool is_shown(const UiState& state, const std::string& id, bool side) {
    return !state.hidden.contains(id) && !(side && state.only_main);
}

void draw_panels(const Frames& frames, UiState& state, PanelContext& context) {
    const Workspace& workspace = shown_workspace(state);
    for (const PanelInfo& panel : workspace.panels) {
        if (state.raise == panel.id) {
            state.raise.clear();
            state.hidden.erase(panel.id);
            ImGui::SetNextWindowFocus();
        }
        if (is_shown(state, panel.id, panel.side))
            draw_docked(frames, state, context, window_name(panel), panel.id, panel.draw);
    }
    const std::string id = inspector_id(workspace);
    if (workspace.inspector && is_shown(state, id, true))
        draw_docked(frames, state, context, window_name("Inspector", id), id.c_str(),
                    draw_inspector);
}

void draw_workspace(const Frames& frames, UiState& state, PanelContext& context, ImVec2 at,
                    ImVec2 size, ImVec2 whole) {
    const Workspace& workspace = shown_workspace(state);
    const char* title = "Inspector";
    DrawPanel draw = state.maximized == inspector_id(workspace) ? draw_inspector : nullptr;
    for (const PanelInfo& panel : workspace.panels) {
        if (state.maximized != panel.id) continue;
        title = panel.title;
        draw = panel.draw;
    }
    if (draw == nullptr) state.maximized.clear();

    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0F);
    // A panel that fills the workspace lies behind it, and takes the mouse.
    const ImGuiWindowFlags mouse =
        draw != nullptr ? ImGuiWindowFlags_NoMouseInputs : ImGuiWindowFlags_None;
    // No background: the screen is cleared to the ground, and a second layer costs milliseconds
    // where the processor draws.
    ImGui::Begin("##host", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoNavInputs | mouse);
    ImGui::PopStyleVar(2);
    draw_dock_spaces(state, size, whole);
    ImGui::End();
    if (draw != nullptr) {
        const std::string id = state.maximized;
        draw_maximized(frames, state, context, title, id.c_str(), draw, at, size);
    } else {
        draw_panels(frames, state, context);
        dim_other_panels(frames, state);
    }
}

// A view that came from undo or a session: the panels follow it.
void take_view(const Frames& frames, UiState& state) {
    if (frames.decode == nullptr || frames.decode->view_given == state.view_given) return;
    state.view_given = frames.decode->view_given;
    SetView view = frames.decode->view;
    state.selection.index = view.index;
    state.view<DecodeView>().boundary.request = view;
    state.view_sent = std::move(view);
    state.view_known = true;
    // A tour says itself which workspace is shown.
    if (!shown_workspace(state).shows_text && running_tour(frames) == nullptr)
        show_workspace(state, "decode");
}

void ask_for_view(UiState& state, CommandList& out) {
    SetView view = state.view<DecodeView>().boundary.request;
    view.workspace = state.workspace;
    view.text_shown = shown_workspace(state).shows_text;
    view.index = state.selection.index;
    view.why = std::exchange(state.view<DecodeView>().why.in_sight, false);
    if (state.view_known && view == state.view_sent) return;
    state.view_sent = view;
    state.view_known = true;
    out.push_back(view);
}

}  // namespace

void draw_frame(const Frames& frames, UiState& state, CommandList& out) {
    state.backdrops.clear();
    take_written_figures(state);
    state.selection.lit_index = state.selection.hover_index;
    state.selection.hover_index = -1;
    take_view(frames, state);
    follow_tour(frames, state);
    PanelContext context{state.theme, state.selection, out, state.pictures.get()};
    ActionContext action_context{frames, state, out};
    run_keys(action_context);

    const ImGuiViewport* view = ImGui::GetMainViewport();
    keep_presenting(state, view->Size.y);
    const bool presenting = state.view<PresentingView>().on;
    const float top = std::round(state.theme.px(kTopBar)),
                bottom = presenting ? 0 : std::round(state.theme.px(kStatusLine)),
                card = tour_card_width(frames, state, view->Size);
    // What lies under a box feels no mouse, whatever its panel asks ImGui.
    ImGuiIO& io = ImGui::GetIO();
    const ImVec2 mouse = io.MousePos;
    const bool covered = box_is_hovered(state);
    if (covered) io.MousePos = ImVec2(-FLT_MAX, -FLT_MAX);
    draw_top_bar(action_context, view->Pos, ImVec2(view->Size.x, top));
    const ImVec2 room(view->Size.x, view->Size.y - top - bottom);
    draw_workspace(frames, state, context, ImVec2(view->Pos.x + card, view->Pos.y + top),
                   ImVec2(room.x - card, room.y), room);
    if (card > 0)
        draw_tour_card(frames, state, context, ImVec2(view->Pos.x, view->Pos.y + top),
                       ImVec2(card, room.y));
    if (!presenting)
        draw_status_line(action_context, ImVec2(view->Pos.x, view->Pos.y + view->Size.y - bottom),
                         ImVec2(view->Size.x, bottom));
    if (covered) io.MousePos = mouse;
    draw_boxes(action_context);
    draw_pointer(state);
    run_asked(context, action_context);
    ask_for_view(state, out);
}

void run_asked(PanelContext& context, ActionContext& actions) {
    for (const std::string& id : std::exchange(context.asked, {})) run_action(id, actions);
}

}  // namespace marginscope
