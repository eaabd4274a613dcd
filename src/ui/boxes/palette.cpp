// The palette: every action and every live setting by its letters.
#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "ui/boxes/box.h"
#include "ui/train/train_view.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

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
    c.state.view<TrainView>().settings.set_live(std::string(field->name), *value, false,
                                                {c.frames, c.state.history}, c.out);
    return true;
}

// Menu, name and key in one line. True when it was clicked.
bool draw_action_row(const Theme& theme, const Action& action, bool on) {
    const bool clicked = ImGui::Selectable("##row", on, 0, ImVec2(0, theme.px(24)));
    if (on) ImGui::SetScrollHereY(0.5F);
    ImGui::SameLine(theme.px(6));
    text_colored(theme.faint, action.menu.c_str());
    ImGui::SameLine(theme.px(76));
    text_colored(theme.text, action.name.c_str());
    const std::string key = key_of(action);
    if (!key.empty()) {
        ImGui::PushFont(theme.fonts.mono, type::kSmall);
        const float width = ImGui::CalcTextSize(key.c_str()).x + theme.px(16);
        ImGui::PopFont();
        ImGui::SameLine(ImGui::GetContentRegionMax().x - width);
        key_hint(theme, key.c_str());
    }
    return clicked;
}

// The actions that hold the letters: those whose name begins with them come first.
std::vector<const Action*> matches(const ActionContext& c, const std::string& wanted) {
    std::vector<const Action*> found;
    for (const Action& action : actions()) {
        if (is_enabled(action, c) &&
            (contains(action.name, wanted) || contains(action.menu, wanted)))
            found.push_back(&action);
    }
    std::stable_partition(found.begin(), found.end(), [&](const Action* action) {
        return contains(std::string_view(action->name).substr(0, wanted.size()), wanted);
    });
    return found;
}

// Below each other; the chosen one or nullptr.
const Action* draw_actions(ActionContext& c, const std::vector<const Action*>& found, bool enter) {
    const Action* chosen = nullptr;
    int row = 0;
    for (const Action* action : found) {
        ImGui::PushID(row);
        const bool on = row++ == c.state.boxes.palette_row;
        if (draw_action_row(c.state.theme, *action, on) || (on && enter)) chosen = action;
        ImGui::PopID();
    }
    return chosen;
}

void begin_palette(const Theme& theme) {
    const ImGuiViewport* view = ImGui::GetMainViewport();
    const ImVec2 room = room_for_box(theme);
    ImGui::SetNextWindowPos(ImVec2(view->WorkPos.x + view->WorkSize.x / 2,
                                   view->WorkPos.y + std::min(theme.px(72), view->WorkSize.y / 8)),
                            0, ImVec2(0.5F, 0));
    ImGui::SetNextWindowSize(
        ImVec2(std::min(theme.px(500), room.x), std::min(theme.px(400), 0.8F * room.y)));
    ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.raised);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
    ImGui::Begin("palette###box", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking |
                     ImGuiWindowFlags_NoSavedSettings);
}

}  // namespace

void draw_palette(ActionContext& c) {
    BoxState& boxes = c.state.boxes;
    const Theme& theme = c.state.theme;
    begin_palette(theme);
    if (ImGui::IsWindowAppearing()) {
        boxes.palette_text.clear();
        boxes.palette_row = 0;
        ImGui::SetKeyboardFocusHere();
    }
    const bool enter = input_text("##what", boxes.palette_text, "What to do", -1.0F,
                                  ImGuiInputTextFlags_EnterReturnsTrue);
    if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ++boxes.palette_row;
    if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) --boxes.palette_row;
    const std::string wanted = boxes.palette_text.c_str();
    const std::vector<const Action*> found = matches(c, wanted);
    const int rows = static_cast<int>(found.size());
    ImGui::BeginChild("##list");
    const Action* chosen = draw_actions(c, found, enter);
    if (draw_setting_row(c, wanted, rows == 0 && enter))
        boxes.open = Box::none;
    else if (rows == 0)
        paragraph(theme, theme.dim,
                  "No action has these letters. A live setting: its name and a value, as in "
                  "lambda 0.05");
    boxes.palette_row = std::clamp(boxes.palette_row, 0, std::max(0, rows - 1));
    ImGui::EndChild();
    if (!ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) &&
        !ImGui::IsWindowAppearing())
        boxes.open = Box::none;
    ImGui::End();
    ImGui::PopStyleVar();
    ImGui::PopStyleColor();
    if (chosen == nullptr) return;
    boxes.open = Box::none;
    chosen->run(c);
}

}  // namespace marginscope
