// Whole documents: each is a few hundred bytes.
#include "engine/playground/playground_history.h"

#include <utility>

namespace marginscope {

void PlaygroundHistory::begin(PlaygroundDocument document) {
    entries_.clear();
    entries_.push_back({"", std::move(document)});
    position_ = 0;
    flowing_ = false;
}

void PlaygroundHistory::record(PlaygroundDocument document, const std::string& label, bool flows,
                               Clock::time_point now) {
    if (document == current()) return;
    entries_.resize(position_ + 1);
    const bool together = flows && flowing_ && position_ > 0 && entries_.back().label == label &&
                          now - changed_ < kTogether;
    flowing_ = flows;
    changed_ = now;
    if (together) {
        entries_.back().document = std::move(document);
        return;
    }
    entries_.push_back({label, std::move(document)});
    if (entries_.size() > kSteps + 1) entries_.pop_front();
    position_ = entries_.size() - 1;
}

std::string PlaygroundHistory::undo_label() const {
    return position_ > 0 ? entries_[position_].label : "";
}

std::string PlaygroundHistory::redo_label() const {
    return position_ + 1 < entries_.size() ? entries_[position_ + 1].label : "";
}

bool PlaygroundHistory::undo() {
    if (position_ == 0) return false;
    --position_;
    flowing_ = false;
    return true;
}

bool PlaygroundHistory::redo() {
    if (position_ + 1 >= entries_.size()) return false;
    ++position_;
    flowing_ = false;
    return true;
}

}  // namespace marginscope
