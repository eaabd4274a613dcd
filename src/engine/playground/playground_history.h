// The way back in the Playground: its documents before each of the last changes. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

#include "core/playground_document.h"

namespace marginscope {

class PlaygroundHistory {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kSteps = 500;
    /// Changes of one label that flow and follow each other within this time are one step.
    static constexpr std::chrono::milliseconds kTogether{1000};

    /// Forgets everything; undo ends here.
    void begin(PlaygroundDocument document);
    /// The document after a change; what could be brought again is forgotten. Nothing happens where
    /// it is the same.
    void record(PlaygroundDocument document, const std::string& label, bool flows,
                Clock::time_point now);

    const PlaygroundDocument& current() const { return entries_[position_].document; }
    /// The label of the change that undo takes back, or redo brings again; "" for none.
    std::string undo_label() const;
    std::string redo_label() const;
    /// Whether there was anything to do.
    bool undo();
    bool redo();

private:
    struct Entry {
        std::string label;  // of the change that led here
        PlaygroundDocument document;
    };
    std::deque<Entry> entries_{1};
    std::size_t position_ = 0;
    bool flowing_ = false;  // the last change may take in the next
    Clock::time_point changed_;
};

}  // namespace marginscope
