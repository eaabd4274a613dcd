// The Path workspace's session: the path that runs or is shown, its commands and its frames. No
// torch in this header; the worker's thread only.
#pragma once

#include <memory>
#include <string>

#include "core/messages/path.h"
#include "engine/exchange/session_context.h"
#include "engine/exchange/unsaved_work.h"
#include "engine/model/model_shelf.h"
#include "engine/path/path_run.h"

namespace marginscope {

class PathSession {
public:
    /// `program`: the executable that the cells run; "" is this one.
    PathSession(SessionContext& context, ModelShelf& shelf, std::string program);

    bool running() const { return path_ && path_->running(); }
    /// Shows what changed since the last call.
    void publish();
    /// Activity, progress and time left; only while it runs.
    void describe(StatusFrame& frame) const;
    UnsavedWork unsaved_work() const;
    /// Ends the children; they save.
    void stop_and_wait() { path_.reset(); }

    void handle(const StartPath& wish);
    void handle(const StopPath& wish);
    void handle(const OpenPath& wish);
    void handle(const SetCleanLossRule& wish);
    void handle(const LoadPathCell& wish);

private:
    SessionContext& context_;
    ModelShelf& shelf_;
    std::string program_;
    std::unique_ptr<PathRun> path_;
};

}  // namespace marginscope
