// What the engine is doing, and what it has to say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace marginscope {

/// A long piece of work that goes on beside everything else; CancelJob stops it.
struct JobStatus {
    int number = 0;
    std::string what;      // "fitting a stage"
    double progress = -1;  // 0…1, or -1 when nothing is known yet
    double eta_secs = 0;   // 0 when nothing is known yet
};

struct StatusFrame {
    std::uint64_t version = 0;
    std::string activity;  // "decoding", "training", …
    double progress = -1;  // 0…1, or -1 when there is no end
    double eta_secs = 0;
    std::vector<JobStatus> jobs;  // those that run, oldest first
    std::string device;           // where the shown model computes
    int threads = 0;
    std::string message;  // the last thing worth telling
    bool message_is_error = false;
};

struct LogLine {
    std::string text;
    bool error = false;
};

}  // namespace marginscope
