// One line per thing that happened in the window, for tests that drive it from outside: `step 12`,
// `drag index=40 logdet=-1.23`.
//
// Main thread. Without a file nothing is written and everything is cheap. Times are seconds since
// the process began.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"

namespace marginscope {

/// Seconds since the kernel started this process.
double secs_since_process_start();

class EventLog {
public:
    /// "" writes nothing. UserError when the file cannot be written.
    explicit EventLog(const std::string& path);

    bool on() const { return file_ != nullptr; }
    void line(const std::string& words);

    /// Looks for what is worth a line.
    void frames(const Frames& frames);
    void commands(const CommandList& commands);
    void training(const std::vector<TrainingEvent>& events);
    /// A frame is on the screen; `build_ms` is what its building cost.
    void drawn(const Frames& frames, double build_ms);
    /// Where something can be grabbed, in window pixels; only when it moved.
    void place(const char* name, float x, float y);
    /// build_p95_ms, fps, gl_errors.
    void summary(int gl_errors, double secs_drawing);

    double build_p95_ms() const;

private:
    /// A line where it differs from the last one about the same.
    void tell(std::string& last, std::string now);

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
    std::vector<float> build_ms_;
    std::int64_t step_ = -1;
    float lambda_ = -1;
    bool lambda_known_ = false;
    std::uint64_t boundary_ = 0;
    double drag_sent_ = -1;
    PlanePoint drag_to_;
    int place_x_ = -1, place_y_ = -1;
    /// The last line about each.
    struct Told {
        std::string support;  // of the Playground
        std::string tour = "tour off";
        std::string holes = "holes none";
        std::string particles = "particles none";
        std::string sampling = "sampling";
    };
    Told told_;
    long frames_ = 0;
    bool content_ = false;
};

}  // namespace marginscope
