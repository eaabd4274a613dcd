// What the sessions of the workspaces may ask of the loop that they live in. No torch.
#pragma once

#include <functional>
#include <string>

#include "core/messages/frames.h"

namespace marginscope {

/// Implemented by the worker; sessions know nothing else of it. Any thread may call.
class SessionContext {
public:
    virtual ~SessionContext() = default;

    /// Swaps new frames in (assignments of pointers only), then tells the reader of frames.
    virtual void publish(const std::function<void(Frames&)>& change) = 0;
    virtual Frames frames() const = 0;
    /// For the status line and the log.
    virtual void tell(const std::string& sentence) = 0;
    virtual void tell_error(const std::string& sentence) = 0;
    /// What must not be skipped, in order.
    virtual void emit(TrainingEvent event) = 0;
    /// The loop turns again at once.
    virtual void wake() = 0;
};

}  // namespace marginscope
