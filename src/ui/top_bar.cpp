// Menu, tabs and figures.
#include "ui/top_bar.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "ui/bar_window.h"
#include "ui/widgets.h"
#include "ui/words.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

void draw_panel_switch(UiState& state, const std::string& id, const char* title) {
    const bool shown = !state.hidden.contains(id);
    if (!ImGui::MenuItem(title, nullptr, shown)) return;
    if (shown)
        state.hidden.insert(id);
    else
        state.hidden.erase(id);
}

void draw_panel_menu(UiState& state) {
    if (!ImGui::BeginMenu("Panels")) return;
    const Workspace& workspace = shown_workspace(state);
    for (const PanelInfo& panel : workspace.panels) draw_panel_switch(state, panel.id, panel.title);
    if (workspace.inspector) draw_panel_switch(state, inspector_id(workspace), "Inspector");
    ImGui::EndMenu();
}

void draw_menu_item(ActionContext& c, const Action& action) {
    const bool checked = action.checked && action.checked(c);
    if (ImGui::MenuItem(action.name.c_str(), key_of(action).c_str(), checked,
                        is_enabled(action, c)))
        action.run(c);
}

// One submenu for each run of actions with the same menu.
void draw_menu_items(ActionContext& c) {
    const std::vector<Action>& all = actions();
    for (std::size_t k = 0; k < all.size();) {
        const std::string& menu = all[k].menu;
        const bool open = ImGui::BeginMenu(menu.c_str());
        for (; k < all.size() && all[k].menu == menu; ++k)
            if (open) draw_menu_item(c, all[k]);
        if (!open) continue;
        if (menu == "View") draw_panel_menu(c.state);
        ImGui::EndMenu();
    }
}

// Drops from the bar, so that logo and tabs stay visible.
void draw_menu(ActionContext& c, ImVec2 at, float height) {
    const Theme& theme = c.state.theme;
    ImGui::SetCursorPosY((height - theme.px(28)) / 2);
    if (icon_button(theme, "##menu", Icon::menu, "Menu")) ImGui::OpenPopup("menu");
    ImGui::SetNextWindowPos(ImVec2(at.x + theme.px(8), at.y + height));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(10), theme.px(8)));
    if (ImGui::BeginPopup("menu")) {
        draw_menu_items(c);
        ImGui::EndPopup();
    }
    ImGui::PopStyleVar();
}

// All tabs at full size.
float tabs_width(const Theme& theme) {
    float width = 0;
    for (const Workspace& workspace : workspaces())
        width +=
            width_of(theme.fonts.semibold, theme.px(type::kBody), workspace.title) + theme.px(24);
    return width;
}

// Draws at `x` and moves it on; `share`: of the full size, where the bar is too narrow for that.
void draw_tab(ActionContext& c, const Workspace& workspace, float height, float share, float& x) {
    const Theme& theme = c.state.theme;
    const bool on = c.state.workspace == workspace.id;
    ImGui::PushFont(on ? theme.fonts.semibold : theme.fonts.text, type::kBody * share);
    const ImVec2 words = ImGui::CalcTextSize(workspace.title);
    const float side = theme.px(12) * share;
    const ImVec2 size(words.x + 2 * side, height);
    ImGui::SetCursorPos(ImVec2(x, 0));
    x += size.x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (ImGui::InvisibleButton(workspace.title, size) && !on) show_workspace(c.state, workspace.id);
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddText(ImVec2(at.x + side, at.y + (height - words.y) / 2),
                  on || hovered ? theme.text : theme.dim, workspace.title);
    if (on) {
        draw->AddRectFilled(ImVec2(at.x + side, at.y + height - theme.px(3)),
                            ImVec2(at.x + size.x - side, at.y + height - theme.px(1)), theme.select,
                            theme.px(1));
    }
    ImGui::PopFont();
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort)) {
        const Action* action = find_action("workspace." + std::string(workspace.id));
        ImGui::SetTooltip("%s (%s)", workspace.question, key_of(*action).c_str());
    }
}

// Right-aligned figures, each a dim unit behind a number in fixed-width digits.
void draw_figures(ActionContext& c, ImVec2 size) {
    const Theme& theme = c.state.theme;
    struct Figure {
        std::string value, unit;
    };
    std::vector<Figure> figures;
    char buffer[64];
    if (c.frames.decode != nullptr && c.frames.decode->playing &&
        std::isfinite(c.frames.decode->tokens_per_s)) {
        std::snprintf(buffer, sizeof buffer, "%.0f", c.frames.decode->tokens_per_s);
        figures.push_back({buffer, "characters/s"});
    }
    if (c.frames.training != nullptr && c.frames.training->state == TrainingState::running &&
        std::isfinite(c.frames.training->steps_per_s)) {
        std::snprintf(buffer, sizeof buffer, "%.1f", c.frames.training->steps_per_s);
        figures.push_back({buffer, "steps/s"});
    }
    if (c.state.loop.fps > 0) {
        std::snprintf(buffer, sizeof buffer, "%.0f", c.state.loop.fps);
        figures.push_back({buffer, "fps"});
    }
    if (c.frames.status != nullptr && !c.frames.status->device.empty()) {
        std::snprintf(buffer, sizeof buffer, "%d", c.frames.status->threads);
        figures.push_back({c.frames.status->device,
                           c.frames.status->threads > 0 ? std::string("× ") + buffer : ""});
    }
    float x = size.x - theme.px(14);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 window = ImGui::GetWindowPos();
    const float small = theme.px(type::kSmall);
    const float y = window.y + (size.y - small) / 2 - theme.px(1);
    const float stop = ImGui::GetCursorPosX();
    for (const Figure& figure : figures) {
        const float unit_width =
            theme.fonts.text->CalcTextSizeA(small, 1e9F, 0, figure.unit.c_str()).x;
        const float value_width =
            theme.fonts.mono->CalcTextSizeA(small, 1e9F, 0, figure.value.c_str()).x;
        const float gap = figure.unit.empty() ? 0 : theme.px(4);
        x -= unit_width + gap + value_width;
        if (x < stop) break;
        draw->AddText(theme.fonts.mono, small, ImVec2(window.x + x, y), theme.text,
                      figure.value.c_str());
        draw->AddText(theme.fonts.text, small, ImVec2(window.x + x + value_width + gap, y),
                      theme.faint, figure.unit.c_str());
        x -= theme.px(16);
    }
}

}  // namespace

void draw_top_bar(ActionContext& c, ImVec2 at, ImVec2 size) {
    const Theme& theme = c.state.theme;
    begin_bar(theme, "##top", at, size);
    draw_menu(c, at, size.y);
    ImGui::SameLine(0, theme.px(8));
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    ImGui::SetCursorPosY((size.y - ImGui::GetTextLineHeight()) / 2);
    text_colored(theme.text, "marginscope");
    ImGui::PopFont();
    ImGui::SameLine(0, theme.px(20));
    float x = ImGui::GetCursorPosX();
    const float share = std::clamp((size.x - x - theme.px(4)) / tabs_width(theme), 0.4F, 1.0F);
    for (const Workspace& workspace : workspaces()) draw_tab(c, workspace, size.y, share, x);
    ImGui::SetCursorPos(ImVec2(x, 0));
    draw_figures(c, size);
    ImGui::End();
}

}  // namespace marginscope
