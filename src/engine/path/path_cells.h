// The cells of a lambda path: which there are, which commands make one, what its files say. No
// torch; any thread.
#pragma once

#include <string>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"

namespace marginscope {

/// One command of a cell, and the file that proves it was done.
struct CellStep {
    std::vector<std::string> arguments;  // of the program, without its name
    std::string output;                  // what it prints goes here once it succeeded; "" for none
    std::string proof;                   // exists when the step is done
};

/// Every combination of lambda, seed, training noise, head and sigma, as waiting cells. Training
/// noise above 0 goes with lambda 0 and each lambda given. UserError for empty or absurd plans.
std::vector<PathCell> plan_cells(const PathPlan& plan);

/// The name of a cell in its path: that of its run folder.
std::string cell_name(const PathCell& cell);

/// Those of the plan's cells, in its order. UserError (exit code 2) for a name that it has not.
std::vector<PathCell> chosen_cells(const PathPlan& plan, const std::vector<std::string>& names);

/// train, fit, margins, noise: each is a command a user could type.
std::vector<CellStep> cell_steps(const PathPlan& plan, const PathCell& cell);

/// The `train` line of a cell, quoted for a shell.
std::string train_line(const PathPlan& plan, const PathCell& cell, const std::string& program);

/// Reads what the cell's run folder holds: finished results, progress so far, or nothing yet.
void collect_cell(const PathPlan& plan, PathCell& cell);

/// Share of the training steps that the cell's run folder tells of.
double trained_share(const PathPlan& plan, const PathCell& cell);

/// Mean over the cells, failed ones being at their end; below 1 until all have ended.
double path_progress(const std::vector<PathCell>& cells);

/// A finished cell in a few lines, RUN/result.json: read instead of the long documents from then
/// on.
void write_result(const PathCell& cell);

/// "noise 0.05" or "noise 0.25 RMS": the loss under it, in tables and JSON.
std::string noise_name(double sigma, bool relative);

/// Every lambda and training noise against lambda 0 without noise and with the same head and sigma,
/// over the seeds that both have.
/// Losses that are not finite are left out.
std::vector<PairedDifference> paired_differences(const std::vector<PathCell>& cells);

/// The lambda with the lowest loss at the middle noise level, among those whose interval of
/// paired_differences() lies below 0 and whose mean clean loss is at most (1 + max_clean_loss)
/// times that of lambda 0. Where there is none: lambda 0, settled when all others are told to be
/// worse or too dear, else unsettled, with the number of seeds that would settle it. Nothing before
/// a seed is done at lambda 0 and at another. Trained noise 0 only: the rival is shown, not
/// proposed. Where there are several heads or sigmas, each is judged so by itself; of those that
/// propose a lambda above 0 the one with the lowest mean loss at that noise is taken.
std::optional<PathProposal> propose_lambda(const std::vector<PathCell>& cells,
                                           double max_clean_loss, bool relative = false);

/// Proposal, paired differences and splits of the frame's cells, by its own rule and unit.
void conclude(PathFrame& frame);

/// design.md's `path` document, also DIR/path.json.
std::string path_json(const PathFrame& frame);

}  // namespace marginscope
