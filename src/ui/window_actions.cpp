// The rows of the menus File, View and Help.
#include "ui/window_actions.h"

#include <algorithm>
#include <cmath>

#include "ui/presenting.h"
#include "ui/robustness/robustness_view.h"
#include "ui/window_picture.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

bool has_model(const ActionContext& c) {
    return c.frames.decode != nullptr && !c.frames.decode->model_label.empty();
}

std::function<void(ActionContext&)> toggle(Box box) {
    return [box](ActionContext& c) {
        BoxState& boxes = c.state.boxes;
        boxes.open = boxes.open == box ? Box::none : box;
    };
}

void ask_for_path(ActionContext& c, FileWish wish) {
    BoxState& boxes = c.state.boxes;
    boxes.open = Box::open;
    boxes.wish = wish;
    boxes.path.clear();
    c.state.view<RobustnessView>().file = RobustnessFile::none;
    if (wish == FileWish::save_session && c.frames.history != nullptr)
        boxes.path = c.frames.history->file;
    boxes.listing = {};  // read anew
}

void save_session(ActionContext& c) {
    if (c.frames.history->file.empty()) return ask_for_path(c, FileWish::save_session);
    c.out.push_back(SaveSession{});
}

bool has_document(const ActionContext& c) { return c.frames.history != nullptr; }

void show_theme(ActionContext& c, ThemeKind kind) {
    c.state.theme_kind = kind;
    c.state.theme_dirty = true;
}

// On a projector, light or with high contrast; else dark or light.
void change_theme(ActionContext& c) {
    const ThemeKind now = c.state.theme_kind;
    if (c.state.view<PresentingView>().on)
        return show_theme(c, now == ThemeKind::light ? ThemeKind::contrast : ThemeKind::light);
    show_theme(c, now == ThemeKind::dark ? ThemeKind::light : ThemeKind::dark);
}

void present(ActionContext& c) {
    if (c.state.view<PresentingView>().on)
        stop_presenting(c.state);
    else
        start_presenting(c.state);
}

void set_scale(ActionContext& c, float scale) {
    c.state.user_scale = std::clamp(scale, kMinUiScale, kMaxUiScale);
    c.state.theme_dirty = true;
}

// A tenth at a time, on whole tenths.
void change_scale(ActionContext& c, float by) {
    set_scale(c, std::round((c.state.user_scale + by) * 20) / 20);
}

void set_full_screen(ActionContext& c) {
    c.state.fullscreen = !c.state.fullscreen;
    c.state.fullscreen_changed = true;
}

std::vector<Action> workspace_actions() {
    std::vector<Action> rows;
    int number = 0;
    for (const Workspace& workspace : workspaces()) {
        const auto digit = static_cast<ImGuiKey>(ImGuiKey_1 + number++);
        const std::string id(workspace.id);
        rows.push_back({.id = "workspace." + id,
                        .menu = "View",
                        .name = workspace.title,
                        .keys = {ImGuiMod_Ctrl | digit},
                        .in_text = true,
                        .checked = [id](const ActionContext& c) { return c.state.workspace == id; },
                        .run = [id](ActionContext& c) { show_workspace(c.state, id); }});
    }
    return rows;
}

std::vector<Action> scale_actions() {
    std::vector<Action> rows = {
        {.id = "view.larger",
         .menu = "View",
         .name = "Larger",
         // With and without Shift, and whatever key types a plus: keyboards differ.
         .keys = {ImGuiMod_Ctrl | ImGuiKey_KeypadAdd, ImGuiMod_Ctrl | ImGuiKey_Equal,
                  ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Equal,
                  ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_KeypadAdd},
         .repeats = true,
         .in_text = true,
         .run = [](ActionContext& c) { change_scale(c, 0.1F); }},
        {.id = "view.smaller",
         .menu = "View",
         .name = "Smaller",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_Minus, ImGuiMod_Ctrl | ImGuiKey_KeypadSubtract},
         .repeats = true,
         .in_text = true,
         .run = [](ActionContext& c) { change_scale(c, -0.1F); }},
    };
    for (const int percent : {100, 125, 150, 200, 300}) {
        const float scale = static_cast<float>(percent) / 100;
        Action row{.id = "view.scale_" + std::to_string(percent),
                   .menu = "View",
                   .name = std::to_string(percent) + " %",
                   .in_text = true,
                   .checked =
                       [scale](const ActionContext& c) {
                           return std::abs(c.state.user_scale - scale) < 0.005F;
                       },
                   .run = [scale](ActionContext& c) { set_scale(c, scale); }};
        if (percent == 100)
            row.keys = {ImGuiMod_Ctrl | ImGuiKey_0, ImGuiMod_Ctrl | ImGuiKey_Keypad0};
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

std::vector<Action> file_actions() {
    return {
        {.id = "file.open",
         .menu = "File",
         .name = "Open a session, text, model, run or path…",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_O},
         .in_text = true,
         .run = [](ActionContext& c) { ask_for_path(c, FileWish::open); }},
        {.id = "file.last_session",
         .menu = "File",
         .name = "Open what was shown last time",
         .enabled = has_document,
         .run = [](ActionContext& c) { c.out.push_back(OpenLast{}); }},
        {.id = "file.save_session",
         .menu = "File",
         .name = "Save the session",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_S},
         .in_text = true,
         .enabled = has_document,
         .run = save_session},
        {.id = "file.save_session_as",
         .menu = "File",
         .name = "Save the session as…",
         .keys = {ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_S},
         .in_text = true,
         .enabled = has_document,
         .run = [](ActionContext& c) { ask_for_path(c, FileWish::save_session); }},
        {.id = "file.save_model",
         .menu = "File",
         .name = "Save the model…",
         .enabled = has_model,
         .run = [](ActionContext& c) { ask_for_path(c, FileWish::save_model); }},
        {.id = "file.small_model",
         .menu = "File",
         .name = "Load the small trained model",
         .run = [](ActionContext& c) { c.out.push_back(LoadModel{""}); }},
        {.id = "file.stories",
         .menu = "File",
         .name = "Train on the built-in stories",
         .run = [](ActionContext& c) { c.out.push_back(LoadText{""}); }},
        {.id = "file.picture",
         .menu = "File",
         .name = "Save a picture of the window",
         // The frame after next: by then no menu lies over it.
         .run = [](ActionContext& c) { c.state.view<PictureWish>().in_frames = 2; }},
        {.id = "file.quit",
         .menu = "File",
         .name = "Quit",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_Q},
         .in_text = true,
         .run = [](ActionContext& c) { c.state.quit = true; }},
    };
}

std::vector<Action> view_actions() {
    std::vector<Action> rows = workspace_actions();
    rows.push_back({.id = "view.side_panels",
                    .menu = "View",
                    .name = "Hide the side panels",
                    .keys = {ImGuiKey_Tab},
                    .checked = [](const ActionContext& c) { return c.state.only_main; },
                    .run = [](ActionContext& c) { c.state.only_main = !c.state.only_main; }});
    rows.push_back({.id = "view.reset_layout",
                    .menu = "View",
                    .name = "Reset the layout",
                    .run = [](ActionContext& c) {
                        c.state.reset_layout = true;
                        c.state.hidden.clear();
                        c.state.only_main = false;
                    }});
    rows.push_back({.id = "view.theme",
                    .menu = "View",
                    .name = "Dark or light",
                    .keys = {ImGuiMod_Ctrl | ImGuiKey_T},
                    .in_text = true,
                    .run = change_theme});
    rows.push_back(
        {.id = "view.contrast",
         .menu = "View",
         .name = "High contrast",
         .in_text = true,
         .checked =
             [](const ActionContext& c) { return c.state.theme_kind == ThemeKind::contrast; },
         .run = [](ActionContext& c) { show_theme(c, ThemeKind::contrast); }});
    for (Action& row : scale_actions()) rows.push_back(std::move(row));
    rows.push_back(
        {.id = "view.present",
         .menu = "View",
         .name = "Present on a projector",
         .keys = {ImGuiKey_F11},
         .in_text = true,
         .checked = [](const ActionContext& c) { return c.state.view<PresentingView>().on; },
         .run = present});
    rows.push_back({.id = "view.full_screen",
                    .menu = "View",
                    .name = "Full screen",
                    .keys = {ImGuiMod_Shift | ImGuiKey_F11},
                    .in_text = true,
                    .checked = [](const ActionContext& c) { return c.state.fullscreen; },
                    .run = set_full_screen});
    return rows;
}

std::vector<Action> help_actions() {
    return {
        {.id = "help.palette",
         .menu = "Help",
         .name = "All actions…",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_P, ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_P},
         .in_text = true,
         .run = toggle(Box::palette)},
        {.id = "help.keys",
         .menu = "Help",
         .name = "Keys",
         .character = '?',
         .run = toggle(Box::keys)},
        {.id = "help.log",
         .menu = "Help",
         .name = "Log",
         .keys = {ImGuiKey_L},
         .run = toggle(Box::log)},
        {.id = "help.about",
         .menu = "Help",
         .name = "About marginscope",
         .run = [](ActionContext& c) { c.state.boxes.open = Box::about; }},
    };
}

}  // namespace marginscope
