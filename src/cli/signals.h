// Ctrl-C and friends for the commands: a stop token instead of a dead process.
#pragma once

#include <signal.h>

#include <stop_token>
#include <thread>

namespace marginscope {

// While it lives, SIGINT, SIGTERM and SIGHUP (the terminal was closed, the connection lost) ask
// `token()` to stop; SIGINT or SIGTERM a second time ends the process at once with exit code 130.
// Where SIGHUP was ignored when the program started (nohup) it stays so. SIGPIPE is ignored: a
// closed pipe shows up as a failed write. Construct it on the main thread before any other thread
// starts: threads (LibTorch's too) inherit the blocked signals, so only the watcher sees them.
class SignalGuard {
public:
    SignalGuard();
    ~SignalGuard();
    SignalGuard(const SignalGuard&) = delete;
    SignalGuard& operator=(const SignalGuard&) = delete;

    std::stop_token token() const { return source_.get_token(); }

private:
    sigset_t watched_;
    std::stop_source source_;
    std::jthread watcher_;
};

}  // namespace marginscope
