// The rows of the menus Decode and Model.
#include "ui/decode/decode_actions.h"

#include <algorithm>

#include "ui/decode/decode_view.h"
#include "ui/decode/probability_actions.h"
#include "ui/decode/twin_actions.h"

namespace marginscope {
namespace {

bool has_text(const ActionContext& c) { return c.frames.decode != nullptr; }
bool has_margins(const ActionContext& c) {
    return c.frames.margins && c.frames.margins->measurable();
}
bool has_job(const ActionContext& c) { return c.frames.status && !c.frames.status->jobs.empty(); }
bool has_attention(const ActionContext& c) {
    return c.frames.attention != nullptr && c.frames.attention->heads > 0;
}
bool has_drags(const ActionContext& c) { return has_text(c) && !c.frames.decode->dragged.empty(); }

// What is shown follows the cursor: a selection elsewhere would stay behind.
void step(ActionContext& c, int by) {
    c.state.selection.index = -1;
    c.out.push_back(StepDecode{by});
}

void jump(ActionContext& c, int index) {
    c.state.selection.index = -1;
    c.out.push_back(JumpDecode{index});
}

void play_pause(ActionContext& c) {
    const double speed = c.state.view<DecodeView>().controls.tokens_per_s;
    c.out.push_back(PlayDecode{!c.frames.decode->playing, speed});
}

void restart(ActionContext& c, bool new_seed) {
    if (new_seed) {
        SamplingSettings settings = c.frames.decode->sampling;
        ++settings.seed;
        c.out.push_back(SetSampling{settings});
    }
    c.state.selection.index = -1;
    c.out.push_back(RestartDecode{});
}

// The likeliest continuation that is not a branch yet.
void branch(ActionContext& c) {
    for (const CandidateCell& candidate : c.frames.decode->candidates) {
        if (candidate.node >= 0) continue;
        c.state.selection.index = -1;
        c.out.push_back(ChooseToken{candidate.token});
        return;
    }
}

void go_to_low_margin(ActionContext& c) {
    const int from = selected_index(c.state.selection, c.frames.decode.get());
    const MarginFrame& margins = *c.frames.margins;
    const int next = next_low_margin(margins, from,
                                     c.state.view<DecodeView>().traces.threshold_of(margins.kind));
    if (next >= 0) c.state.selection.index = next;
}

void go_to_support(ActionContext& c) {
    const int from = selected_index(c.state.selection, c.frames.decode.get());
    c.state.selection.index = next_support(*c.frames.margins, from);
}

void change_head(ActionContext& c, int layers, int heads) {
    Selection& s = c.state.selection;
    s.layer = std::clamp(s.layer + layers, 0, std::max(0, c.frames.attention->layers - 1));
    s.head = std::clamp(s.head + heads, 0, std::max(0, c.frames.attention->heads - 1));
}

std::vector<Action> moves() {
    return {
        {.id = "decode.play",
         .menu = "Decode",
         .name = "Play or pause",
         .keys = {ImGuiKey_Space},
         .enabled = has_text,
         .run = play_pause},
        {.id = "decode.forward",
         .menu = "Decode",
         .name = "One step forwards",
         .keys = {ImGuiKey_RightArrow},
         .repeats = true,
         .enabled = has_text,
         .run = [](ActionContext& c) { step(c, 1); }},
        {.id = "decode.back",
         .menu = "Decode",
         .name = "One step back",
         .keys = {ImGuiKey_LeftArrow},
         .repeats = true,
         .enabled = has_text,
         .run = [](ActionContext& c) { step(c, -1); }},
        {.id = "decode.forward_ten",
         .menu = "Decode",
         .name = "Ten steps forwards",
         .keys = {ImGuiMod_Shift | ImGuiKey_RightArrow},
         .repeats = true,
         .enabled = has_text,
         .run = [](ActionContext& c) { step(c, 10); }},
        {.id = "decode.back_ten",
         .menu = "Decode",
         .name = "Ten steps back",
         .keys = {ImGuiMod_Shift | ImGuiKey_LeftArrow},
         .repeats = true,
         .enabled = has_text,
         .run = [](ActionContext& c) { step(c, -10); }},
        {.id = "decode.first",
         .menu = "Decode",
         .name = "To the beginning",
         .keys = {ImGuiKey_Home},
         .enabled = has_text,
         .run = [](ActionContext& c) { jump(c, 0); }},
        {.id = "decode.last",
         .menu = "Decode",
         .name = "To the end",
         .keys = {ImGuiKey_End},
         .enabled = has_text,
         .run =
             [](ActionContext& c) { jump(c, static_cast<int>(c.frames.decode->line.size()) - 1); }},
    };
}

std::vector<Action> changes() {
    return {
        {.id = "decode.branch",
         .menu = "Decode",
         .name = "Branch: the next candidate",
         .keys = {ImGuiKey_B},
         .enabled = has_text,
         .run = branch},
        {.id = "decode.restart",
         .menu = "Decode",
         .name = "Restart behind the prompt, same seed",
         .keys = {ImGuiKey_R},
         .enabled = has_text,
         .run = [](ActionContext& c) { restart(c, false); }},
        {.id = "decode.restart_new",
         .menu = "Decode",
         .name = "Restart behind the prompt, new seed",
         .keys = {ImGuiMod_Shift | ImGuiKey_R},
         .enabled = has_text,
         .run = [](ActionContext& c) { restart(c, true); }},
        {.id = "decode.low_margin",
         .menu = "Decode",
         .name = "Go to the next low margin",
         .keys = {ImGuiKey_G},
         .enabled = has_margins,
         .run = go_to_low_margin},
        {.id = "decode.next_support",
         .menu = "Decode",
         .name = "Go to the next support token",
         .keys = {ImGuiKey_S},
         .enabled = has_margins,
         .run = go_to_support},
        {.id = "decode.follow",
         .menu = "Decode",
         .name = "Select what is at the cursor",
         .keys = {ImGuiKey_Escape},
         .enabled = has_text,
         .run = [](ActionContext& c) { c.state.selection.index = -1; }},
        {.id = "decode.undo_drags",
         .menu = "Decode",
         .name = "Undo all drags",
         .keys = {ImGuiMod_Shift | ImGuiKey_D},
         .enabled = has_drags,
         .run = [](ActionContext& c) { c.out.push_back(ResetDrags{}); }},
    };
}

std::vector<Action> model() {
    return {
        {.id = "model.layer_up",
         .menu = "Model",
         .name = "Layer up",
         .keys = {ImGuiMod_Alt | ImGuiKey_UpArrow},
         .repeats = true,
         .enabled = has_attention,
         .run = [](ActionContext& c) { change_head(c, 1, 0); }},
        {.id = "model.layer_down",
         .menu = "Model",
         .name = "Layer down",
         .keys = {ImGuiMod_Alt | ImGuiKey_DownArrow},
         .repeats = true,
         .enabled = has_attention,
         .run = [](ActionContext& c) { change_head(c, -1, 0); }},
        {.id = "model.next_head",
         .menu = "Model",
         .name = "Next head",
         .keys = {ImGuiMod_Alt | ImGuiKey_RightArrow},
         .repeats = true,
         .enabled = has_attention,
         .run = [](ActionContext& c) { change_head(c, 0, 1); }},
        {.id = "model.previous_head",
         .menu = "Model",
         .name = "Previous head",
         .keys = {ImGuiMod_Alt | ImGuiKey_LeftArrow},
         .repeats = true,
         .enabled = has_attention,
         .run = [](ActionContext& c) { change_head(c, 0, -1); }},
        {.id = "model.fit",
         .menu = "Model",
         .name = "Fit a stage to this model",
         .keys = {ImGuiKey_F},
         .enabled = has_text,
         .run = [](ActionContext& c) { c.out.push_back(FitStage{}); }},
        {.id = "model.stop_fit",
         .menu = "Model",
         .name = "Stop fitting a stage",
         .enabled = has_job,
         .run = [](ActionContext& c) { c.out.push_back(CancelJob{}); }},
    };
}

}  // namespace

std::span<const Action> decode_actions() {
    static const std::vector<Action> table = [] {
        std::vector<Action> all;
        for (const auto part :
             {moves, changes, probability_actions, twin_actions, model, margin_actions})
            for (Action& action : part()) all.push_back(std::move(action));
        return all;
    }();
    return table;
}

}  // namespace marginscope
