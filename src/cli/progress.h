// A progress line on stderr with rate and time left, drawn only where somebody looks at a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace marginscope {

// One thread. On a terminal the line is redrawn in place at most ten times a second; elsewhere
// nothing is written except what `note` prints.
class ProgressLine {
public:
    explicit ProgressLine(std::string what);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    // `detail` follows the bar: a loss, a cell's name.
    void update(std::size_t done, std::size_t total, const std::string& detail = {});
    // A full line that stays, on a terminal or not.
    void note(const std::string& line);
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    std::string what_;
    bool terminal_;
    bool drawn_ = false;
    std::size_t first_done_ = 0;
    bool started_ = false;
    Clock::time_point start_;
    Clock::time_point last_draw_;
};

// "1 h 02 min", "3 min 20 s", "12 s".
std::string duration_text(double secs);

}  // namespace marginscope
