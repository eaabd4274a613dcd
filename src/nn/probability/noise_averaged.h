// The law of the next token averaged over draws of noise on the token embeddings: each draw reads
// the text beside the others, in one pass.
//
// Noise N(0, sigma^2) per coordinate, keyed by (seed, draw, index of the token in the text), as a
// twin's (nn/measure/twin_noise.h): a token keeps its noise while the text goes on. Relative sigma
// is in units of the RMS of all token embeddings, which no text changes. One thread, the one that
// owns the model.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nn/decode/token_chooser.h"
#include "nn/measure/twin_noise.h"
#include "nn/probability/sequence_batch.h"

namespace marginscope {

/// Standard deviation per coordinate of the settings' noise beside this model.
double noise_scale(const LanguageModel& model, const ChooserSettings& settings);

class NoiseAveraged {
public:
    /// The model must outlive it; after a change of its weights call clear().
    explicit NoiseAveraged(const LanguageModel& model);
    NoiseAveraged(const NoiseAveraged&) = delete;
    NoiseAveraged& operator=(const NoiseAveraged&) = delete;

    /// After the decoder's text, with what is added to its embeddings, by the settings' draws,
    /// sigma and seed. Reads only what it has not read already.
    NextLaw law(const Decoder& text, const SamplingSettings& settings);
    /// For TokenChooser; this must outlive it.
    LawAverage source();
    void clear();

    /// How often a draw's text was read.
    std::int64_t passes() const { return passes_; }

private:
    bool begins_anew(const Decoder& text) const;
    at::Tensor moved(const at::Tensor& u, std::size_t first);

    const LanguageModel& model_;
    SequenceBatch batch_;
    TwinNoise noise_;
    std::optional<double> scale_;  // of the settings below
    ChooserSettings settings_;
    std::size_t begin_ = 0;           // index in the text of the batch's first token
    std::vector<int> read_;           // the batch's tokens
    std::vector<at::Tensor> deltas_;  // added to them
    std::int64_t passes_ = 0;
};

}  // namespace marginscope
