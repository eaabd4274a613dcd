// Reads ImGui's queue of events ahead of its own frames.
#include "ui/key_queue.h"

#include <imgui_internal.h>

#include <utility>

namespace marginscope {
namespace {

constexpr std::pair<ImGuiKey, ImGuiKeyChord> kModifiers[] = {{ImGuiMod_Ctrl, ImGuiMod_Ctrl},
                                                             {ImGuiMod_Shift, ImGuiMod_Shift},
                                                             {ImGuiMod_Alt, ImGuiMod_Alt},
                                                             {ImGuiMod_Super, ImGuiMod_Super}};

bool is_modifier_key(ImGuiKey key) {
    return key >= ImGuiKey_LeftCtrl && key <= ImGuiKey_RightSuper;
}

}  // namespace

std::vector<KeyPress> KeyQueue::take() {
    std::vector<KeyPress> presses;
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    for (const ImVector<ImGuiInputEvent>* events : {&g.InputEventsTrail, &g.InputEventsQueue}) {
        for (const ImGuiInputEvent& event : *events) {
            if (event.EventId <= seen_) continue;
            seen_ = event.EventId;
            if (event.Type == ImGuiInputEventType_Text) {
                presses.push_back({0, event.Text.Char});
                continue;
            }
            // Whoever comes back from another window holds nothing any more.
            if (event.Type == ImGuiInputEventType_Focus && !event.AppFocused.Focused)
                modifiers_ = 0;
            if (event.Type != ImGuiInputEventType_Key) continue;
            bool modifier = is_modifier_key(event.Key.Key);
            for (const auto& [key, bit] : kModifiers) {
                if (event.Key.Key != key) continue;
                modifier = true;
                modifiers_ = event.Key.Down ? modifiers_ | bit : modifiers_ & ~bit;
            }
            if (!modifier && event.Key.Down && !ImGui::IsMouseKey(event.Key.Key))
                presses.push_back({event.Key.Key | modifiers_, 0});
        }
    }
    return presses;
}

bool repeats(ImGuiKeyChord chord) {
    const auto key = static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_);
    if (key == ImGuiKey_None) return false;
    return (ImGui::GetIO().KeyMods & ImGuiMod_Mask_) == (chord & ImGuiMod_Mask_) &&
           ImGui::IsKeyPressed(key, true) && !ImGui::IsKeyPressed(key, false);
}

std::string key_words(ImGuiKeyChord chord) {
    if (chord == 0) return "";
    std::string words;
    for (const auto& [bit, name] :
         {std::pair{ImGuiMod_Ctrl, "Ctrl+"}, {ImGuiMod_Shift, "Shift+"}, {ImGuiMod_Alt, "Alt+"}}) {
        if ((chord & bit) != 0) words += name;
    }
    switch (static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_)) {
        case ImGuiKey_LeftArrow:
            return words + "←";
        case ImGuiKey_RightArrow:
            return words + "→";
        case ImGuiKey_UpArrow:
            return words + "↑";
        case ImGuiKey_DownArrow:
            return words + "↓";
        case ImGuiKey_Escape:
            return words + "Esc";
        case ImGuiKey_PageDown:
            return words + "PgDn";
        case ImGuiKey_PageUp:
            return words + "PgUp";
        case ImGuiKey_KeypadAdd:
        case ImGuiKey_Equal:
            return words + "+";
        case ImGuiKey_KeypadSubtract:
        case ImGuiKey_Minus:
            return words + "-";
        default:
            return words + ImGui::GetKeyName(static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_));
    }
}

}  // namespace marginscope
