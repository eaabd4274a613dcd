// What the engine is doing, and what it has to say.
#pragma once

#include <cstdint>
#include <string>

namespace marginscope {

struct StatusFrame {
    std::uint64_t version = 0;
    std::string activity;  // "decoding", "training", …
    double progress = -1;  // 0…1, or -1 when there is no end
    double eta_secs = 0;
    std::string device;
    int threads = 0;
    std::string message;  // the last thing worth telling
    bool message_is_error = false;
};

struct LogLine {
    std::string text;
    bool error = false;
};

}  // namespace marginscope
