// The table of actions.
#include "ui/actions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "core/error.h"

namespace marginscope {
namespace {

bool has_decode(const ActionContext& c) { return c.frames.decode != nullptr; }
bool has_stage(const ActionContext& c) {
    return c.frames.margins != nullptr && c.frames.margins->has_stage;
}
bool has_model(const ActionContext& c) { return c.frames.decode != nullptr; }
bool has_run(const ActionContext& c) {
    return c.frames.training != nullptr && c.frames.training->state != TrainingState::idle;
}
bool can_pause(const ActionContext& c) {
    return has_run(c) && (c.frames.training->state == TrainingState::running ||
                          c.frames.training->state == TrainingState::paused);
}
bool not_training(const ActionContext& c) { return !can_pause(c); }
bool can_step(const ActionContext& c) {
    return has_run(c) && c.frames.training->state == TrainingState::paused;
}
bool has_attention(const ActionContext& c) {
    return c.frames.attention != nullptr && c.frames.attention->heads > 0;
}

void move_selection(ActionContext& c, int by) {
    // With a token selected the arrows walk the selection's text position by moving the cursor:
    // what is shown follows.
    c.state.selection.index = -1;
    c.out.push_back(StepDecode{by});
}

void play_pause(ActionContext& c) {
    if (c.state.workspace == Workspace::train && has_run(c)) {
        if (c.frames.training->state == TrainingState::running)
            c.out.push_back(PauseTraining{});
        else if (c.frames.training->state == TrainingState::paused)
            c.out.push_back(ResumeTraining{});
        return;
    }
    if (!has_decode(c)) return;
    c.out.push_back(PlayDecode{!c.frames.decode->playing,
                               static_cast<double>(c.state.decode.controls.tokens_per_s)});
}

void jump(ActionContext& c, int index) {
    c.state.selection.index = -1;
    c.out.push_back(JumpDecode{index});
}

void change_head(ActionContext& c, int layers, int heads) {
    const AttentionFrame& a = *c.frames.attention;
    Selection& s = c.state.selection;
    s.layer = std::clamp(s.layer + layers, 0, std::max(0, a.layers - 1));
    s.head = std::clamp(s.head + heads, 0, std::max(0, a.heads - 1));
}

void restart(ActionContext& c, bool new_seed) {
    if (new_seed) {
        SamplingSettings settings = c.frames.decode->sampling;
        ++settings.seed;
        c.out.push_back(SetSampling{settings});
    }
    c.state.selection.index = -1;
    c.out.push_back(SetPrompt{c.state.decode.controls.prompt});
}

void branch(ActionContext& c) {
    // The likeliest continuation that is not a branch yet.
    for (const CandidateCell& candidate : c.frames.decode->candidates) {
        if (candidate.node >= 0) continue;
        c.state.selection.index = -1;
        c.out.push_back(ChooseToken{candidate.token});
        return;
    }
}

void start_training(ActionContext& c) {
    const RunFormView& form = c.state.train.form;
    c.state.workspace = Workspace::train;
    try {
        validate(form.config);
        c.out.push_back(StartTraining{form.config, form.from_loaded, form.run_folder});
    } catch (const UserError& error) {
        c.state.train.form.problem = error.what();
    }
}

void go_to_low_margin(ActionContext& c) {
    const int from = selected_index(c.state.selection, c.frames.decode.get());
    const int next = next_low_margin(*c.frames.margins, from, c.state.decode.traces.threshold);
    if (next >= 0) c.state.selection.index = next;
}

void set_theme(ActionContext& c) {
    c.state.theme_kind = c.state.theme_kind == ThemeKind::dark ? ThemeKind::light : ThemeKind::dark;
    c.state.theme_dirty = true;
}

void set_scale(ActionContext& c, float factor) {
    c.state.user_scale =
        factor == 0 ? 1.0F : std::clamp(c.state.user_scale * factor, kMinUiScale, kMaxUiScale);
    c.state.theme_dirty = true;
}

void go_to(ActionContext& c, Workspace workspace) {
    c.state.workspace = workspace;
    c.state.maximized.clear();
}

constexpr ImGuiKeyChord kCtrl = ImGuiMod_Ctrl;
constexpr ImGuiKeyChord kShift = ImGuiMod_Shift;

const std::array kActions = std::to_array<Action>({
    {"File", "Open or save…", kCtrl | ImGuiKey_O, "Ctrl+O", false, nullptr, [](ActionContext& c) { c.state.show_open = true; }, true},
    {"File", "Small trained model", 0, "", false, nullptr, [](ActionContext& c) { c.out.push_back(LoadModel{""}); }},
    {"File", "Built-in story corpus", 0, "", false, nullptr, [](ActionContext& c) { c.out.push_back(LoadText{""}); }},
    {"File", "Quit", kCtrl | ImGuiKey_Q, "Ctrl+Q", false, nullptr, [](ActionContext& c) { c.state.quit = true; }, true},

    {"Decode", "Play or pause", ImGuiKey_Space, "Space", false, nullptr, play_pause},
    {"Decode", "One step forwards", ImGuiKey_RightArrow, "→", true, has_decode, [](ActionContext& c) { move_selection(c, 1); }},
    {"Decode", "One step back", ImGuiKey_LeftArrow, "←", true, has_decode, [](ActionContext& c) { move_selection(c, -1); }},
    {"Decode", "Ten steps forwards", kShift | ImGuiKey_RightArrow, "Shift+→", true, has_decode, [](ActionContext& c) { move_selection(c, 10); }},
    {"Decode", "Ten steps back", kShift | ImGuiKey_LeftArrow, "Shift+←", true, has_decode, [](ActionContext& c) { move_selection(c, -10); }},
    {"Decode", "To the beginning", ImGuiKey_Home, "Home", false, has_decode, [](ActionContext& c) { jump(c, 0); }},
    {"Decode", "To the end", ImGuiKey_End, "End", false, has_decode,
     [](ActionContext& c) { jump(c, static_cast<int>(c.frames.decode->line.size()) - 1); }},
    {"Decode", "Branch: next candidate", ImGuiKey_B, "B", false, has_decode, branch},
    {"Decode", "Restart with the same seed", ImGuiKey_R, "R", false, has_decode, [](ActionContext& c) { restart(c, false); }},
    {"Decode", "Restart with a new seed", kShift | ImGuiKey_R, "Shift+R", false, has_decode, [](ActionContext& c) { restart(c, true); }},
    {"Decode", "Go to the next low margin", ImGuiKey_G, "G", false, has_stage, go_to_low_margin},
    {"Decode", "Selection follows the cursor", ImGuiKey_Escape, "Esc", false, has_decode, [](ActionContext& c) { c.state.selection.index = -1; }},
    {"Decode", "Undo all drags", kShift | ImGuiKey_D, "Shift+D", false, has_decode, [](ActionContext& c) { c.out.push_back(ResetDrags{}); }},

    {"Model", "Layer up", ImGuiKey_RightBracket, "]", true, has_attention, [](ActionContext& c) { change_head(c, 1, 0); }},
    {"Model", "Layer down", ImGuiKey_LeftBracket, "[", true, has_attention, [](ActionContext& c) { change_head(c, -1, 0); }},
    {"Model", "Next head", ImGuiKey_Period, ".", true, has_attention, [](ActionContext& c) { change_head(c, 0, 1); }},
    {"Model", "Previous head", ImGuiKey_Comma, ",", true, has_attention, [](ActionContext& c) { change_head(c, 0, -1); }},
    {"Model", "Fit a stage to this model", ImGuiKey_F, "F", false, has_model, [](ActionContext& c) { c.out.push_back(FitStage{}); }},
    {"Train", "Start training", 0, "", false, not_training, start_training},
    {"Train", "Pause or resume training", 0, "", false, can_pause,
     [](ActionContext& c) {
         if (c.frames.training->state == TrainingState::running) c.out.push_back(PauseTraining{});
         else c.out.push_back(ResumeTraining{});
     }},
    {"Train", "Stop training", 0, "", false, can_pause, [](ActionContext& c) { c.out.push_back(StopTraining{}); }},
    {"Train", "One training step", ImGuiKey_N, "N", true, can_step, [](ActionContext& c) { c.out.push_back(StepTraining{1}); }},

    {"View", "Decode", kCtrl | ImGuiKey_1, "Ctrl+1", false, nullptr, [](ActionContext& c) { go_to(c, Workspace::decode); }, true},
    {"View", "Train", kCtrl | ImGuiKey_2, "Ctrl+2", false, nullptr, [](ActionContext& c) { go_to(c, Workspace::train); }, true},
    {"View", "Path", kCtrl | ImGuiKey_3, "Ctrl+3", false, nullptr, [](ActionContext& c) { go_to(c, Workspace::path); }, true},
    {"View", "Hide the side panels", ImGuiKey_Tab, "Tab", false, nullptr, [](ActionContext& c) { c.state.only_main = !c.state.only_main; }},
    {"View", "Reset the layout", 0, "", false, nullptr, [](ActionContext& c) { c.state.reset_layout = true; }},
    {"View", "Dark or light", kCtrl | ImGuiKey_T, "Ctrl+T", false, nullptr, set_theme, true},
    {"View", "Larger", kCtrl | ImGuiKey_Equal, "Ctrl++", true, nullptr, [](ActionContext& c) { set_scale(c, 1.1F); }, true},
    {"View", "Smaller", kCtrl | ImGuiKey_Minus, "Ctrl+-", true, nullptr, [](ActionContext& c) { set_scale(c, 1 / 1.1F); }, true},
    {"View", "100 %", kCtrl | ImGuiKey_0, "Ctrl+0", false, nullptr, [](ActionContext& c) { set_scale(c, 0); }, true},
    {"View", "Full screen", ImGuiKey_F11, "F11", false, nullptr,
     [](ActionContext& c) { c.state.fullscreen = !c.state.fullscreen; c.state.fullscreen_changed = true; }, true},

    {"Help", "All actions…", kCtrl | ImGuiKey_P, "Ctrl+P", false, nullptr, [](ActionContext& c) { c.state.show_palette = !c.state.show_palette; }, true},
    {"Help", "Keys", kShift | ImGuiKey_Slash, "?", false, nullptr, [](ActionContext& c) { c.state.show_keys = !c.state.show_keys; }},
    {"Help", "Log", ImGuiKey_L, "L", false, nullptr, [](ActionContext& c) { c.state.show_log = !c.state.show_log; }},
    {"Help", "About marginscope", 0, "", false, nullptr, [](ActionContext& c) { c.state.show_about = true; }},
});

// ImGui's own chord test also looks at key owners, which panels never set; this one only compares
// modifiers exactly.
bool pressed(const Action& action) {
    if (action.chord == 0) return false;
    const auto key = static_cast<ImGuiKey>(action.chord & ~ImGuiMod_Mask_);
    const ImGuiKeyChord mods = action.chord & ImGuiMod_Mask_;
    return (ImGui::GetIO().KeyMods & ImGuiMod_Mask_) == mods &&
           ImGui::IsKeyPressed(key, action.repeats);
}

}  // namespace

std::span<const Action> actions() { return kActions; }

bool is_enabled(const Action& action, const ActionContext& context) {
    return action.enabled == nullptr || action.enabled(context);
}

void run_keys(ActionContext& context) {
    const bool typing = ImGui::GetIO().WantTextInput || context.state.show_palette;
    // On keyboards where "?" needs no Shift, or another key, the character itself arrives.
    for (const ImWchar character : ImGui::GetIO().InputQueueCharacters) {
        if (character == '?' && !typing && !ImGui::IsKeyPressed(ImGuiKey_Slash, false))
            context.state.show_keys = !context.state.show_keys;
    }
    for (const Action& action : kActions) {
        if (typing && !action.in_text) continue;
        if (pressed(action) && is_enabled(action, context)) action.run(context);
    }
}

Command command_for_path(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::is_directory(path, error)) {
        if (fs::exists(fs::path(path) / "config.json", error)) return LoadModel{path};
        return OpenPath{path};
    }
    if (fs::path(path).filename() == "path.json")
        return OpenPath{fs::path(path).parent_path().string()};
    if (fs::path(path).extension() == ".safetensors") return LoadModel{path};
    return LoadText{path};
}

int next_low_margin(const MarginFrame& margins, int from, float threshold) {
    const int count = static_cast<int>(margins.cells.size());
    int lowest = -1;
    for (int k = 1; k <= count; ++k) {
        const int i = ((from < 0 ? -1 : from) + k) % count;
        const MarginCell& cell = margins.cells[static_cast<std::size_t>(i)];
        if (!cell.valid || std::isnan(cell.logdet)) continue;
        if (cell.logdet < threshold) return i;
        if (lowest < 0 || cell.logdet < margins.cells[static_cast<std::size_t>(lowest)].logdet)
            lowest = i;
    }
    return lowest;
}

}  // namespace marginscope
