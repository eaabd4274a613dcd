// Which places of each window get noise: all, the support tokens, or as many random ones.
//
// One thread, the model's.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/noisy_tokens.h"
#include "core/stage/stage.h"
#include "nn/measure/evaluated_text.h"

namespace marginscope {

class NoisyPlaces {
public:
    /// UserError where support tokens are asked of a model without a stage. `text` must outlive it.
    /// `member`: whose support tokens, of the text's models.
    NoisyPlaces(const EvaluatedText& text, std::size_t member, NoisyTokens tokens, int support,
                std::uint64_t seed);

    /// Finds the support tokens of the next batch.
    void read(std::span<const TokenWindow> windows);
    /// (B, T, 1) float, 1 where that draw adds noise; undefined: everywhere.
    at::Tensor mask(std::uint64_t draw);
    /// Over all masks so far: how many places of a window, and where they lie in it. An early token
    /// is read by more predictions than a late one.
    double mean_count() const;
    double mean_place() const;

private:
    std::vector<int> random_places(std::size_t b, std::uint64_t draw) const;

    const EvaluatedText& text_;
    std::size_t member_;
    NoisyTokens tokens_;
    int support_;
    std::uint64_t seed_;
    StageWeights weights_;
    std::vector<std::uint64_t> numbers_;            // of the batch's windows
    std::vector<std::vector<int>> support_places_;  // of each, nearest the boundary first
    double windows_masked_ = 0, places_masked_ = 0, place_sum_ = 0;
};

}  // namespace marginscope
