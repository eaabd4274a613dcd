// Keys, palette, log, open and save, versions and licences.
#include "ui/about.h"

#include <imgui.h>
#include <implot.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "embedded/notices.h"
#include "marginscope/version.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// A titled box in the middle of the window. False when it is closed or clipped; call end_box()
// either way when true was returned.
bool begin_box(UiState& state, const char* title, bool& open, ImVec2 size) {
    if (!open) return false;
    const Theme& theme = state.theme;
    const ImGuiViewport* view = ImGui::GetMainViewport();
    const ImVec2 room(view->WorkSize.x - theme.px(60), view->WorkSize.y - theme.px(80));
    ImGui::SetNextWindowPos(
        ImVec2(view->WorkPos.x + view->WorkSize.x / 2, view->WorkPos.y + view->WorkSize.y / 2),
        ImGuiCond_Appearing, ImVec2(0.5F, 0.5F));
    ImGui::SetNextWindowSize(
        ImVec2(std::min(theme.px(size.x), room.x), std::min(theme.px(size.y), room.y)),
        ImGuiCond_Appearing);
    ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.raised);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(20), theme.px(16)));
    ImGui::Begin(title, &open,
                 ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoCollapse |
                     ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoNavInputs |
                     ImGuiWindowFlags_NoSavedSettings);
    if (ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) &&
        ImGui::IsKeyPressed(ImGuiKey_Escape, false))
        open = false;
    ImGui::PushFont(theme.fonts.semibold, type::kTitle);
    text_colored(theme.text, title);
    ImGui::PopFont();
    ImGui::SameLine();
    ImGui::SetCursorPosX(ImGui::GetContentRegionMax().x - theme.px(28));
    if (icon_button(theme, "##close", Icon::close, "Close (Esc)")) open = false;
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    return true;
}

void end_box() {
    ImGui::End();
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor();
}

bool contains(std::string_view words, std::string_view part) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(words.begin(), words.end(), part.begin(), part.end(), same) != words.end();
}

// "lambda 0.05" sets a live field. True when it was done.
bool draw_setting_row(ActionContext& c, const std::string& words, bool enter) {
    const auto blank = words.find_first_of(" =");
    const Field* field = blank == std::string::npos ? nullptr : find_field(words.substr(0, blank));
    if (field == nullptr || !field->live) return false;
    const Theme& theme = c.state.theme;
    std::optional<FieldValue> value;
    try {
        const std::string typed = words.substr(words.find_last_of(" =") + 1);
        value = parse_value(*field, typed);
    } catch (const UserError&) {
        const std::string range = std::string(field->name) + ": " + format_number(field->min) +
                                  " to " + format_number(field->max);
        text_colored(theme.faint, range.c_str());
        return false;
    }
    const std::string row = "Set " + std::string(field->name) + " to " + format_value(*value);
    if (!ImGui::Selectable(row.c_str(), enter, 0, ImVec2(0, theme.px(24))) && !enter) return false;
    c.out.push_back(SetLive{std::string(field->name), *value});
    return true;
}

}  // namespace

void draw_keys_box(ActionContext& c) {
    if (!begin_box(c.state, "Keys", c.state.show_keys, ImVec2(720, 520))) return;
    const Theme& theme = c.state.theme;
    if (ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingStretchSame)) {
        const char* menu = "";
        ImGui::TableNextColumn();
        int shown = 0;
        for (const Action& action : actions()) {
            if (action.key[0] == 0) continue;
            if (std::string_view(menu) != action.menu) {
                if (shown >= 16) {
                    ImGui::TableNextColumn();
                    shown = 0;
                } else if (menu[0] != 0) {
                    ImGui::Dummy(ImVec2(0, theme.px(6)));
                }
                menu = action.menu;
                heading(theme, menu);
            }
            const float left = ImGui::GetCursorPosX();
            key_hint(theme, action.key);
            ImGui::SameLine(left + theme.px(92));
            text_colored(theme.dim, action.name);
            ++shown;
        }
        ImGui::Dummy(ImVec2(0, theme.px(6)));
        heading(theme, "Mouse");
        for (const auto& [key, words] : {std::pair{"click", "select a character"},
                                         {"double click", "move the cursor there"},
                                         {"drag the token", "see its margin change"},
                                         {"double click a tab", "fill the window"},
                                         {"double click a slider", "type the value"}}) {
            const float left = ImGui::GetCursorPosX();
            key_hint(theme, key);
            ImGui::SameLine(left + theme.px(160));
            text_colored(theme.dim, words);
        }
        ImGui::EndTable();
    }
    end_box();
}

void draw_palette(ActionContext& c) {
    if (!c.state.show_palette) return;
    UiState& state = c.state;
    const Theme& theme = state.theme;
    const ImGuiViewport* view = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos(
        ImVec2(view->WorkPos.x + view->WorkSize.x / 2, view->WorkPos.y + theme.px(72)), 0,
        ImVec2(0.5F, 0));
    ImGui::SetNextWindowSize(ImVec2(theme.px(460), theme.px(380)));
    ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.raised);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
    ImGui::Begin("##palette", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking |
                     ImGuiWindowFlags_NoSavedSettings);
    if (ImGui::IsWindowAppearing()) {
        state.palette_text.clear();
        state.palette_row = 0;
        ImGui::SetKeyboardFocusHere();
    }
    const bool enter = input_text("##what", state.palette_text, "What to do", -1.0F,
                                  ImGuiInputTextFlags_EnterReturnsTrue);
    if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ++state.palette_row;
    if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) --state.palette_row;
    const std::string wanted = state.palette_text.c_str();
    int row = 0;
    const Action* chosen = nullptr;
    ImGui::BeginChild("##list");
    for (const Action& action : actions()) {
        if (!is_enabled(action, c) ||
            !(contains(action.name, wanted) || contains(action.menu, wanted)))
            continue;
        ImGui::PushID(row);
        const bool on = row == state.palette_row;
        if (ImGui::Selectable("##row", on, 0, ImVec2(0, theme.px(24))) || (on && enter))
            chosen = &action;
        if (on) ImGui::SetScrollHereY(0.5F);
        ImGui::SameLine(theme.px(6));
        text_colored(theme.faint, action.menu);
        ImGui::SameLine(theme.px(76));
        text_colored(theme.text, action.name);
        if (action.key[0] != 0) {
            ImGui::SameLine(ImGui::GetContentRegionMax().x - theme.px(70));
            key_hint(theme, action.key);
        }
        ImGui::PopID();
        ++row;
    }
    if (draw_setting_row(c, wanted, row == 0 && enter))
        state.show_palette = false;
    else if (row == 0)
        text_colored(
            theme.faint,
            "No action has these letters. A live setting: its name and a value, as in lambda 0.05");
    state.palette_row = std::clamp(state.palette_row, 0, std::max(0, row - 1));
    ImGui::EndChild();
    const bool left = !ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) &&
                      !ImGui::IsWindowAppearing();
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false) || left) state.show_palette = false;
    ImGui::End();
    ImGui::PopStyleVar();
    ImGui::PopStyleColor();
    if (chosen != nullptr) {
        state.show_palette = false;
        chosen->run(c);
    }
}

void draw_log_box(ActionContext& c) {
    if (!begin_box(c.state, "Log", c.state.show_log, ImVec2(720, 400))) return;
    const Theme& theme = c.state.theme;
    if (c.state.log.empty())
        empty_state(theme, "Nothing yet", "Loading, training, paths and errors leave a line here.");
    ImGui::BeginChild("##lines");
    ImGui::PushFont(theme.fonts.mono, type::kSmall);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(c.state.log.size()));
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const LogLine& line = c.state.log[static_cast<std::size_t>(i)];
            text_colored(line.error ? theme.error : theme.dim, line.text.c_str());
        }
    }
    if (ImGui::GetScrollY() >= ImGui::GetScrollMaxY()) ImGui::SetScrollHereY(1.0F);
    ImGui::PopFont();
    ImGui::EndChild();
    end_box();
}

void draw_open_box(ActionContext& c) {
    if (!begin_box(c.state, "Open or save", c.state.show_open, ImVec2(560, 216))) return;
    const Theme& theme = c.state.theme;
    UiState& state = c.state;
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    const bool enter = input_text("##path", state.open_path,
                                  "Path of a text, a checkpoint, a run or a path folder", -1.0F,
                                  ImGuiInputTextFlags_EnterReturnsTrue);
    const std::string path = state.open_path.c_str();
    if ((primary_button(theme, "Open", !path.empty()) || (enter && !path.empty()))) {
        c.out.push_back(command_for_path(path));
        state.show_open = false;
    }
    ImGui::SameLine();
    ImGui::BeginDisabled(path.empty() || c.frames.decode == nullptr);
    if (ImGui::Button("Save the model here")) {
        c.out.push_back(SaveModel{path});
        state.show_open = false;
    }
    ImGui::EndDisabled();
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    paragraph(theme, theme.dim,
              "A text becomes the training corpus; .safetensors files and run folders are models. "
              "Dropping a file on the window does the same.");
    end_box();
}

void draw_about_box(ActionContext& c) {
    if (!begin_box(c.state, "About marginscope", c.state.show_about, ImVec2(640, 480))) return;
    const Theme& theme = c.state.theme;
    ImGui::PushFont(theme.fonts.semibold, type::kDisplay);
    text_colored(theme.text, "marginscope");
    ImGui::PopFont();
    paragraph(theme, theme.dim,
              "Trains and decodes a character GPT and shows how near each token lies to the "
              "boundary where attention degenerates.");
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    value_row(theme, "Version", std::string(kVersion) + " (" + std::string(git_commit()) + ")");
    value_row(theme, "Dear ImGui, ImPlot", std::string(IMGUI_VERSION) + ", " + IMPLOT_VERSION);
    if (!c.state.loop.renderer.empty()) value_row(theme, "Drawn by", c.state.loop.renderer);
    if (c.frames.status != nullptr) value_row(theme, "Computed on", c.frames.status->device);
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    heading(theme, "Licences");
    ImGui::BeginChild("##notices");
    ImGui::PushFont(theme.fonts.mono, type::kSmall);
    ImGui::PushStyleColor(ImGuiCol_Text, theme.dim);
    for (const std::string_view name : embedded::notices_names()) {
        const std::string_view words = embedded::notices_text(name);
        ImGui::PushTextWrapPos(0.0F);
        ImGui::TextUnformatted(words.data(), words.data() + words.size());
        ImGui::PopTextWrapPos();
        ImGui::Dummy(ImVec2(0, theme.px(8)));
    }
    ImGui::PopStyleColor();
    ImGui::PopFont();
    ImGui::EndChild();
    end_box();
}

void draw_quit_box(ActionContext& c) {
    if (!begin_box(c.state, "Quit now?", c.state.ask_quit, ImVec2(460, 176))) return;
    const Theme& theme = c.state.theme;
    paragraph(theme, theme.dim,
              "Training or a path is not finished, and what came after its last checkpoint would "
              "be lost.");
    ImGui::Dummy(ImVec2(0, theme.px(6)));
    const bool enter = ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) &&
                       ImGui::IsKeyPressed(ImGuiKey_Enter, false);
    if (primary_button(theme, "Quit") || enter) {
        c.state.quit = c.state.quit_confirmed = true;
        c.state.ask_quit = false;
    }
    ImGui::SameLine();
    if (ImGui::Button("Stay")) c.state.ask_quit = false;
    end_box();
}

}  // namespace marginscope
