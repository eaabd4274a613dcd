// Where the cells of a path's grid stand, and the words at its edges.
//
// Main thread, inside a frame.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <vector>

#include "core/messages/frames.h"
#include "ui/theme.h"

namespace marginscope {

/// A column for each lambda, a row for each training noise and seed.
struct GridLayout {
    std::vector<double> lambdas, noises;
    std::vector<std::int64_t> seeds;
    ImVec2 at{0, 0};
    float cell_width = 0, cell_height = 0;

    float heads_width = 0;  // of the words left of the rows

    /// From the first of those words to the last column's end.
    float width() const { return heads_width + static_cast<float>(lambdas.size()) * cell_width; }
    int rows() const { return static_cast<int>(seeds.size() * noises.size()); }
    ImVec2 corner(int row, int column) const {
        return {at.x + static_cast<float>(column) * cell_width,
                at.y + static_cast<float>(row) * cell_height};
    }
};

/// In the room that is left.
GridLayout grid_layout(const PathFrame& path, const Theme& theme);
void draw_grid_heads(const PathFrame& path, const GridLayout& grid, const Theme& theme);

}  // namespace marginscope
