// Sliders and buttons of the noise.
#include "ui/decode/twin_controls.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/twin_words.h"
#include "ui/flow.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr std::initializer_list<Choice> kUnits = {
    {"absolute", "Noise in the units of what it is added to"},
    {"× RMS",
     "Noise as a multiple of the root mean square of what it is added to, over the prompt: "
     "comparable between models"}};
constexpr std::initializer_list<Choice> kPlaces = {
    {"embeddings", "Added to the token embeddings at the input"},
    {"attention", "Added to what the attention of every layer reads"},
    {"residual", "Added to the residual stream after every layer"}};
constexpr std::initializer_list<Choice> kWhich = {
    {"all", "Every character gets noise"},
    {"chosen", "Only the characters that are chosen: the selected one, and those added to it"}};

/// Follows the engine except while a control is held.
void follow(const DecodeFrame& decode, NoiseView& view) {
    if (view.held) return;
    const bool relative = view.noise.relative;
    view.noise = decode.noise;
    if (decode.noise.sigma <= 0) view.noise.relative = relative;
}

bool strength(const Theme& theme, NoiseView& view) {
    const SliderSpec spec{.label = "Noise",
                          .scale = {0.001, 1.0, true, true, false},
                          .digits = 3,
                          .off_text = "off",
                          .quantity = Quantity::noise};
    bool changed = slider(theme, spec, view.noise.sigma);
    view.held = ImGui::IsAnyItemActive();
    return changed;
}

bool unit(const Theme& theme, SetDecodeNoise& noise) {
    int choice = noise.relative ? 1 : 0;
    if (!segmented(theme, "unit", kUnits, choice)) return false;
    noise.relative = choice == 1;
    return true;
}

/// A change of what is computed thaws the twin: frozen, it would not be seen.
void send(SetDecodeNoise& noise, PanelContext& context) {
    noise.frozen = false;
    context.out.push_back(noise);
}

bool which(const Frames& frames, SetDecodeNoise& noise, PanelContext& context) {
    const Theme& theme = context.theme;
    const DecodeFrame& decode = *frames.decode;
    const int selected = selected_index(context.selection, &decode);
    int choice = noise.positions.empty() ? 0 : 1;
    bool changed = false;
    if (segmented(theme, "which", kWhich, choice)) {
        noise.positions.clear();
        if (choice == 1 && selected >= 0) noise.positions = {selected};
        changed = true;
    }
    if (noise.positions.empty() || selected < 0) return changed;
    const auto at = std::ranges::lower_bound(noise.positions, selected);
    bool on = at != noise.positions.end() && *at == selected;
    const std::string words =
        symbol_and_place(&decode, decode.line[static_cast<std::size_t>(selected)].token, selected);
    flow(button_width(words.c_str()) + theme.px(12), theme.px(8));
    if (!switch_button(theme, words.c_str(), on,
                       "Whether the selected character gets noise; without any chosen, all do"))
        return changed;
    if (on)
        noise.positions.insert(at, selected);
    else
        noise.positions.erase(at);
    return true;
}

bool draws(const Theme& theme, SetDecodeNoise& noise) {
    double number = noise.draws;
    if (!slider(theme,
                {.label = "Draws",
                 .scale = {1.0, 64.0, true, false, true},
                 .digits = 3,
                 .hint = "How many draws of the noise are averaged; the first of them is shown"},
                number))
        return false;
    noise.draws = std::clamp(static_cast<int>(number), 1, kMostTwinDraws);
    return true;
}

}  // namespace

void draw_noise_strength(const DecodeFrame& decode, NoiseView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    follow(decode, view);
    bool changed = strength(theme, view);
    if (ImGui::GetContentRegionAvail().x > theme.px(230))
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + theme.px(94));
    changed = unit(theme, view.noise) || changed;
    if (changed) send(view.noise, context);
}

void draw_twin_controls(const Frames& frames, NoiseView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    follow(*frames.decode, view);
    SetDecodeNoise& noise = view.noise;
    bool changed = false;
    const bool wide = ImGui::GetContentRegionAvail().x > theme.px(560);
    if (wide && ImGui::BeginTable("##sliders", 2, ImGuiTableFlags_SizingStretchSame)) {
        ImGui::TableNextColumn();
        changed = strength(theme, view);
        ImGui::TableNextColumn();
        changed = draws(theme, noise) || changed;
        ImGui::EndTable();
    } else {
        changed = strength(theme, view);
        changed = draws(theme, noise) || changed;
    }
    const float gap = theme.px(8);
    changed = unit(theme, noise) || changed;
    flow(segmented_width(theme, kPlaces), gap);
    int place = static_cast<int>(noise.where);
    if (segmented(theme, "where", kPlaces, place)) {
        noise.where = static_cast<NoisePlace>(place);
        changed = true;
    }
    flow(segmented_width(theme, kWhich), gap);
    changed = which(frames, noise, context) || changed;
    flow(theme.px(70), gap);
    bool redraw = false;
    if (switch_button(theme, "Redraw", redraw, "Other draws of the same noise: the next seed")) {
        ++noise.seed;
        changed = true;
    }
    flow(theme.px(70), gap);
    bool frozen = noise.frozen;
    const bool pressed =
        switch_button(theme, "Freeze", frozen, "Keep this twin as it is while the text goes on");
    if (changed) {
        send(noise, context);
    } else if (pressed) {
        noise.frozen = frozen;
        context.out.push_back(noise);
    }
}

}  // namespace marginscope
