// Which box is drawn, its frame, and what Escape closes.
#include "ui/boxes/boxes.h"

#include <imgui_internal.h>

#include <algorithm>
#include <string_view>

#include "ui/boxes/box.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr std::string_view kMark = "###box";  // every box is the same window to ImGui

}  // namespace

ImVec2 room_for_box(const Theme& theme) {
    const ImGuiViewport* view = ImGui::GetMainViewport();
    return ImVec2(view->WorkSize.x - theme.px(32), view->WorkSize.y - theme.px(32));
}

void begin_box(UiState& state, const char* title, ImVec2 size) {
    const Theme& theme = state.theme;
    const ImGuiViewport* view = ImGui::GetMainViewport();
    const ImVec2 room = room_for_box(theme);
    ImGui::SetNextWindowPos(
        ImVec2(view->WorkPos.x + view->WorkSize.x / 2, view->WorkPos.y + view->WorkSize.y / 2), 0,
        ImVec2(0.5F, 0.5F));
    ImGui::SetNextWindowSize(
        ImVec2(std::min(theme.px(size.x), room.x), std::min(theme.px(size.y), room.y)));
    ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.raised);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(20), theme.px(16)));
    ImGui::Begin((std::string(title) + std::string(kMark)).c_str(), nullptr,
                 ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoCollapse |
                     ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoNavInputs |
                     ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize |
                     ImGuiWindowFlags_NoSavedSettings);
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    text_colored(theme.text, title);
    ImGui::PopFont();
    ImGui::SameLine();
    ImGui::SetCursorPosX(ImGui::GetContentRegionMax().x - theme.px(28));
    if (icon_button(theme, "##close", Icon::close, "Close (Esc)")) state.boxes.open = Box::none;
    ImGui::Dummy(ImVec2(0, theme.px(4)));
}

void end_box() {
    ImGui::End();
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor();
}

void draw_boxes(ActionContext& context) {
    // Asked once: what a program that ended without saving left behind.
    BoxState& boxes = context.state.boxes;
    if (!boxes.left_behind_seen && context.frames.history != nullptr && boxes.open == Box::none) {
        boxes.left_behind_seen = true;
        if (!context.frames.history->left_behind.empty()) boxes.open = Box::left_behind;
    }
    switch (context.state.boxes.open) {
        case Box::none:
            return;
        case Box::keys:
            return draw_keys_box(context);
        case Box::palette:
            return draw_palette(context);
        case Box::log:
            return draw_log_box(context);
        case Box::open:
            return draw_open_box(context);
        case Box::figure:
            return draw_figure_box(context);
        case Box::about:
            return draw_about_box(context);
        case Box::quit:
            return draw_quit_box(context);
        case Box::left_behind:
            return draw_left_behind_box(context);
    }
}

bool close_what_is_open(UiState& state) {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    if (!g.OpenPopupStack.empty()) {
        ImGui::ClosePopupToLevel(g.OpenPopupStack.Size - 1, true);
        return true;
    }
    if (state.boxes.open == Box::none) return false;
    state.boxes.open = Box::none;
    return true;
}

void close_menus() {
    if (!ImGui::GetCurrentContext()->OpenPopupStack.empty()) ImGui::ClosePopupToLevel(0, true);
}

bool box_is_hovered(const UiState& state) {
    const ImGuiWindow* hovered = ImGui::GetCurrentContext()->HoveredWindow;
    if (state.boxes.open == Box::none || hovered == nullptr) return false;
    return std::string_view(hovered->RootWindow->Name).ends_with(kMark);
}

}  // namespace marginscope
