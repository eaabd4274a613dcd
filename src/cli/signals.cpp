// A thread that waits for SIGINT and SIGTERM: a handler could not touch a stop_source safely.
#include "cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>

namespace marginscope {
namespace {

constexpr int kInterruptedExit = 130;

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

SignalGuard::SignalGuard() {
    signal(SIGPIPE, SIG_IGN);
    const sigset_t set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    watcher_ = std::jthread([this, set](std::stop_token leave) {
        // The timeout only bounds how long the destructor waits for this thread.
        const timespec poll{0, 20'000'000};
        while (!leave.stop_requested()) {
            const int received = sigtimedwait(&set, nullptr, &poll);
            if (received < 0) continue;
            if (source_.stop_requested()) _exit(kInterruptedExit);
            source_.request_stop();
        }
    });
}

SignalGuard::~SignalGuard() {
    watcher_.request_stop();
    watcher_.join();
    const sigset_t set = watched_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace marginscope
