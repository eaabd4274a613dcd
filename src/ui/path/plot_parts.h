// What the plots of a path share: labels at the ends of lines, a
// legend under a plot, the colour of a lambda.
//
// Main thread, inside a frame; spread() is pure.
#pragma once

#include <string>
#include <vector>

#include "core/messages/frames.h"
#include "figures/path/path_bands.h"
#include "ui/axis_limits.h"
#include "ui/theme.h"

namespace marginscope {

/// Places as near to `wanted` as can be that lie `height` apart within [low, high]; nearer together
/// if there is not room for all. The order of `wanted` is kept.
std::vector<float> spread(const std::vector<float>& wanted, float height, float low, float high);

struct EndLabel {
    std::string words;
    std::string full;  // on hovering
    ImU32 color = 0;
    ImVec2 from{0, 0};  // the end of its line, in pixels
};
float end_label_width(const std::vector<std::string>& words, const Theme& theme);
/// Right of x = `left`, each beside its line's end, a thin leader where it had to move.
void draw_end_labels(const std::vector<EndLabel>& labels, float left, float low, float high,
                     const Theme& theme);

enum class Mark { none, disc, cross, ring, square, line };
struct LegendEntry {
    std::string words;
    ImU32 color = 0;
    Mark mark = Mark::disc;
};
float legend_height(const std::vector<LegendEntry>& entries, float width, const Theme& theme);
void draw_legend(const std::vector<LegendEntry>& entries, float width, const Theme& theme);

/// ImGui::BeginCombo of that width at most, its words shortened to the room they have.
bool begin_list(const char* id, const std::string& words, float width, const Theme& theme);

/// The colour of a lambda everywhere in the workspace: by its rank among the path's lambdas.
ImU32 lambda_color(const PathFrame& path, double lambda, const Theme& theme);

/// "mean and range of 2 seeds" beside what stands on the line if it fits there, else below.
void seeds_note(const SharedSeeds& shared, const Theme& theme, bool same_line);

/// Where the seeds of a lambda split: nothing, or a line that says so, the rest on hovering.
void splits_note(const PathFrame& path, const Theme& theme);

}  // namespace marginscope
