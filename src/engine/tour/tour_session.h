// Tours as the worker sees them: which one runs and where it stands, the copy it runs on, its file
// while it is being written. No torch in this header; the worker's thread only.
//
// A step begins with what its tour sets, upon the beginning of the step before, whatever was played
// there; returning to a step shows it as it was left. What the user had waits until the tour ends.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/tour.h"
#include "engine/exchange/session_context.h"
#include "engine/tour/kept_state.h"
#include "engine/tour/tour_answers.h"
#include "files/tour_file.h"

namespace marginscope {

/// Where somebody stands in a tour.
struct TourPlace {
    std::string file;
    int step = 0;
    std::map<int, double> answers;  // by step
    bool operator==(const TourPlace&) const = default;
};

class TourSession {
public:
    /// `run` does a command as if it had been sent.
    using Run = std::function<void(const Command&)>;
    TourSession(SessionContext& context, TourStage stage, TourPlaces places, Run run);

    bool running() const { return walk_.has_value(); }
    /// Takes in what the frames say, after they were made; once a turn of the loop.
    void look();

    /// UserError when there is no such tour, or it has mistakes; then all stays as it is.
    void handle(const StartTour& wish);
    void handle(const GoToTourStep& wish);
    void handle(const AnswerPrediction& wish);
    /// Nothing when none runs.
    void handle(const EndTour& wish);

private:
    using Clock = std::chrono::steady_clock;

    /// A tour that runs.
    struct Walk {
        Tour tour;
        TourPlace place;
        KeptState user;
        std::map<int, KeptState> began, left;  // by step
        std::map<int, TourVerdict> verdicts;
        SeenNumbers seen;
        bool select_due = false;
        std::vector<TourFault> faults;  // of the file as it is now
        std::string trouble;
        std::filesystem::file_time_type written;

        const TourStep& step() const { return tour.steps[static_cast<std::size_t>(place.step)]; }
    };

    void enter(int step, bool anew);
    /// The state with which a step begins.
    void begin(int step);
    void select(std::optional<int> index);
    void select_when_known(const Frames& frames);
    /// Reads the file again when it was written since.
    void follow_file();
    void put_on_shelf(const std::filesystem::path& file, const TourReading& reading);
    void publish(const Frames& frames);
    TourFrame frame_of(const Frames& frames) const;
    TourPrediction prediction_of(const Frames& frames) const;

    SessionContext& context_;
    TourStage stage_;
    TourPlaces places_;
    Run run_;
    std::vector<TourSummary> shelf_;
    std::optional<Walk> walk_;
    std::uint64_t entered_ = 0;
    Clock::time_point looked_at_file_;
    Frames seen_frames_;  // of the last look
    bool news_ = true;
    TourFrame shown_;
};

}  // namespace marginscope
