// One child of this program: started with its output in a file, asked to stop, reaped. No torch;
// one owner.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace marginscope {

/// Ends with its parent: the child gets SIGTERM when the thread that started it dies.
class ChildProcess {
public:
    /// Starts `arguments[0]` with standard output to `output` and errors appended to `log`.
    /// UserError when that fails.
    ChildProcess(const std::vector<std::string>& arguments, const std::string& output,
                 const std::string& log);
    ~ChildProcess();  // interrupts and waits
    ChildProcess(ChildProcess&&) noexcept;
    ChildProcess& operator=(ChildProcess&&) noexcept;

    /// Exit code once it has ended (128 + signal when killed); never waits.
    std::optional<int> poll();
    /// SIGINT: the command stops at a step and saves.
    void interrupt();
    int wait();

private:
    pid_t pid_ = -1;
    std::optional<int> exit_code_;
};

}  // namespace marginscope
