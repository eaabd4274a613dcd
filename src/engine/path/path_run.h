// A lambda path as child processes over run folders: a few at once, resumable, watched by a thread
// of its own. No torch.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "engine/path/path_folder.h"

namespace marginscope {

/// Runs the cells of a plan that are not done yet. What a killed path finished is kept; what it had
/// begun goes on from its checkpoint.
class PathRun {
public:
    /// Starts at once. `program` is this executable; `on_change` is called on the path's thread
    /// after each change of the frame. With `chosen` only the cells of these names, of a plan read
    /// from its folder: then neither plan.json nor path.json is written, so that several such runs
    /// share a folder, from several machines too. UserError for names that the plan has not.
    PathRun(PathPlan plan, std::string program, std::function<void()> on_change,
            const std::vector<std::string>& chosen = {});
    /// Stops: children are interrupted, save and end.
    ~PathRun();

    std::shared_ptr<const PathFrame> frame() const;
    bool running() const;
    /// Asks for the stop without waiting.
    void request_stop();
    /// Waits for the end, or for the time; true when it has ended.
    bool wait_for(double timeout_secs);
    void set_max_clean_loss(double share);

private:
    class Runner;
    std::unique_ptr<Runner> runner_;
};

/// Number of cells at once: the user's choice or the number of cores.
int path_jobs(const PathPlan& plan);

}  // namespace marginscope
