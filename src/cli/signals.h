// Ctrl-C and friends for the commands: a stop token instead of a dead process.
#pragma once

#include <memory>
#include <stop_token>
#include <thread>

namespace marginscope {

// While it lives, SIGINT and SIGTERM ask `token()` to stop; a second one ends the process at once
// with exit code 130. SIGPIPE is ignored: a closed pipe shows up as a failed write. Construct it on
// the main thread before any other thread starts: threads (LibTorch's too) inherit the blocked
// signals, so only the watcher sees them.
class SignalGuard {
public:
    SignalGuard();
    ~SignalGuard();
    SignalGuard(const SignalGuard&) = delete;
    SignalGuard& operator=(const SignalGuard&) = delete;

    std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::jthread watcher_;
};

}  // namespace marginscope
