// View state of the panels that explain a character: what is chosen in them, and where they drew
// it.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <vector>

namespace marginscope {

struct WhyView {
    bool in_sight = false;  // drawn in this frame: asks for the explanation
    bool own = false;       // the lens shows the prediction of the character itself
    int effect = 0;         // what the map of heads shows
    ImVec2 grid_at{0, 0};
    float grid_step = 0;
};

struct HeadsMapView {
    std::uint64_t version = 0;  // of the values below
    std::vector<float> values;  // as the picture takes them
    float limit = 1;            // of the colours
    int lowest = -1;            // place of the smallest in values
    ImVec2 map_at{0, 0}, map_size{0, 0};
};

}  // namespace marginscope
