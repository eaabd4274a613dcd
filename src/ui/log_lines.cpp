// Time stamps, and what is worth a line.
#include "ui/log_lines.h"

#include <chrono>
#include <ctime>
#include <variant>

namespace marginscope {
namespace {

std::string time_of_day() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    localtime_r(&now, &parts);
    char words[16];
    std::strftime(words, sizeof words, "%H:%M:%S", &parts);
    return words;
}

}  // namespace

void add_log_line(UiState& state, const LogLine& line) {
    state.log.push_back({time_of_day(), line.text, line.error});
    if (state.log.size() > kLogLines) state.log.pop_front();
}

void add_log_lines(UiState& state, const std::vector<TrainingEvent>& events) {
    for (const TrainingEvent& event : events) {
        const auto* news = std::get_if<RunNews>(&event.what);
        if (news == nullptr) continue;
        if (const auto* mark = std::get_if<LiveMark>(news))
            add_log_line(state,
                         {std::string(event.of_fork ? "In the fork changed" : "Changed") +
                              " at step " + std::to_string(mark->step) + ": " + mark->label + ".",
                          false});
    }
}

}  // namespace marginscope
