// What is known of positions, by keys that name all it follows from: shared by whoever computes of
// one document. Internal to engine; the worker's thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/messages/no_value.h"
#include "core/stage/attention_views.h"

namespace marginscope {

/// What is known of one position: it follows from the position's key alone.
struct KnownPosition {
    bool read = false;         // logprob and entropy are computed
    float logprob = kNoValue;  // NaN at a text's beginning and for what the model does not know
    float entropy = kNoValue;
    std::optional<PositionMargins> margins;  // the stage's
    std::vector<ViewMargin> heads;           // [layer][head], where that view was asked for
    std::vector<ViewMargin> layers;          // the same of whole layers
    std::optional<LogDet> single;            // the stage's log|det| as float32 has it
    float condition = kNoValue;              // of the stage's J, where somebody looked
    float lowest_head = kNoValue;
    int lowest_layer = -1;
    int lowest_index = -1;
    std::vector<float> head_logdet;  // [layer][head]
};

class KnownPositions {
public:
    /// Null when nothing is known. Pointers stay valid until forget().
    KnownPosition* find(std::uint64_t key) {
        const auto found = all_.find(key);
        return found == all_.end() ? nullptr : &found->second;
    }
    KnownPosition& entry(std::uint64_t key) { return all_[key]; }
    std::size_t size() const { return all_.size(); }

    void forget() {
        all_.clear();
        ++generation_;
    }
    /// Counts the calls of forget(): pointers of another generation are gone.
    std::uint64_t generation() const { return generation_; }

private:
    std::unordered_map<std::uint64_t, KnownPosition> all_;
    std::uint64_t generation_ = 0;
};

}  // namespace marginscope
