// A thread that waits for the signals that end a program: a handler could not touch a stop_source
// safely.
#include "cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>

namespace marginscope {
namespace {

constexpr int kInterruptedExit = 130;

// A program that was started with SIGHUP ignored (nohup) outlives its terminal.
bool survives_its_terminal() {
    struct sigaction now {};
    return sigaction(SIGHUP, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (!survives_its_terminal()) sigaddset(&set, SIGHUP);
    return set;
}

}  // namespace

SignalGuard::SignalGuard() : watched_(watched_signals()) {
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
    watcher_ = std::jthread([this](std::stop_token leave) {
        // The timeout only bounds how long the destructor waits for this thread.
        const timespec poll{0, 20'000'000};
        int first = 0;
        while (!leave.stop_requested()) {
            const int received = sigtimedwait(&watched_, nullptr, &poll);
            if (received < 0) continue;
            // A closed terminal sends SIGHUP, often twice, and SIGTERM may follow: only a signal
            // that somebody repeats means it.
            if (received == first && received != SIGHUP) _exit(kInterruptedExit);
            if (first == 0 || received != SIGHUP) first = received;
            source_.request_stop();
        }
    });
}

SignalGuard::~SignalGuard() {
    watcher_.request_stop();
    watcher_.join();
    pthread_sigmask(SIG_UNBLOCK, &watched_, nullptr);
}

}  // namespace marginscope
