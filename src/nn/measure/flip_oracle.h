// Answers of a model: whether noise on the embeddings of a window changes its predictions.
//
// Legend of shapes: language_model.h. One thread, the model's; no gradients are recorded.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "nn/measure/flip_search.h"
#include "nn/model/language_model.h"

namespace marginscope {

/// What the noise of one window is: direction d adds strength * N(0, 1), drawn as `noise` draws
/// (core/random.h), with the window's first character as its number.
struct FlipNoise {
    FlipLadder ladder;
    std::uint64_t seed = 0;
    int directions = 8;
    bool own_token = false;  // only on the token whose prediction is asked, not on those before it
};

class WindowFlips {
public:
    /// u (1, n, C) without noise; `places` of the window whose next tokens are asked. `model` must
    /// outlive it.
    WindowFlips(const LanguageModel& model, at::Tensor u, std::uint64_t window,
                std::vector<int> places, const FlipNoise& noise);

    std::vector<char> flipped(std::span<const FlipQuestion> questions);
    /// Log-probabilities (places, V) of what comes next without noise, float64.
    const at::Tensor& clean() const { return clean_; }

private:
    std::vector<char> flipped_by_window(std::span<const FlipQuestion> questions);
    std::vector<char> flipped_by_token(std::span<const FlipQuestion> questions);
    void read_rows(std::span<const std::pair<int, int>> rows);

    const LanguageModel& model_;
    at::Tensor u_;
    std::vector<int> places_;
    FlipNoise noise_;
    at::Tensor directions_;  // (D, n, C)
    at::Tensor clean_;
    std::vector<std::int64_t> likeliest_;  // of each place
    // (direction, rung) -> likeliest after every place: noise on the whole window answers for all.
    std::map<std::pair<int, int>, std::vector<std::int64_t>> known_;
    std::vector<KeyValue> cache_;  // of the window without noise, where only own tokens get some
};

}  // namespace marginscope
