// The seeds that would settle what a path leaves open: how many models they are, and a button that
// trains them.
//
// Main thread, inside a frame; seeds_to_add() is pure.
#pragma once

#include <optional>
#include <vector>

#include "ui/panel.h"

namespace marginscope {

/// The plan of the path with the seeds that its proposal asks for, at lambda 0 and the lambda in
/// question, in that recipe alone; a second seed everywhere where there is one only.
struct SeedsToAdd {
    PathPlan plan;
    int seeds = 0;                // more than now, at each of the lambda
    int models = 0;               // all of them
    std::vector<double> lambdas;  // empty: all
};
/// Nothing where nothing is open.
std::optional<SeedsToAdd> seeds_to_add(const PathFrame& path);

void draw_add_seeds(const PathFrame& path, PanelContext& context);

}  // namespace marginscope
