// What a batch of windows adds to a noise curve: one way for noise inside the model, one for spoilt
// characters.
//
// Legend of shapes: language_model.h. One thread, the model's; no gradients are recorded.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "nn/measure/evaluate.h"
#include "nn/measure/evaluated_text.h"

namespace marginscope {

/// Of one level of a curve, summed over draws; one entry a window.
struct WindowSums {
    explicit WindowSums(std::size_t windows)
        : ce(windows),
          flips(windows),
          draws(windows),
          clean_ce(windows),
          changed(windows),
          judged(windows) {}

    std::vector<double> ce, flips;  // each draw's mean over the window's positions
    std::vector<double> draws;      // that had a position to judge
    // Spoilt characters alone.
    std::vector<double> clean_ce, changed, judged;
};

class NoisePass {
public:
    virtual ~NoisePass() = default;
    /// All levels and draws of the windows `first` … of the text; sums has one entry a level. False
    /// where it was stopped between two draws: then these windows do not count.
    virtual bool add(std::span<const TokenWindow> windows, std::size_t first,
                     std::vector<WindowSums>& sums, const std::stop_token& stop) = 0;
    /// Says of a curve what is true of all its levels.
    virtual void describe(NoiseCurve& curve) const = 0;
};

/// What is true of a batch: its predictions without noise.
struct CleanPass {
    CleanPass(const EvaluatedText& text, std::span<const TokenWindow> windows);

    at::Tensor u;        // (B, T, C)
    at::Tensor targets;  // (B, T)
    at::Tensor ce;       // (B, T) float64 on the CPU
    at::Tensor argmax;   // (B, T) on the CPU
};

/// log-probabilities' loss of each target and the likeliest token, as CleanPass has them.
struct Predictions {
    Predictions(const at::Tensor& logits, const at::Tensor& targets);

    at::Tensor ce, argmax;
};

/// `scale`: what a sigma of 1 is. Both keep references.
std::unique_ptr<NoisePass> gaussian_pass(const EvaluatedText& text, const NoiseRequest& request,
                                         double scale);
std::unique_ptr<NoisePass> spoilt_pass(const EvaluatedText& text, const NoiseRequest& request);

}  // namespace marginscope
