// The twin of the shown text: its predictions and margins under the document's noise, computed in
// slices while nothing else is missing. Internal to engine; the worker's thread only.
//
// What is known hangs on the keys of the text's positions, stamped with the settings it was
// computed for: a text that grows keeps what it had, and after a change of settings the former
// numbers are shown as stale until their successors come.
#pragma once

#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/messages/twin.h"
#include "core/shared_text.h"
#include "engine/decode/decode_computation.h"
#include "engine/decode/decode_document.h"
#include "nn/measure/twin.h"

namespace marginscope {

/// Relative noise is in units of the prompt's numbers: of the whole text it would change with
/// every character that is added.
struct TwinUnit {
    SharedText prompt;
    NoisePlace where;
    bool relative;
    WindowRule rule;
    NoiseUnit measured;
};

class TwinComputation {
public:
    /// Of what `text` computes; it must outlive this. Without `margins` only predictions are
    /// compared.
    explicit TwinComputation(DecodeComputation& text, bool margins = true)
        : text_(text), measures_(margins) {}

    /// After `text` followed the document. Frozen noise whose twin is complete is left as it is.
    void follow(const DecodeDocument& document);
    /// Frozen or not, the twin is of the weights there are.
    void weights_changed();

    /// One slice after the other until `end`; the selected character's block first, then from the
    /// newest back. True while something is missing.
    bool work(std::chrono::steady_clock::time_point end, int selected);

    /// Counts changes of what a frame shows.
    std::uint64_t revision() const { return revision_; }
    TwinFrame frame(int selected) const;

private:
    struct Known {
        std::uint64_t settings = 0;  // the stamp
        TwinCell cell;
        std::bitset<kMostTwinDraws> flips;  // by draw
        std::vector<TwinCandidate> average;
    };
    /// The text followed last, by index.
    struct Line {
        std::vector<int> ids;
        std::vector<std::uint64_t> keys;
        std::vector<const Known*> known;  // null: not even stale
        bool behind = false;              // frozen, and the text has moved on since
    };
    /// What is being computed, and where its numbers go.
    struct Running {
        std::vector<std::uint64_t> keys;  // of the block's own positions
        TwinPass pass;
    };

    bool wanted() const { return noise_.sigma > 0; }
    bool current(std::size_t index) const;
    bool complete() const;
    void prepare(const DecodeDocument& document);
    std::optional<TextBlock> next_block(int selected) const;
    void start(const TextBlock& block);
    void keep(const TwinOfBlock& twin, const std::vector<std::uint64_t>& keys);
    void look_up();

    DecodeComputation& text_;
    bool measures_;                 // margins
    std::optional<CharGpt> exact_;  // the weights in float64
    std::optional<TwinMargins> margins_;
    SetDecodeNoise noise_;
    MarginKind kind_ = MarginKind::determinant;
    std::optional<TwinUnit> unit_;
    std::uint64_t settings_ = 0;  // stamp of noise, kind and prompt
    std::unordered_map<std::uint64_t, Known> known_;
    Line line_;
    std::optional<Running> running_;
    std::uint64_t revision_ = 1;
};

}  // namespace marginscope
