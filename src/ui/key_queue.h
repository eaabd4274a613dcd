// Key presses in the order of the hands. ImGui hands its queue out over several frames and tells
// only which keys are down at the end of each: where a frame takes long, a short press would be
// lost, or meet another modifier than it was made with.
//
// Main thread, inside a frame.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

namespace marginscope {

/// A key that went down with the modifiers of that moment, or a character that was typed.
struct KeyPress {
    ImGuiKeyChord chord = 0;
    unsigned character = 0;
};

class KeyQueue {
public:
    /// All that was pressed since the last call, also what ImGui will only hand out in the frames
    /// to come.
    std::vector<KeyPress> take();

private:
    unsigned seen_ = 0;            // id of the last event that was looked at
    ImGuiKeyChord modifiers_ = 0;  // after it
};

/// True while ImGui repeats a key that is held with exactly these modifiers.
bool repeats(ImGuiKeyChord chord);

/// "Ctrl+O", "Alt+↑"; "" for none.
std::string key_words(ImGuiKeyChord chord);

}  // namespace marginscope
