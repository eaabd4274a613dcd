// GL's own complaints (KHR_debug), collected and handed to a log.
//
// GL thread; messages arrive synchronously from the failing call. One DebugOutput per context,
// living shorter than it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace marginscope {

enum class GlSeverity { notification, low, medium, high };

struct GlMessage {
    GlSeverity severity = GlSeverity::notification;
    std::string text;
};

class DebugOutput {
public:
    using Sink = std::function<void(const GlMessage&)>;

    // Installs itself on the current context if it has KHR_debug (without it, only gl_error_count()
    // works). Notifications are dropped. The sink may be empty.
    explicit DebugOutput(Sink sink = {});
    ~DebugOutput();
    DebugOutput(const DebugOutput&) = delete;
    DebugOutput& operator=(const DebugOutput&) = delete;

    bool available() const;
    // HIGH-severity messages so far plus whatever glGetError has pending now: a run is clean when
    // this is 0.
    int gl_error_count();
    // The first few hundred messages, oldest first.
    const std::vector<GlMessage>& messages() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace marginscope
