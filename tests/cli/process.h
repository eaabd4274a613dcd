// Runs the built program as a user would: arguments in, exit code and both outputs back.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace marginscope::testing_support {

struct Outcome {
    int code = -1;  // 128 + signal when it was killed
    std::string out;
    std::string err;
};

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

inline bool wait_until(const std::function<bool()>& condition, double secs) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(secs);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

class Process {
public:
    Process(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
        static int number = 0;
        const std::string name =
            "output-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
        out_ = folder / (name + ".out");
        err_ = folder / (name + ".err");
        pid_ = ::fork();
        if (pid_ != 0) return;
        std::vector<char*> argv = {const_cast<char*>(MARGINSCOPE_PROGRAM)};
        for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
        argv.push_back(nullptr);
        ::dup2(::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
        ::dup2(::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            wait();
        }
    }

    void send(int signal) const { ::kill(pid_, signal); }
    bool ended() {
        if (pid_ <= 0) return true;
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
        keep(status);
        return true;
    }
    std::string err() const { return read_text(err_); }
    Outcome wait() {
        if (pid_ > 0) {
            int status = 0;
            ::waitpid(pid_, &status, 0);
            keep(status);
        }
        return {code_, read_text(out_), read_text(err_)};
    }

private:
    void keep(int status) {
        code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        pid_ = -1;
    }

    std::filesystem::path out_, err_;
    pid_t pid_ = -1;
    int code_ = -1;
};

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "marginscope-cli-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace marginscope::testing_support
