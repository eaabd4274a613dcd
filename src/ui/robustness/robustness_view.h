// View state of the panels of the Robustness workspace.
#pragma once

#include <optional>
#include <string>

#include "core/messages/robustness.h"
#include "figures/robustness_look.h"

namespace marginscope {

/// What is asked for at first: less than on the command line, since somebody waits for it.
inline RobustnessSettings first_settings() {
    RobustnessSettings settings;
    settings.max_windows = 128;
    settings.positions = 512;
    return settings;
}

/// What the user asks for; lists are what was typed until a measurement starts.
struct RobustnessForm {
    RobustnessSettings settings = first_settings();
    std::string sigmas = "0, 0.25, 0.5, 1";
    std::string rates = "0.01, 0.05";
    RobustnessParts parts = {.noise = true, .fragility = true};
    std::string problem;  // what is wrong, in a sentence
};

/// What Robustness wants of the box for files; none: it is open for something else.
enum class RobustnessFile { none, model, text };

struct RobustnessView {
    RobustnessForm form;
    RobustnessLook look;
    RobustnessFile file = RobustnessFile::none;      // whoever opens the box says so
    std::optional<std::size_t> place;                // selected, of FragilityFrame::places
    std::shared_ptr<const FragilityFrame> place_of;  // the frame it belongs to
};

}  // namespace marginscope
