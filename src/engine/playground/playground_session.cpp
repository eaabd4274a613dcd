// Wishes about the Playground, and what it shows.
#include "engine/playground/playground_session.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/playground/barrier_play.h"
#include "core/playground/plane_shapes.h"
#include "core/shown.h"
#include "engine/playground/playground_file.h"
#include "engine/playground/playground_frames.h"
#include "engine/playground/playground_notes.h"

namespace marginscope {
namespace {

constexpr std::chrono::milliseconds kStepEvery{60};  // so that each is seen
constexpr std::size_t kLongestTrail = 400;
constexpr const char* kFirstPreset = "near";

PlaygroundDocument plain_document() {
    PlaygroundDocument document;
    document.tokens = {{-1.5, 0.2}, {1.4, -0.3}, {1.1, 0.9}};
    document.asked = 2;
    return document;
}

}  // namespace

PlaygroundSession::PlaygroundSession(SessionContext& context) : context_(context) {}

void PlaygroundSession::begin() {
    presets_ = playground_presets();
    PlaygroundDocument first = plain_document();
    if (is_preset(kFirstPreset)) first = open_playground(kFirstPreset);
    saved_ = first;
    history_.begin(std::move(first));
    refresh(-1, -1);
}

std::chrono::milliseconds PlaygroundSession::time_to_next() const {
    const Clock::time_point now = Clock::now();
    const auto until = [&](Clock::time_point due) {
        return std::max(std::chrono::milliseconds{0},
                        std::chrono::ceil<std::chrono::milliseconds>(due - now));
    };
    std::chrono::milliseconds pause = std::chrono::hours{1};
    if (playing_) pause = until(next_step_);
    if (rests_.due()) pause = std::min(pause, until(*rests_.due()));
    return pause;
}

void PlaygroundSession::play_once() {
    if (rests_.go_on(Clock::now())) refresh(-1, -1);
    if (!playing_ || Clock::now() < next_step_) return;
    next_step_ = Clock::now() + kStepEvery;
    const PlanarPoint before = trail_.back();
    handle(StepPlayground{});
    const PlanarPoint after = trail_.back();
    if (std::hypot(after.x - before.x, after.y - before.y) < kAtRest) {
        playing_ = false;
        refresh(-1, -1);
    }
}

void PlaygroundSession::take(PlaygroundEdit edit, int removed, bool ends_descent, bool of_svm) {
    const auto asked = [](const PlaygroundDocument& document) {
        return document.tokens[static_cast<std::size_t>(document.asked)];
    };
    const PlanarPoint before = asked(history_.current());
    const int asked_before = history_.current().asked;
    const int size_before = history_.current().size();
    history_.record(std::move(edit.document), edit.label, edit.flows, Clock::now());
    const PlanarPoint after = asked(history_.current());
    // Another token would descend, or what it descends by is not the same any more.
    if (history_.current().asked != asked_before || history_.current().size() < size_before)
        playing_ = false;
    if (!ends_descent) {
        if (trail_.empty()) trail_.push_back(before);
        trail_.push_back(after);
        if (trail_.size() > kLongestTrail) trail_.erase(trail_.begin() + 1);
    } else if (after != before || history_.current().asked != asked_before) {
        trail_.clear();
        if (playing_) trail_.push_back(after);
    }
    refresh(of_svm ? -1 : removed, of_svm ? removed : -1);
}

// The margins are computed again only where what they depend on has changed, the SVM likewise.
void PlaygroundSession::refresh(int removed_token, int removed_point) {
    const PlaygroundDocument& now = history_.current();
    auto frame = std::make_shared<PlaygroundFrame>(frame_ ? *frame_ : PlaygroundFrame{});
    const PlaygroundDocument& shown = frame->document;
    const bool new_tokens = !frame_ || shown.tokens != now.tokens || shown.a != now.a ||
                            shown.scale != now.scale || shown.strict != now.strict;
    const bool new_svm = !frame_ || shown.svm != now.svm;
    if (new_tokens) fill_tokens(now, *frame);
    if (new_svm) frame->svm = playground_svm(now.svm);
    frame->document = now;
    frame->axes = axes_form(now.a);
    const PlanarPoint token = now.tokens[static_cast<std::size_t>(now.asked)];
    frame->look = playground_look(now, pointer_.value_or(token), pointer_.has_value());
    frame->cloud = playground_cloud(now);
    frame->descent = playground_descent(now, trail_);
    frame->descent.playing = playing_;
    rests_.ask(now, trail_.empty() ? token : trail_.front(), Clock::now());
    frame->rests = rests_.last();
    frame->rests_lag = rests_.due().has_value();
    frame->undo = history_.undo_label();
    frame->redo = history_.redo_label();
    frame->file = file_.string();
    frame->unsaved = now != saved_;
    frame->presets = presets_;
    if (frame_ && new_tokens) {
        std::string note = support_note(*frame_, *frame, removed_token);
        if (!note.empty()) frame->note = std::move(note);
    }
    if (frame_ && new_svm) frame->svm_note = line_note(frame_->svm, frame->svm, removed_point);
    ++frame->version;
    frame_ = std::move(frame);
    news_ = true;
}

void PlaygroundSession::give_back(Kept kept) {
    history_ = std::move(kept.history);
    saved_ = std::move(kept.saved);
    file_ = std::move(kept.file);
    pointer_.reset();
    went_back();
}

void PlaygroundSession::begin_copy() {
    if (!aside_) aside_ = kept();
    file_.clear();
    refresh(-1, -1);
}

void PlaygroundSession::end_copy() {
    if (aside_) give_back(*std::exchange(aside_, std::nullopt));
}

void PlaygroundSession::publish() {
    if (!std::exchange(news_, false)) return;
    context_.publish([this](Frames& all) { all.playground = frame_; });
}

UnsavedWork PlaygroundSession::unsaved_work() const {
    const Kept own = aside_.value_or(kept());
    UnsavedWork work;
    if (own.file.empty() || own.history.current() == own.saved) return work;
    work.sentence = shown_path(own.file) + " has changes of the Playground that are not saved.";
    if (aside_) work.sentence += " They come back when the tour ends, and can be saved then.";
    return work;
}

void PlaygroundSession::handle(const PointPlayground& wish) {
    const std::optional<PlanarPoint> next =
        wish.inside ? std::optional(wish.at) : std::optional<PlanarPoint>();
    if (next == std::exchange(pointer_, next)) return;
    refresh(-1, -1);
}

void PlaygroundSession::handle(const PlayPlayground& wish) {
    if (playing_ == wish.playing) return;
    playing_ = wish.playing;
    const PlaygroundDocument& now = history_.current();
    if (playing_) trail_ = {now.tokens[static_cast<std::size_t>(now.asked)]};
    next_step_ = Clock::now();
    refresh(-1, -1);
}

void PlaygroundSession::handle(const OpenPlayground& wish) {
    if (wish.path.empty())
        throw UserError("Which playground is to be opened? Give a preset or a file.");
    PlaygroundDocument opened = open_playground(wish.path);
    const bool preset = is_preset(wish.path);
    playing_ = false;
    trail_.clear();
    pointer_.reset();
    // What was there comes back by undo.
    history_.record(opened, "Open " + shortened(std::filesystem::path(wish.path).stem().string()),
                    false, Clock::now());
    file_ = preset ? std::filesystem::path() : std::filesystem::absolute(wish.path);
    saved_ = std::move(opened);
    refresh(-1, -1);
    frame_->note.clear();
    frame_->svm_note.clear();
}

void PlaygroundSession::handle(const SavePlayground& wish) {
    std::filesystem::path target = wish.path.empty() ? file_ : std::filesystem::path(wish.path);
    if (!target.empty() && target.extension() != ".json") target += ".json";
    if (target.empty())
        throw UserError("The playground has no file yet; give a name to save it under.");
    write_playground(target, history_.current());
    file_ = std::filesystem::absolute(target);
    saved_ = history_.current();
    refresh(-1, -1);
    context_.tell("Saved " + shown_path(target) + ".");
}

void PlaygroundSession::went_back() {
    playing_ = false;
    trail_.clear();
    refresh(-1, -1);
}

void PlaygroundSession::handle(const UndoPlayground&) {
    if (!history_.undo()) throw UserError("There is nothing to undo in the Playground.");
    went_back();
}

void PlaygroundSession::handle(const RedoPlayground&) {
    if (!history_.redo()) throw UserError("There is nothing to redo in the Playground.");
    went_back();
}

}  // namespace marginscope
