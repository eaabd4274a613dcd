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

/// Each position's prediction against what came; (B, T) on the CPU, float64 but for `argmax`.
struct Predictions {
    /// Of log-probabilities (B, T, V).
    Predictions(const at::Tensor& logprob, const at::Tensor& targets);

    at::Tensor ce, brier, confidence;  // of the most likely token: its probability
    at::Tensor argmax;
};

/// One batch as all models of a text predict it, each given once and in their order.
class PredictionsTogether {
public:
    PredictionsTogether(const EvaluatedText& text, at::Tensor targets);

    /// (B, T, V) of the next model.
    void add(const at::Tensor& logits);
    /// By the mean of their probabilities; of one model its own.
    Predictions mean() const;
    const std::vector<Predictions>& members() const { return members_; }
    const at::Tensor& targets() const { return targets_; }

private:
    bool several_;
    at::Tensor targets_;
    at::Tensor log_sum_;  // of probabilities; several alone
    std::vector<Predictions> members_;
};

/// What one position says.
struct PositionSums {
    double ce = 0, flips = 0, errors = 0, brier = 0;
    double members_ce = 0, members_flips = 0, members_errors = 0;  // means over members

    PositionSums& operator+=(const PositionSums& other);
    PositionSums operator/(double count) const;
};

/// Of one level of a curve, summed over draws; one entry a window.
struct WindowSums {
    explicit WindowSums(std::size_t windows)
        : of(windows), draws(windows), clean_ce(windows), changed(windows), judged(windows) {}

    std::vector<PositionSums> of;  // each draw's mean over the window's positions
    std::vector<double> draws;     // that had a position to judge
    // Of the first draw alone: what came is the same in all of them, so others would count as
    // predictions that they are not.
    Reliability reliability;
    // Spoilt characters alone.
    std::vector<double> clean_ce, changed, judged;
};

class NoisePass {
public:
    virtual ~NoisePass() = default;
    /// All levels and draws of the windows `first` … of the text; sums has one entry a level. False
    /// where it was stopped between two draws: then these windows do not count (nor what they left
    /// in sums' reliability).
    virtual bool add(std::span<const TokenWindow> windows, std::size_t first,
                     std::vector<WindowSums>& sums, const std::stop_token& stop) = 0;
    /// Says of a curve what is true of all its levels.
    virtual void describe(NoiseCurve& curve) const = 0;
};

/// What is true of a batch: its predictions without noise.
struct CleanPass {
    CleanPass(const EvaluatedText& text, std::span<const TokenWindow> windows);

    std::vector<at::Tensor> u;  // (B, T, C) of each model
    PredictionsTogether together;
    Predictions mean;  // together's
};

/// What a noisy prediction says beside the clean one, position by position: `row` and `clean_row`
/// count through (B, T).
class PositionJudge {
public:
    PositionJudge(const PredictionsTogether& noisy, const CleanPass& clean);

    PositionSums at(std::int64_t row, std::int64_t clean_row) const;
    Judged judged(std::int64_t row) const;

private:
    const PredictionsTogether& noisy_;
    const CleanPass& clean_;
    Predictions mean_;
    at::Tensor came_;  // (B, T) on the CPU
};

/// `scales`: what a sigma of 1 is, of each model. Both keep references.
std::unique_ptr<NoisePass> gaussian_pass(const EvaluatedText& text, const NoiseRequest& request,
                                         std::vector<double> scales);
std::unique_ptr<NoisePass> spoilt_pass(const EvaluatedText& text, const NoiseRequest& request);

}  // namespace marginscope
