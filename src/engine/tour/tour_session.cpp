// Beginning, walking and ending a tour.
#include "engine/tour/tour_session.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/shown.h"
#include "engine/tour/tour_values.h"
#include "files/paths.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

/// A relative path of a tour: beside its file, else what ships.
void resolve(std::string& path, const fs::path& folder) {
    if (path.empty() || fs::path(path).is_absolute()) return;
    std::error_code error;
    const fs::path beside = folder / path;
    if (fs::exists(beside, error))
        path = beside.lexically_normal().string();
    else if (has_asset(path))
        path = asset_path(path).string();
}

Command resolved(Command command, const fs::path& folder) {
    if (auto* wish = std::get_if<LoadModel>(&command)) resolve(wish->path, folder);
    if (auto* wish = std::get_if<OpenPath>(&command)) resolve(wish->folder, folder);
    if (auto* wish = std::get_if<LoadPathCell>(&command)) resolve(wish->run, folder);
    return command;
}

UserError refusal(const fs::path& file, const std::vector<TourFault>& faults) {
    const TourFault& first = faults.front();
    return UserError(
        shown_path(file) + ", line " + std::to_string(first.line) + ": " + first.sentence +
        (faults.size() > 1 ? " (and " + std::to_string(faults.size() - 1) + " more)" : ""));
}

}  // namespace

TourSession::TourSession(SessionContext& context, TourStage stage, TourPlaces places, Run run)
    : context_(context), stage_(stage), places_(std::move(places)), run_(std::move(run)) {
    for (const fs::path& file : shipped_tours()) {
        try {
            put_on_shelf(file, read_tour(tour_text(file), places_));
        } catch (const UserError& error) {
            context_.tell_error(error.what());
        }
    }
}

void TourSession::put_on_shelf(const fs::path& file, const TourReading& reading) {
    const TourSummary summary{file.string(), reading.tour.title, reading.tour.teaches,
                              static_cast<int>(reading.tour.steps.size()), reading.faults};
    const auto at = std::ranges::find(shelf_, summary.file, &TourSummary::file);
    if (at == shelf_.end())
        shelf_.push_back(summary);
    else
        *at = summary;
    news_ = true;
}

// ---- commands

void TourSession::handle(const StartTour& wish) {
    const fs::path file = fs::absolute(tour_path(wish.tour));
    TourReading reading = read_tour(tour_text(file), places_);
    put_on_shelf(file, reading);
    if (!reading.faults.empty()) throw refusal(file, reading.faults);
    handle(EndTour{});
    Walk walk;
    walk.tour = std::move(reading.tour);
    walk.place.file = file.string();
    std::error_code error;
    walk.written = fs::last_write_time(file, error);
    walk.user = keep_state(stage_, context_.frames());
    stage_.document.put_aside("Tour: " + walk.tour.title);
    stage_.playground.begin_copy();
    walk_ = std::move(walk);
    enter(0, true);
    context_.tell("The tour works on a copy: what you have comes back when it ends.");
}

void TourSession::handle(const GoToTourStep& wish) {
    if (!walk_) throw UserError("No tour runs.");
    if (wish.step < 0 || wish.step >= static_cast<int>(walk_->tour.steps.size()))
        throw UserError("The tour has no step " + std::to_string(wish.step) + ".");
    walk_->left[walk_->place.step] = keep_state(stage_, context_.frames());
    enter(wish.step, wish.anew);
}

void TourSession::handle(const AnswerPrediction& wish) {
    if (!walk_ || walk_->step().ask.kind == TourQuestion::none)
        throw UserError("There is no question to answer.");
    if (!std::isfinite(wish.answer)) throw UserError("An answer is a number.");
    walk_->place.answers[walk_->place.step] = wish.answer;
    walk_->verdicts.erase(walk_->place.step);
    news_ = true;
}

void TourSession::handle(const EndTour&) {
    if (!walk_) return;
    const Walk ended = std::move(*walk_);
    walk_.reset();
    news_ = true;
    try {
        give_back(ended.user, stage_, context_.frames());
    } catch (...) {
        stage_.playground.end_copy();
        stage_.document.give_back();
        throw;
    }
    stage_.playground.end_copy();
    stage_.document.give_back();
    stage_.decode.session().set_playing(ended.user.playing, ended.user.tokens_per_s);
    context_.tell("The tour has ended; all is as it was before.");
}

// ---- steps

void TourSession::enter(int step, bool anew) {
    Walk& walk = *walk_;
    walk.place.step = step;
    walk.trouble.clear();
    ++entered_;
    news_ = true;
    const auto left = walk.left.find(step);
    try {
        if (!anew && left != walk.left.end()) {
            give_back(left->second, stage_, context_.frames());
        } else {
            walk.place.answers.erase(step);
            walk.verdicts.erase(step);
            walk.seen.erase(step);
            begin(step);
        }
    } catch (const UserError& error) {
        walk.trouble = error.what();
    }
    const TourStep& entered = walk.step();
    // Beginning anew, it selects what it says; the window follows the copy's view in any case.
    const bool begins = anew || left == walk.left.end();
    select(begins ? entered.select : std::nullopt);
    walk.select_due = begins && entered.select_what.has_value();
    stage_.document.restart("Step " + std::to_string(step + 1) + ": " + entered.title);
}

void TourSession::begin(int step) {
    Walk& walk = *walk_;
    int next = step;
    while (next > 0 && !walk.began.contains(next - 1)) --next;
    KeptState base = next > 0 ? walk.began.at(next - 1) : walk.user;
    base.playground.file.clear();
    give_back(base, stage_, context_.frames());
    const fs::path folder = fs::path(walk.place.file).parent_path();
    for (; next <= step; ++next) {
        for (const Command& command : walk.tour.steps[static_cast<std::size_t>(next)].set)
            run_(resolved(command, folder));
        walk.began[next] = keep_state(stage_, context_.frames());
    }
}

void TourSession::select(std::optional<int> index) {
    DecodeDocument document = stage_.decode.session().document();
    if (document.tree.empty()) return;
    if (index) document.view.index = *index;
    const bool playing = stage_.decode.playing();
    stage_.decode.session().set_document(std::move(document));
    stage_.decode.session().set_playing(playing, stage_.decode.session().tokens_per_s());
}

void TourSession::select_when_known(const Frames& frames) {
    if (!walk_->select_due) return;
    const auto value = tour_value(*walk_->step().select_what, frames);
    if (!value) return;
    walk_->select_due = false;
    select(static_cast<int>(*value));
    stage_.document.restart("Step " + std::to_string(walk_->place.step + 1) + ": " +
                            walk_->step().title);
}

}  // namespace marginscope
