// What was set in Train, change by change, so that each can be taken back: the form of the next
// run, and the values of the run that goes on. What a training has learnt is not undone so: one
// looks back, or forks.
//
// Main thread; no drawing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "figures/train/train_series.h"

namespace marginscope {

bool same_settings(const RunConfig& a, const RunConfig& b);

/// A field of the run, or of its fork, that was set while it trained.
struct LiveChange {
    std::string field;
    FieldValue before, after;
    bool of_fork = false;
    std::uint64_t run = 0;  // TrainHistory::begun
};

/// What its undoing needs to know of the runs.
struct Runs {
    const Frames& frames;
    const TrainHistory& history;

    /// Of the run or its fork while it can still be set; nullptr: it cannot.
    const RunConfig* config_of(bool fork) const;
};

class SettingsHistory {
public:
    /// Once a frame, after all that changes the form: what differs from the frame before is one
    /// change. `held`: a control has not been let go.
    void observe(const RunConfig& form, bool held);
    /// Sends it, where it is a change.
    void set_live(const std::string& field, const FieldValue& value, bool of_fork, const Runs& runs,
                  CommandList& out);

    /// "lambda_m back to 0.02"; "" where there is nothing to take back. What was changed in
    /// a run that is over is left out.
    std::string undo_words(const Runs& runs) const;
    std::string redo_words(const Runs& runs) const;
    void undo(RunConfig& form, const Runs& runs, CommandList& out);
    void redo(RunConfig& form, const Runs& runs, CommandList& out);

private:
    struct FormChange {
        RunConfig before, after;
    };
    using Change = std::variant<FormChange, LiveChange>;

    static const Change* last_of(const std::vector<Change>& changes, const Runs& runs);
    static std::string words(const Change* change, bool undoing);
    void move(std::vector<Change>& from, std::vector<Change>& to, bool undoing, RunConfig& form,
              const Runs& runs, CommandList& out);
    void add(Change change);

    std::optional<RunConfig> seen_;
    std::vector<Change> done_, undone_;
};

}  // namespace marginscope
