// Noise on the characters of a text, keyed by their index in it: what a character gets it keeps in
// every window, however the text goes on. For the twin: a text beside itself under noise.
//
// Legend of shapes: language_model.h; here B counts draws. Float64. Values; any thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/noise_place.h"
#include "core/text_windows.h"
#include "nn/model/language_model.h"

namespace marginscope {

struct TwinNoise {
    NoisePlace where = NoisePlace::embeddings;
    std::vector<double> scales;  // standard deviation per coordinate: one, or one a layer
    std::uint64_t seed = 0;
    int draws = 1;
    std::vector<int> positions;  // indices of the characters that get noise, rising; empty: all

    /// Nothing is added anywhere.
    bool none() const;
    double scale(int layer) const;  // -1: the embeddings

    /// N(0, 1), (B, T, C): row b is draw `first_draw` + b, column t the character `begin` + t; zero
    /// where none is wanted. `layer` -1: the embeddings.
    at::Tensor standard(int layer, int first_draw, std::int64_t draws, std::int64_t begin,
                        std::int64_t time, std::int64_t width) const;
    /// Adds the noise of draws `first_draw` … to a pass over the characters from `begin` on:
    /// returns the changed u (B, T, C), and hooks into `options` for the places inside the model.
    /// The noise must outlive the pass.
    at::Tensor added(const at::Tensor& u, int first_draw, std::int64_t begin,
                     ForwardOptions& options) const;
};

/// u (1, n, C) of a block's window, without noise.
at::Tensor block_embeddings(const LanguageModel& model, std::span<const int> ids,
                            const TextBlock& block);

/// The unit of noise over a text. Absolute noise: 1. Relative: the RMS of what it is added to, of
/// the token embeddings (token_embedding_rms) or of each layer's own tensor, every character of the
/// text counted once, in its own window.
class NoiseUnit {
public:
    /// `model` must outlive it.
    NoiseUnit(const LanguageModel& model, NoisePlace where, bool relative, std::vector<int> ids,
              WindowRule rule);

    /// Reads one window; false when the unit is known.
    bool step();
    /// One, or one a layer; empty for absolute noise.
    std::vector<double> rms() const;
    /// TwinNoise::scales.
    std::vector<double> scales(double sigma) const;

private:
    const LanguageModel& model_;
    NoisePlace where_;
    std::vector<int> ids_;
    std::vector<TextBlock> blocks_;  // still to be read, the last first
    std::vector<double> sums_;       // of squares, by layer
    std::vector<double> rms_;        // where no window must be read for it
};

}  // namespace marginscope
