// Draws the progress line.
#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "core/shown.h"

namespace marginscope {
namespace {

constexpr auto kRedrawInterval = std::chrono::milliseconds(100);

std::size_t terminal_columns() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

}  // namespace

std::string duration_text(double secs) {
    if (!std::isfinite(secs) || secs < 0) return "?";
    const auto whole = static_cast<long>(std::lround(secs));
    char text[64];
    if (whole >= 3600) {
        std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
    } else if (whole >= 60) {
        std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
    } else {
        std::snprintf(text, sizeof text, "%ld s", whole);
    }
    return text;
}

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) != 0), start_(Clock::now()) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::update(std::size_t done, std::size_t total, const std::string& detail) {
    const auto now = Clock::now();
    if (!started_) {
        // A resumed run starts in the middle: the rate counts from what was there.
        started_ = true;
        first_done_ = done;
        start_ = now;
    }
    if (!terminal_ || (drawn_ && now - last_draw_ < kRedrawInterval && done < total)) return;
    const double elapsed_secs = std::chrono::duration<double>(now - start_).count();
    const double rate =
        done > first_done_ ? static_cast<double>(done - first_done_) / elapsed_secs : 0;
    char numbers[160];
    std::snprintf(numbers, sizeof numbers, "%s %zu/%zu (%.0f %%)", what_.c_str(), done, total,
                  total > 0 ? 100.0 * static_cast<double>(done) / static_cast<double>(total) : 0.0);
    std::string line = numbers;
    if (rate > 0) {
        std::snprintf(numbers, sizeof numbers, "  %.3g/s", rate);
        line += numbers;
        if (done < total)
            line += "  " + duration_text(static_cast<double>(total - done) / rate) + " left";
    }
    if (!detail.empty()) line += "  " + detail;
    line = shown_text(line.substr(0, terminal_columns() - 1));
    std::fprintf(stderr, "\r%s\033[K", line.c_str());
    std::fflush(stderr);
    drawn_ = true;
    last_draw_ = now;
}

void ProgressLine::note(const std::string& line) {
    clear();
    std::fprintf(stderr, "%s\n", shown_sentence(line).c_str());
}

void ProgressLine::clear() {
    if (!drawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace marginscope
