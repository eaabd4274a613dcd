// log|det J| of each text's newest token, for many texts that grow together: one stage a text,
// carried from token to token, shared by nobody.
//
// One thread calls; inside, texts are spread over the threads that the process computes with.
// float64 by core (E5, E18), as everything that is shown.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/stage/stage.h"
#include "nn/model/checkpoint.h"
#include "nn/probability/sequence_batch.h"

namespace marginscope {

class PrefixMargins {
public:
    /// Of a model with a stage; both must outlive this. The texts are those of `batch`.
    PrefixMargins(const Model& model, const SequenceBatch& batch);

    struct Margin {
        double logdet = 0.0;     // nats; 0 where J = I; -inf on the boundary
        int crossings = 0;       // counted only where asked for
        bool has_margin = true;  // false: fewer than two tokens before it in its window
    };
    /// What texts from[k] of the batch followed by tokens[k] would have at that token, and those
    /// become the texts; call before the batch itself is selected and extended in the same way.
    std::vector<Margin> branch(std::span<const std::int64_t> from, std::span<const int> tokens,
                               bool count_crossings);

private:
    std::optional<Stage> made_anew(std::size_t text) const;
    void grow(std::optional<Stage>& stage, const StageRow& row) const;
    static Margin of_last(const Stage& stage, bool count_crossings);
    Matrix embeddings(std::span<const int> tokens, std::size_t position) const;

    const Model& model_;
    const SequenceBatch& batch_;
    StageFormRef form_;  // one for all of them
    // One a text, its window as it was after the last branch(); empty: nothing is in it.
    std::vector<std::optional<Stage>> stages_;
    std::size_t begin_ = 0;  // of that window
};

}  // namespace marginscope
