// What the window remembers of tours: what it showed before one began, and what is being typed.
//
// Main thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/messages/tour.h"
#include "ui/ui_state.h"

namespace marginscope {

/// The window's own part of what a tour changes; the engine keeps the rest.
struct KeptWindow {
    std::string workspace;
    Selection selection;
    std::set<std::string> hidden;
    std::string maximized;
    bool only_main = false;
};

/// A docked panel as it was drawn in this frame.
struct DrawnPanel {
    std::string id;
    ImVec2 at{0, 0}, size{0, 0};
};

struct TourView {
    std::optional<KeptWindow> kept;    // while a tour runs
    std::uint64_t entered = 0;         // TourFrame::entered that the window follows
    std::deque<std::string> to_raise;  // panels whose tabs are still to come to the front
    std::string number;                // the answer that is being typed
    bool to_number = false;            // its field takes the keyboard in the next frame
    bool card = true;                  // false: for pictures beside which the words stand anyway
    std::vector<DrawnPanel> drawn;     // docked panels, to dim those the step does not speak of
};

/// The tour that runs; nullptr when none does.
inline const TourFrame* running_tour(const Frames& frames) {
    return frames.tour != nullptr && frames.tour->on ? frames.tour.get() : nullptr;
}

}  // namespace marginscope
