// What the user types and turns while decoding.
#include "ui/decode/controls.h"

#include <algorithm>
#include <cmath>

#include "ui/action_button.h"
#include "ui/decode/chooser_controls.h"
#include "ui/decode/twin_controls.h"

namespace marginscope {
namespace {

void draw_buttons(const DecodeFrame* decode, PanelContext& context) {
    const bool ready = decode != nullptr;
    const bool playing = ready && decode->playing;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(context.theme.px(2), 0));
    action_button(context, "decode.first", Icon::first, ready);
    ImGui::SameLine();
    action_button(context, "decode.back", Icon::back, ready);
    ImGui::SameLine();
    action_button(context, "decode.play", playing ? Icon::pause : Icon::play, ready, playing);
    ImGui::SameLine();
    action_button(context, "decode.forward", Icon::forward, ready);
    ImGui::SameLine();
    action_button(context, "decode.last", Icon::last, ready);
    ImGui::SameLine();
    action_button(context, "decode.restart", Icon::restart, ready);
    ImGui::PopStyleVar();
}

// How much noise the twin has, and what it does in a few words.
void draw_noise(const Frames& frames, ControlsView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    draw_noise_strength(*frames.decode, view.noise, context);
    const TwinFrame* twin = frames.twin.get();
    if (twin == nullptr || twin->noise.sigma <= 0 || twin->cells.empty()) return;
    const std::string flips =
        format_percent(twin->share_flipped) + " of the predictions flip: see Twin";
    small_paragraph(theme, twin->share_flipped > 0 ? theme.text : theme.dim, flips.c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Places where the likeliest next character is another one under this noise, over all "
            "draws");
}

// Temperature, cuts and seed; true when one changed.
bool draw_sliders(const DecodeFrame& decode, ControlsView& view, const Theme& theme) {
    SamplingSettings& s = view.sampling;
    bool changed = false, held = false;
    const auto row = [&](const SliderSpec& spec, auto& value) {
        double number = static_cast<double>(value);
        if (slider(theme, spec, number)) {
            value = static_cast<std::remove_reference_t<decltype(value)>>(number);
            changed = true;
        }
        held = held || ImGui::IsAnyItemActive();
    };
    row({.label = "Temperature",
         .scale = {0.0, 2.0, false, false, false},
         .digits = 2,
         .off_text = "greedy",
         .quantity = Quantity::temperature},
        s.temperature);
    const double vocabulary = decode.symbols != nullptr
                                  ? std::max<double>(2, static_cast<double>(decode.symbols->size()))
                                  : 256;
    row({.label = "Top-k",
         .scale = {0.0, vocabulary, false, false, true},
         .digits = 4,
         .off_text = "off",
         .quantity = Quantity::top_k},
        s.top_k);
    row({.label = "Top-p",
         .scale = {0.05, 1.0, false, false, false},
         .digits = 2,
         .quantity = Quantity::top_p},
        s.top_p);
    row({.label = "Seed",
         .scale = {0.0, 9999.0, false, false, true},
         .digits = 6,
         .quantity = Quantity::seed},
        s.seed);
    view.sampling_held = held;
    return changed;
}

// What of the text the model cannot read, and what of it is not shown.
void draw_unknown(const DecodeFrame& decode, float rest, float& top, const Theme& theme) {
    std::string words;
    if (decode.unknown > 0) words = std::to_string(decode.unknown) + " unknown";
    if (decode.left_out > 0)
        words += (words.empty() ? "" : ", ") + std::to_string(decode.left_out) + " not shown";
    if (words.empty()) return;
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    if (ImGui::CalcTextSize(words.c_str()).x <= rest) {
        ImGui::SameLine(0, theme.px(12));
        ImGui::SetCursorScreenPos(ImVec2(ImGui::GetCursorScreenPos().x, top + theme.px(7)));
    }
    ImGui::PushTextWrapPos(0.0F);
    text_colored(theme.error, words.c_str());
    ImGui::PopTextWrapPos();
    top = ImGui::GetItemRectMin().y - theme.px(7);
    ImGui::PopFont();
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Unknown: characters of your text that this model has no token for; the text "
            "is kept as it is.\nNot shown: characters after the longest text that can "
            "be shown.");
}

int resized(ImGuiInputTextCallbackData* data) {
    if (data->EventFlag != ImGuiInputTextFlags_CallbackResize) return 0;
    auto* text = static_cast<std::string*>(data->UserData);
    text->resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = text->data();
    return 0;
}

// A field that keeps the line breaks of what is pasted and grows to three lines; Enter enters it,
// Ctrl+Enter breaks the line. True when it was entered.
bool prompt_field(std::string& text, float width, const Theme& theme) {
    const auto lines = std::min<std::ptrdiff_t>(3, 1 + std::count(text.begin(), text.end(), '\n'));
    const ImVec2 at = ImGui::GetCursorScreenPos(), pad = ImGui::GetStyle().FramePadding;
    const float height = ImGui::GetTextLineHeight() * static_cast<float>(lines) + 2 * pad.y;
    // The field is a window of its own: ground and hint lie under it.
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.raised, theme.px(4));
    if (text.empty()) {
        const float px = ImGui::GetFontSize();
        const std::string hint =
            shortened(theme.fonts.text, px, "Prompt: type or paste a beginning, press Enter",
                      width - 2 * pad.x);
        draw->AddText(theme.fonts.text, px, ImVec2(at.x + pad.x, at.y + pad.y), theme.faint,
                      hint.c_str());
    }
    ImGui::PushStyleColor(ImGuiCol_FrameBg, IM_COL32_BLACK_TRANS);
    const bool entered = ImGui::InputTextMultiline(
        "##prompt", text.data(), text.capacity() + 1, ImVec2(width, height),
        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CtrlEnterForNewLine |
            ImGuiInputTextFlags_CallbackResize,
        resized, &text);
    ImGui::PopStyleColor();
    return entered;
}

}  // namespace

void draw_transport(const Frames& frames, ControlsView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const DecodeFrame* decode = frames.decode.get();
    draw_buttons(decode, context);
    const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
    const auto rest = [&] { return right - ImGui::GetItemRectMax().x - theme.px(12); };
    float top = ImGui::GetItemRectMin().y;
    if (decode != nullptr) {
        const std::string place =
            std::to_string(decode->cursor) + " / " + std::to_string(decode->line.size());
        ImGui::PushFont(theme.fonts.mono, type::kSmall);
        if (ImGui::CalcTextSize(place.c_str()).x <= rest()) {
            ImGui::SameLine(0, theme.px(12));
            ImGui::SetCursorScreenPos(ImVec2(ImGui::GetCursorScreenPos().x, top + theme.px(7)));
        }
        text_colored(theme.dim, place.c_str());
        top = ImGui::GetItemRectMin().y - theme.px(7);  // of the row it has come to stand in
        ImGui::PopFont();
        if (ImGui::IsItemHovered())
            ImGui::SetTooltip("Characters before the cursor / on this line of the tree");
        draw_unknown(*decode, rest(), top, theme);
    }
    if (rest() >= theme.px(150)) {
        ImGui::SameLine(0, theme.px(12));
        ImGui::SetCursorScreenPos(ImVec2(ImGui::GetCursorScreenPos().x, top + theme.px(1)));
    }
    const float width = std::max(theme.px(40), ImGui::GetContentRegionAvail().x);
    if (prompt_field(view.prompt, width, theme)) {
        view.prompt = view.prompt.c_str();
        context.selection.index = -1;
        context.out.push_back(SetPrompt{view.prompt});
    }
    ImGui::Dummy(ImVec2(0, theme.px(2)));
}

void draw_sampling(const Frames& frames, ControlsView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const DecodeFrame* decode = frames.decode.get();
    if (decode == nullptr) {
        empty_state(theme, "No model yet",
                    "Sampling and noise can be set as soon as a model is loaded.");
        return;
    }
    if (!view.sampling_held) view.sampling = decode->sampling;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(8), theme.px(2)));
    bool changed = draw_sliders(*decode, view, theme);
    double speed = view.tokens_per_s;
    if (slider(theme,
               {.label = "Characters/s",
                .scale = {0.5, 200.0, true, false, false},
                .digits = 3,
                .hint = "How fast it writes while playing"},
               speed)) {
        view.tokens_per_s = static_cast<float>(speed);
        if (decode->playing) context.out.push_back(PlayDecode{true, speed});
    }
    draw_noise(frames, view, context);
    changed = draw_choosers(*decode, view.sampling, view.sampling_held, context) || changed;
    ImGui::PopStyleVar();
    if (changed) context.out.push_back(SetSampling{view.sampling});
}

}  // namespace marginscope
