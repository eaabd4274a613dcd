// A click on what a panel says. Main thread.
#pragma once

#include <functional>

#include "drawn_text.h"
#include "interface.h"

namespace marginscope {

/// Clicks in the middle of these words; false where the panel does not draw them.
inline bool click_words(Interface& interface, const Frames& frames,
                        const std::function<void(const Frames&, UiState&, PanelContext&)>& panel,
                        const char* words) {
    ImVec2 at(-1, -1);
    {
        const TextRecorder recorder;
        interface.draw_panel(frames, panel);
        for (const DrawnText& text : recorder.texts())
            if (text.words == words)
                at = ImVec2((text.low.x + text.high.x) / 2, (text.low.y + text.high.y) / 2);
    }
    if (at.x < 0) return false;
    interface.click(frames, at);
    return true;
}

}  // namespace marginscope
