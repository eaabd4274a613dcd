// What one new token's margins cost.
#include "bench/figures.h"
#include "core/random.h"
#include "core/stage.h"
#include "core/statistics.h"

namespace marginscope {

/// One token joins a full window: what the decode workspace waits for.
std::vector<BenchFigure> margin_figures(const BenchSettings& options) {
    constexpr int kTokens = 64;
    constexpr int kWidth = 128;
    Matrix u(kTokens, kWidth);
    StageWeights weights;
    weights.w_q = Matrix(kWidth, kWidth);
    weights.w_k = Matrix(kWidth, kWidth);
    const auto fill = [](Matrix& matrix, std::uint64_t window, double scale) {
        fill_normal({.seed = 1,
                     .purpose = DrawPurpose::sampling,
                     .draw = 0,
                     .window = window,
                     .position = 0},
                    std::span<double>(matrix.data(), static_cast<std::size_t>(matrix.size())));
        matrix *= scale;
    };
    fill(u, 1, 0.3);
    fill(weights.w_q, 2, 0.1);
    fill(weights.w_k, 3, 0.1);
    const Stage past(u.topRows(kTokens - 1), weights);
    std::vector<double> all_ms;
    std::vector<double> geometric_ms;
    const auto begin = BenchClock::now();
    while (all_ms.size() < 5 || (seconds_since(begin) < options.secs && all_ms.size() < 1000)) {
        const auto start = BenchClock::now();
        Stage stage = past;
        stage.append(u.row(kTokens - 1).transpose());
        const PositionMargins margins = stage.margins(kTokens - 1);
        all_ms.push_back(seconds_since(start) * 1000 + 0 * margins.det);
    }
    const Stage whole(u, weights);
    for (int i = kTokens - 3; i < kTokens; ++i) {
        const auto start = BenchClock::now();
        whole.geometric_margin(i);
        geometric_ms.push_back(seconds_since(start) * 1000);
    }
    return {{"margins.new_token_ms", median(all_ms), "ms", "<= 5", "",
             "det, log|det|, sigma_min, crossings and energy of the 64th token, width 128, "
             "float64, one thread"},
            {"margins.geometric_ms", median(geometric_ms), "ms", "", "",
             "the geometric margin of one such token, 25 starts"}};
}

}  // namespace marginscope
