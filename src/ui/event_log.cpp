// Turns frames, commands and events into lines.
#include "ui/event_log.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <variant>

#include "core/error.h"
#include "core/messages/tour.h"
#include "core/token_letter.h"
#include "figures/decode/law_commands.h"
#include "figures/decode/sampling_words.h"
#include "files/command_json.h"

namespace marginscope {
namespace {

std::string words(const char* format, double a, double b = 0) {
    char buffer[160];
    // The formats are the literals below.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    std::snprintf(buffer, sizeof buffer, format, a, b);
#pragma GCC diagnostic pop
    return buffer;
}

// Where somebody stands in a tour.
std::string tour_line(const TourFrame* tour) {
    if (tour == nullptr || !tour->on) return "tour off";
    const TourPrediction& asked = tour->prediction;
    return "tour step=" + std::to_string(tour->step) + " file=" + tour->file +
           (asked.known ? words(" answer=%g", asked.answer.value_or(-1)) +
                              (asked.right ? " right" : " wrong")
                        : "");
}

std::string support_line(const PlaygroundFrame* playground) {
    if (playground == nullptr || playground->support.empty()) return "support none";
    return "support token " + token_letter(playground->support.front()) + " of " +
           std::to_string(playground->tokens.size());
}

std::string holes_line(const HolesFrame* holes) {
    if (holes == nullptr || holes->holes.empty()) return "holes none";
    return "holes" + holes_flag(*holes).substr(std::string_view(" --holes").size()) +
           (holes->running ? " finding"
            : holes->exact ? " exact"
                           : " sampled");
}

std::string particles_line(const ParticleFrame* particles) {
    if (particles == nullptr) return "particles none";
    return "particles " + std::to_string(particles->settings.particles) + " behind " +
           std::to_string(particles->begin) +
           (particles->running
                ? " writing"
                : words(" texts=%g log_z=%.6g", static_cast<double>(particles->rows.size()),
                        static_cast<double>(particles->log_z)));
}

}  // namespace

double secs_since_process_start() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    std::ifstream stat("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    const auto end_of_name = text.rfind(')');  // the name may hold blanks
    double ticks = -1;
    if (end_of_name != std::string::npos) {
        std::size_t at = end_of_name + 1;
        for (int field = 3; field <= 22 && at != std::string::npos; ++field) {
            at = text.find_first_not_of(' ', at);
            if (field == 22 && at != std::string::npos)
                ticks = std::strtod(text.c_str() + at, nullptr);
            if (at != std::string::npos) at = text.find(' ', at);
        }
    }
    if (ticks < 0) return 0;
    const double started = ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) - started;
}

EventLog::EventLog(const std::string& path) {
    if (path.empty()) return;
    file_.reset(std::fopen(path.c_str(), "w"));
    if (file_ == nullptr) {
        throw UserError("The log " + path + " cannot be written (" + std::strerror(errno) +
                        "): choose another path.");
    }
}

void EventLog::line(const std::string& text) {
    if (file_ == nullptr) return;
    std::fprintf(file_.get(), "%s\n", text.c_str());
    std::fflush(file_.get());
}

void EventLog::tell(std::string& last, std::string now) {
    if (now == last) return;
    last = std::move(now);
    line(last);
}

void EventLog::frames(const Frames& frames) {
    if (file_ == nullptr) return;
    if (frames.training != nullptr && frames.training->state != TrainingState::idle &&
        frames.training->step != step_) {
        step_ = frames.training->step;
        line("step " + std::to_string(step_));
    }
    tell(told_.tour, tour_line(frames.tour.get()));
    tell(told_.support, support_line(frames.playground.get()));
    tell(told_.holes, holes_line(frames.holes.get()));
    tell(told_.particles, particles_line(frames.particles.get()));
    if (frames.decode != nullptr)
        tell(told_.sampling, "sampling" + sampling_flags(frames.decode->sampling));
    const BoundaryFrame* boundary = frames.boundary.get();
    if (boundary == nullptr || boundary->version == boundary_) return;
    boundary_ = boundary->version;
    if (std::abs(boundary->token_at.x) + std::abs(boundary->token_at.y) <= 0) return;
    line("drag index=" + std::to_string(boundary->index) +
         words(" logdet=%.6g", boundary->logdet_now));
    const float off =
        std::hypot(boundary->token_at.x - drag_to_.x, boundary->token_at.y - drag_to_.y);
    if (drag_sent_ >= 0 && off <= 1e-3F * (1 + std::hypot(drag_to_.x, drag_to_.y))) {
        line(words("drag_latency_ms %.1f", 1000 * (secs_since_process_start() - drag_sent_)));
        drag_sent_ = -1;
    }
}

void EventLog::commands(const CommandList& commands) {
    if (file_ == nullptr) return;
    for (const Command& command : commands) {
        line("command " + command_text(command));
        if (const auto* drag = std::get_if<DragToken>(&command)) {
            drag_sent_ = secs_since_process_start();
            drag_to_ = drag->to;
        } else if (const auto* live = std::get_if<SetLive>(&command)) {
            line("set " + live->field + " " + format_value(live->value));
        } else if (std::holds_alternative<StartTraining>(command)) {
            line("start training");
        } else if (const auto* play = std::get_if<PlayDecode>(&command)) {
            line(play->on ? "play" : "pause");
        } else if (const auto* view = std::get_if<SetView>(&command)) {
            line("view workspace=" + view->workspace + " index=" + std::to_string(view->index));
        }
    }
}

void EventLog::training(const std::vector<TrainingEvent>& events) {
    if (file_ == nullptr) return;
    for (const TrainingEvent& event : events) {
        if (std::holds_alternative<TrainingReset>(event.what)) lambda_known_ = false;
        const auto* news = std::get_if<RunNews>(&event.what);
        if (news == nullptr || event.of_fork) continue;
        if (const auto* sample = std::get_if<TrainingSample>(news)) {
            if (lambda_known_ && sample->lambda != lambda_) {
                line(words("lambda %.6g", sample->lambda) + " @ step " +
                     std::to_string(sample->step));
            }
            lambda_ = sample->lambda;
            lambda_known_ = true;
        } else if (const auto* mark = std::get_if<LiveMark>(news)) {
            line("mark " + std::to_string(mark->step) + " " + mark->label);
        }
    }
}

void EventLog::drawn(const Frames& frames, double build_ms) {
    if (file_ == nullptr) return;
    build_ms_.push_back(static_cast<float>(build_ms));
    if (++frames_ == 1) line(words("frame 1 at %.2f s", secs_since_process_start()));
    if (!content_ && frames.decode != nullptr && !frames.decode->line.empty()) {
        content_ = true;
        line(words("content at %.2f s", secs_since_process_start()));
    }
}

void EventLog::place(const char* name, float x, float y) {
    if (file_ == nullptr || !std::isfinite(x) || !std::isfinite(y)) return;
    const int whole_x = static_cast<int>(x), whole_y = static_cast<int>(y);
    if (whole_x == place_x_ && whole_y == place_y_) return;
    place_x_ = whole_x;
    place_y_ = whole_y;
    line(std::string(name) + " at " + std::to_string(whole_x) + " " + std::to_string(whole_y));
}

double EventLog::build_p95_ms() const {
    if (build_ms_.empty()) return 0;
    std::vector<float> sorted = build_ms_;
    const auto at =
        sorted.begin() + static_cast<std::ptrdiff_t>(0.95 * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), at, sorted.end());
    return *at;
}

void EventLog::summary(int gl_errors, double secs_drawing) {
    if (file_ == nullptr) return;
    line("frames " + std::to_string(frames_) + words(" draw_secs %.3f", secs_drawing));
    line(words("build_p95_ms %.2f", build_p95_ms()));
    line("gl_errors " + std::to_string(gl_errors));
}

}  // namespace marginscope
