// View state of the Playground's panels: what is held, what is drawn. Numbers never live here.
#pragma once

#include <imgui.h>

#include "core/playground_document.h"

namespace marginscope {

/// What the hand holds in a picture of the plane.
struct PlaneHold {
    int index = -1;       // a token or a point; -1: none
    bool target = false;  // the descent's target
    bool moved = false;   // else a click
    ImVec2 grab{0, 0};    // from its centre to the mouse
    PlanarPoint at;       // where it is drawn while it is held

    bool any() const { return index >= 0 || target; }
};

struct PlanePanelView {
    bool circles = true;  // of all tokens, else of the one in question
    bool ellipse = true;
    bool cloud = false;
    PlaneHold hold;
    bool pointing = false;  // the engine was told of a pointer
    PlanarPoint pointed;
    // Where it was in the last frame, for tests.
    ImVec2 plot_at{0, 0};
    float plot_side = 0;
};

struct SvmPanelView {
    int label = 0;  // of the next point: 0 is -1, 1 is +1
    int chosen = -1;
    PlaneHold hold;
    ImVec2 plot_at{0, 0};
    float plot_side = 0;
};

struct PlaygroundView {
    PlanePanelView plane;
    SvmPanelView svm;
    bool as_axes = false;  // A by its axes, else by its entries
};

}  // namespace marginscope
