// Starting the steps of a path's cell.
#include "engine/path/active_cell.h"

#include <filesystem>

#include "core/error.h"
#include "engine/path/path_clock.h"
#include "engine/path/path_folder.h"
#include "engine/path/path_init.h"

namespace marginscope {
namespace {

constexpr const char* kDoing[kCellSteps] = {"training", "fitting its stage", "measuring margins",
                                            "measuring noise", "measuring relative noise"};

}  // namespace

std::string unfinished(const CellStep& step) { return step.output + ".part"; }

void start_step(ActiveCell& active, const PathPlan& plan, const std::string& program,
                PathCell& cell) {
    std::filesystem::create_directories(cell.run);
    if (text_mark_of(plan.text) != plan.text_mark)
        throw UserError(plan.text +
                        " has changed since the path began; its cells would not learn the same "
                        "text. Give the old text back, or another --out.");
    if (active.step == 0) require_same_init(plan);
    const CellStep& step = active.steps[active.step];
    std::vector<std::string> arguments = {program};
    arguments.insert(arguments.end(), step.arguments.begin(), step.arguments.end());
    const std::string output = step.output.empty() ? "/dev/null" : unfinished(step);
    // A child of a path that was killed may still write on its own; it must not write into this.
    if (!step.output.empty()) std::filesystem::remove(output);
    active.child =
        std::make_unique<ChildJob>(kDoing[active.step], arguments, output, cell_log(cell));
    active.began = std::chrono::steady_clock::now();
    active.began_at = active.step == 0 ? trained_share(plan, cell) : 0.0;
    cell.doing = kDoing[active.step];
}

}  // namespace marginscope
