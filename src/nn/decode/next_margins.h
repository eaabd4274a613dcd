// Prior margins of the token that comes next: what each candidate's margin would be. The past's
// part of the stage is carried from token to token, so a new one costs a row, not the window.
//
// One thread, the decoder's. float64 by core, as everything that is shown.
#pragma once

#include <optional>

#include "core/stage/stage.h"
#include "nn/decode/decoder.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

class NextMargins {
public:
    /// Of a model with a stage, or none are known. Both must outlive this; after a change of
    /// weights, or of a token that is already in the decoder, call clear().
    NextMargins(const Model& model, const Decoder& decoder);

    /// Determinant and crossings of `token` in the window it would stand in, and the margin of
    /// `kind`; empty without a stage, or where it has no margin (fewer than two tokens before it).
    std::optional<PositionMargins> of(int token, MarginKind kind);
    void clear() { stage_.reset(); }

private:
    void follow();

    const Decoder& decoder_;
    std::optional<StageWeights> weights_;
    std::optional<Stage> stage_;  // the past of the window, and one row for whoever comes next
    std::size_t length_ = 0;      // of the decoder's text when stage_ was right
    std::size_t begin_ = 0;       // of that window
    int last_token_ = -1;         // whose embedding the last row holds
};

}  // namespace marginscope
