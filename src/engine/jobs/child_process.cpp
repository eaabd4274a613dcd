// Children by fork and exec: between the two only calls that are safe after a fork of a threaded
// process.
#include "engine/jobs/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace marginscope {
namespace {

constexpr int kChildNiceness = 10;  // interactive work on the same machine goes first

int exit_code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int open_or_explain(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0) throw UserError("Cannot write " + path + ": " + std::strerror(errno) + ".");
    return fd;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, const std::string& output,
                           const std::string& log) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const int out = open_or_explain(output, O_TRUNC);
    const int err = open_or_explain(log, O_APPEND);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(127);  // the parent went before prctl took hold
        ::setpgid(0, 0);  // a terminal's Ctrl-C reaches the parent alone, which then stops its
                          // children in order
        ::setpriority(PRIO_PROCESS, 0, kChildNiceness);
        ::signal(SIGINT, SIG_DFL);
        ::dup2(null, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    const int failure = errno;
    ::close(out);
    ::close(err);
    ::close(null);
    if (pid_ < 0)
        throw UserError(std::string("Cannot start another process: ") + std::strerror(failure) +
                        ".");
}

ChildProcess::~ChildProcess() {
    if (pid_ < 0 || poll()) return;
    interrupt();
    wait();
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(exit_code_, other.exit_code_);
    return *this;
}

std::optional<int> ChildProcess::poll() {
    int status = 0;
    if (!exit_code_ && pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_)
        exit_code_ = exit_code_of(status);
    return exit_code_;
}

void ChildProcess::interrupt() {
    if (pid_ > 0 && !exit_code_) ::kill(pid_, SIGINT);
}

int ChildProcess::wait() {
    int status = 0;
    while (!exit_code_) {
        const pid_t ended = ::waitpid(pid_, &status, 0);
        if (ended == pid_)
            exit_code_ = exit_code_of(status);
        else if (errno != EINTR)
            exit_code_ = 127;
    }
    return *exit_code_;
}

}  // namespace marginscope
