// What the choosers' noise does along the shown text: for every character the two parts of the
// entropy of the averaged law it would be drawn from. Internal to engine; the worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/messages/decode.h"
#include "engine/decode/twin_computation.h"

namespace marginscope {

class AveragedTrace {
public:
    /// Of what `text` computes; it must outlive this.
    explicit AveragedTrace(DecodeComputation& text) : text_(text), twin_(text, false) {}

    /// After `text` followed the document. Nothing is computed while the document averages over no
    /// noise.
    void follow(const DecodeDocument& document);
    void weights_changed() { twin_.weights_changed(); }
    /// In slices until `end`; true while something is missing.
    bool work(std::chrono::steady_clock::time_point end, int selected) {
        return twin_.work(end, selected);
    }
    /// Counts changes of what fill() fills in.
    std::uint64_t revision() const { return twin_.revision(); }
    void fill(DecodeFrame& frame) const;

private:
    DecodeComputation& text_;
    // A twin of its own: the same draws, of the same characters, in float64.
    TwinComputation twin_;
};

}  // namespace marginscope
