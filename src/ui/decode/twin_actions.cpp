// Noise on and off, other draws, frozen, chosen characters.
#include "ui/decode/twin_actions.h"

#include <algorithm>

namespace marginscope {
namespace {

constexpr double kUsualSigma = 0.25;  // × RMS

bool has_text(const ActionContext& c) { return c.frames.decode != nullptr; }
bool has_noise(const ActionContext& c) { return has_text(c) && c.frames.decode->noise.sigma > 0; }

void send(ActionContext& c, const auto& change) {
    SetDecodeNoise noise = c.frames.decode->noise;
    noise.frozen = false;
    change(noise);
    c.out.push_back(noise);
}

void toggle_noise(ActionContext& c) {
    if (!has_noise(c)) c.state.raise = "decode.twin";
    send(c, [](SetDecodeNoise& noise) {
        if (noise.sigma > 0) {
            noise.sigma = 0;
        } else {
            noise.sigma = kUsualSigma;
            noise.relative = true;
        }
    });
}

void toggle_selected(ActionContext& c) {
    const int selected = selected_index(c.state.selection, c.frames.decode.get());
    if (selected < 0) return;
    send(c, [selected](SetDecodeNoise& noise) {
        const auto at = std::ranges::lower_bound(noise.positions, selected);
        if (at != noise.positions.end() && *at == selected)
            noise.positions.erase(at);
        else
            noise.positions.insert(at, selected);
    });
}

}  // namespace

std::vector<Action> twin_actions() {
    return {
        {.id = "twin.noise",
         .menu = "Decode",
         .name = "Noise beside the text",
         .keys = {ImGuiKey_T},
         .enabled = has_text,
         .checked = has_noise,
         .run = toggle_noise},
        {.id = "twin.redraw",
         .menu = "Decode",
         .name = "Other draws of the noise",
         .keys = {ImGuiMod_Shift | ImGuiKey_T},
         .enabled = has_noise,
         .run = [](ActionContext& c) { send(c, [](SetDecodeNoise& n) { ++n.seed; }); }},
        {.id = "twin.freeze",
         .menu = "Decode",
         .name = "Freeze the twin",
         .enabled = has_noise,
         .checked =
             [](const ActionContext& c) { return has_noise(c) && c.frames.decode->noise.frozen; },
         .run =
             [](ActionContext& c) {
                 const bool frozen = c.frames.decode->noise.frozen;
                 send(c, [frozen](SetDecodeNoise& n) { n.frozen = !frozen; });
             }},
        {.id = "twin.selected",
         .menu = "Decode",
         .name = "Noise on the selected character",
         .enabled = has_noise,
         .run = toggle_selected}};
}

}  // namespace marginscope
