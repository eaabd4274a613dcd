// A cell of a path at work: which of its steps runs, and in which process. No torch; the path's
// thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/jobs/child_job.h"
#include "engine/path/cell_record.h"
#include "engine/path/path_cells.h"

namespace marginscope {

struct ActiveCell {
    std::size_t cell = 0;
    std::vector<CellStep> steps;
    std::size_t step = 0;
    std::unique_ptr<CellClaim> claim;
    std::unique_ptr<ChildJob> child;
    double began_at = 0;  // share of the step's work that was done when its child began
    std::chrono::steady_clock::time_point began;
};

/// Where a step's output lies until its child has ended well.
std::string unfinished(const CellStep& step);

/// Starts the child of the present step and says in `cell` what it does. UserError where it cannot
/// start, or where the plan's text or first model is not what it was.
void start_step(ActiveCell& active, const PathPlan& plan, const std::string& program,
                PathCell& cell);

}  // namespace marginscope
