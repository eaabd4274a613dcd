// The twin of one block of a text: its predictions and margins under every draw of the noise,
// beside those without.
//
// Float64 throughout; one thread at a time. A number at place k is of the block's character
// block.first + k: of its prediction from what stands before it in the block's window, or of its
// margin there. KL(clean || noisy) in nats; a gap is noisy - clean in the unit of the margin's
// kind.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <stop_token>
#include <vector>

#include "core/margin_kind.h"
#include "core/stage/stage.h"
#include "core/text_windows.h"
#include "nn/measure/twin_noise.h"

namespace marginscope {

/// Under one draw. NaN: there is none (no prediction, no stage, no boundary, none found).
struct TwinNumbers {
    int likeliest = -1;  // token; -1 where nothing before predicts
    double kl = 0.0;
    double margin_gap = 0.0;
};

/// The distribution of a character averaged over draws, and its entropy split in two: what each
/// draw is unsure of by itself (expected) and what they disagree in (mutual information).
struct TwinAverage {
    double entropy = 0.0;   // of the mean distribution, nats
    double expected = 0.0;  // mean entropy of the draws' distributions
    struct Token {
        int token = 0;
        double clean = 0.0;  // probability without noise
        double mean = 0.0;   // over draws
    };
    std::vector<Token> tokens;           // the likeliest of the mean distribution, in order
    double mutual_information() const {  // never below 0, but for rounding
        return entropy < expected ? 0.0 : entropy - expected;
    }
};

struct TwinOfBlock {
    TextBlock block;
    std::vector<int> clean;                       // likeliest token without noise
    std::vector<std::vector<TwinNumbers>> draws;  // [draw][k]
    std::vector<TwinAverage> average;             // [k]
};

/// What margins are measured with.
struct TwinMargins {
    StageWeights weights;
    MarginKind kind = MarginKind::determinant;
};

/// Computes one in slices. With noise inside the model the stage, which reads the embeddings, stays
/// as it is: all gaps are 0.
class TwinPass {
public:
    /// u (1, n, C) of the window [block.begin, block.end), in float64 as the model is; without
    /// `margins` there are no gaps. `model` and `margins` must outlive it.
    TwinPass(const LanguageModel& model, at::Tensor u, TextBlock block, TwinNoise noise,
             const TwinMargins* margins);

    /// The next slice: a pass of a few draws, or some margins (a single one of the geometric kind).
    /// False when all is done. A stop request makes a search for a boundary end early.
    bool step(const std::stop_token& stop = {});
    double progress() const;  // 0 … 1

    /// When all is done; the pass has nothing afterwards.
    TwinOfBlock take();

private:
    void read_clean();
    void read_draws();
    void take_draw(int draw, const at::Tensor& logprob);
    void finish_average();
    bool measure(const std::stop_token& stop);
    double margin(const Stage& stage, int position, const std::stop_token& stop) const;
    int places() const { return static_cast<int>(block_.end - block_.first); }

    const LanguageModel& model_;
    const TwinMargins* margins_;
    at::Tensor u_;
    TextBlock block_;
    TwinNoise noise_;
    TwinOfBlock result_;
    at::Tensor clean_;            // (n, V) log-probabilities
    at::Tensor mean_;             // (n, V) sum of probabilities over draws
    at::Tensor expected_;         // (n) sum of entropies over draws
    int read_ = 0;                // draws
    int measured_ = -1;           // draws whose margins are known; -1: not even those without noise
    int place_ = 0;               // next margin of that draw
    std::optional<Stage> stage_;  // of that draw
    std::vector<double> clean_margins_;
};

}  // namespace marginscope
