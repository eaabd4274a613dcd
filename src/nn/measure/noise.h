// Gaussian noise from counters: the same draws for every sigma, every model of equal width and
// every machine.
//
// Shapes: language_model.h's legend. Any thread; no state.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "nn/measure/evaluate.h"
#include "nn/model/language_model.h"

namespace marginscope {

/// Which normal numbers: those of a position depend on seed, purpose, draw, its window's number and
/// its place in it, and on the layer when the noise is inside the model.
struct NoiseKey {
    std::uint64_t seed = 0;
    DrawPurpose purpose = DrawPurpose::evaluation_noise;
    std::uint64_t draw = 0;
    std::uint64_t layer = 0;  // 0: the embeddings; 1 + l: inside block l
};

/// N(0, 1), (B, T, C) float32 on the CPU; row b belongs to window `windows[b]`, the first column to
/// `first_position`.
at::Tensor standard_noise(const NoiseKey& key, std::span<const std::uint64_t> windows,
                          std::int64_t time, std::int64_t width, std::int64_t first_position = 0);

/// The last word of a draw's key: a place in a window or text, in a layer (-1: the embeddings).
std::uint64_t noise_position(std::uint64_t place, int layer);

/// RMS over coordinates of these tokens' vectors, without positions.
double token_embedding_rms(const LanguageModel& model, std::span<const int> ids);

/// The draws of one batch of windows, made when they are first asked for and then kept: every sigma
/// uses them again.
class NoiseDraws {
public:
    /// `key.layer` is ignored: each layer has draws of its own. `only` (B, T, 1), where given, is 1
    /// where there is noise and 0 elsewhere.
    NoiseDraws(const NoiseKey& key, std::vector<std::uint64_t> windows, at::Tensor only = {});

    /// x (B, T, C) + sigma * N(0, 1); `layer` -1 is the input.
    at::Tensor added(const at::Tensor& x, int layer, double sigma);

private:
    NoiseKey key_;
    std::vector<std::uint64_t> windows_;
    at::Tensor only_;
    std::vector<at::Tensor> kept_;  // [layer + 1]
};

/// Adds noise to the pass at `where`: returns the changed `u` for the embeddings, hooks into
/// `options` for the rest. `draws` must outlive the pass.
at::Tensor add_noise(NoisePlace where, double sigma, const at::Tensor& u, NoiseDraws& draws,
                     ForwardOptions& options);

}  // namespace marginscope
