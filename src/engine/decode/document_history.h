// The way back: what the document was before each of the last changes, with a word for each. No
// torch; the worker's thread only.
//
// Entries are whole documents, which share what is equal in them; entry 0 is the oldest that is
// kept. Bounded: 500 changes, and what they hold apart from each other.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

#include "engine/decode/decode_document.h"

namespace marginscope {

class DocumentHistory {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kSteps = 500;
    static constexpr std::size_t kBytes = std::size_t{128} << 20;
    /// Changes of one kind that follow each other within this time are one step.
    static constexpr std::chrono::milliseconds kTogether{1000};

    struct Entry {
        std::string label;  // of the change that led here: "Choose 'e' at 84"
        DecodeDocument document;
        std::size_t bytes = 0;  // held apart from the entry before, about
    };

    /// Forgets everything; `document` is where undo ends.
    void begin(const DecodeDocument& document, std::string label);
    /// The document after a change; what could be redone is forgotten. `kind`: changes of equal
    /// kind that may be one step; 0: never. Nothing happens when the document did not change.
    void record(const DecodeDocument& document, const std::string& label, std::size_t kind,
                Clock::time_point now);

    bool can_undo() const { return position_ > 0; }
    bool can_redo() const { return position_ + 1 < entries_.size(); }
    /// Moves to another entry and returns its document; the next change begins a step of its own.
    const DecodeDocument& go_to(std::size_t entry);

    std::size_t position() const { return position_; }
    const std::deque<Entry>& entries() const { return entries_; }
    const DecodeDocument& current() const { return entries_[position_].document; }
    /// Entries dropped at the old end since begin().
    std::size_t dropped() const { return dropped_; }

private:
    void drop_oldest();

    std::deque<Entry> entries_;
    std::size_t position_ = 0;
    std::size_t dropped_ = 0;
    std::size_t bytes_ = 0;
    std::size_t kind_ = 0;
    Clock::time_point changed_;
};

/// Whether undo would bring nothing visible back: equal but for what belongs to the window (which
/// workspace is shown, how fine the slice is).
bool same_for_undo(const DecodeDocument& a, const DecodeDocument& b);

}  // namespace marginscope
