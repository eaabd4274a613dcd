// What goes up of a tour, and its file while it is being written.
#include <algorithm>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/messages/tour_words.h"
#include "engine/tour/tour_session.h"
#include "engine/tour/tour_values.h"
#include "files/command_json.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookAtFileEvery{500};

// Whether a step would begin with another state.
bool sets_the_same(const TourStep& a, const TourStep& b) {
    return a.select == b.select && a.select_what == b.select_what &&
           std::ranges::equal(a.set, b.set, [](const Command& x, const Command& y) {
               return command_text(x) == command_text(y);
           });
}

}  // namespace

void TourSession::look() {
    if (walk_) follow_file();
    const Frames frames = context_.frames();
    if (!news_ && (!walk_ || frames == seen_frames_)) return;
    if (walk_) {
        select_when_known(frames);
        Walk& walk = *walk_;
        TourNumbers& seen = walk.seen[walk.place.step];
        const TourNumbers now = tour_numbers(frames);
        for (std::size_t k = 0; k < now.size(); ++k)
            if (now[k]) seen[k] = now[k];
        const auto given = walk.place.answers.find(walk.place.step);
        if (given != walk.place.answers.end() && !walk.verdicts.contains(walk.place.step))
            if (const auto verdict = verdict_of(walk.step().ask, given->second, frames, walk.seen))
                walk.verdicts[walk.place.step] = *verdict;
    }
    publish(frames);
    seen_frames_ = context_.frames();
}

void TourSession::follow_file() {
    if (Clock::now() - looked_at_file_ < kLookAtFileEvery) return;
    looked_at_file_ = Clock::now();
    Walk& walk = *walk_;
    std::error_code error;
    const auto written = fs::last_write_time(walk.place.file, error);
    if (error || written == walk.written) return;
    walk.written = written;
    news_ = true;
    TourReading reading;
    try {
        reading = read_tour(tour_text(walk.place.file), places_);
    } catch (const UserError& trouble) {
        reading.faults.push_back({1, trouble.what()});
    }
    walk.faults = reading.faults;
    if (!walk.faults.empty()) return;  // the last good state stays
    put_on_shelf(walk.place.file, reading);
    const Tour before = std::exchange(walk.tour, std::move(reading.tour));
    const int last = static_cast<int>(walk.tour.steps.size()) - 1;
    const int step = std::min(walk.place.step, last);
    int same = 0;  // steps at the beginning that begin as before
    while (same <= step && same < static_cast<int>(before.steps.size()) &&
           sets_the_same(before.steps[static_cast<std::size_t>(same)],
                         walk.tour.steps[static_cast<std::size_t>(same)]))
        ++same;
    const auto stale = [&](const auto& one) { return one.first >= same; };
    std::erase_if(walk.began, stale);
    std::erase_if(walk.left, stale);
    if (same > step && step == walk.place.step) return;  // only words changed
    enter(step, true);
}

void TourSession::publish(const Frames& frames) {
    TourFrame frame = frame_of(frames);
    news_ = false;
    frame.version = shown_.version;
    if (frames.tour != nullptr && frame == shown_) return;
    ++frame.version;
    shown_ = frame;
    auto made = std::make_shared<const TourFrame>(std::move(frame));
    context_.publish([&](Frames& all) { all.tour = std::move(made); });
}

TourFrame TourSession::frame_of(const Frames& frames) const {
    TourFrame frame;
    frame.shelf = shelf_;
    frame.entered = entered_;
    if (!walk_) return frame;
    const Walk& walk = *walk_;
    const TourStep& step = walk.step();
    frame.on = true;
    frame.file = walk.place.file;
    frame.title = walk.tour.title;
    for (const TourStep& one : walk.tour.steps) frame.steps.push_back(one.title);
    frame.step = walk.place.step;
    const TourNumbers now = tour_numbers(frames);
    frame.text = with_quantities(step.text, [&](TourQuantity quantity) {
        return value_words(quantity, now[static_cast<std::size_t>(quantity)], frames);
    });
    frame.workspace = step.workspace;
    frame.panels = step.panels;
    const auto earlier = walk.seen.find(walk.place.step - 1);
    // Before the question is answered they might tell what is asked.
    const bool told =
        step.ask.kind == TourQuestion::none || walk.place.answers.contains(walk.place.step);
    for (const TourQuantity quantity : told ? step.numbers : std::vector<TourQuantity>{}) {
        const auto k = static_cast<std::size_t>(quantity);
        frame.numbers.push_back(
            {quantity, now[k], earlier == walk.seen.end() ? std::nullopt : earlier->second[k]});
    }
    frame.prediction = prediction_of(frames);
    frame.faults = walk.faults;
    frame.trouble = walk.trouble;
    return frame;
}

TourPrediction TourSession::prediction_of(const Frames& frames) const {
    const Walk& walk = *walk_;
    const TourAsk& ask = walk.step().ask;
    TourPrediction shown;
    shown.kind = ask.kind;
    if (ask.kind == TourQuestion::none) return shown;
    const auto words = [&](const std::string& text) {
        return with_quantities(text, [&](TourQuantity quantity) {
            return value_words(quantity, tour_value(quantity, frames), frames);
        });
    };
    shown.question = words(ask.question);
    for (const TourOption& option : ask.options) shown.options.push_back(option.words);
    shown.quantity = ask.options.empty() ? ask.value.quantity : ask.options.front().value.quantity;
    shown.tolerance = ask.tolerance;
    const auto given = walk.place.answers.find(walk.place.step);
    if (given != walk.place.answers.end()) shown.given = given->second;
    const auto verdict = walk.verdicts.find(walk.place.step);
    if (verdict == walk.verdicts.end()) return shown;
    shown.known = true;
    shown.answer = verdict->second.answer;
    shown.measured = verdict->second.measured;
    shown.quantity = verdict->second.of.quantity;
    shown.difference = verdict->second.of.since >= 0 || verdict->second.of.minus.has_value();
    shown.right = verdict->second.right;
    shown.after = words(ask.after);
    return shown;
}

}  // namespace marginscope
