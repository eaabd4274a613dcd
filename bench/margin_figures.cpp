// What margins cost: of one new token, of a whole text, of a plane.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/contest.h"
#include "bench/figures.h"
#include "core/random.h"
#include "core/stage/stage.h"
#include "core/statistics.h"
#include "files/paths.h"
#include "nn/measure/margin_report.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

constexpr int kTokens = 64;
constexpr int kWidth = 128;

struct Window {
    Matrix u{kTokens, kWidth};
    StageWeights weights;
};

Window random_window() {
    Window window;
    window.weights.w_q = Matrix(kWidth, kWidth);
    window.weights.w_k = Matrix(kWidth, kWidth);
    const auto fill = [](Matrix& matrix, std::uint64_t stream, double scale) {
        fill_normal({.seed = 1,
                     .purpose = DrawPurpose::sampling,
                     .draw = 0,
                     .window = stream,
                     .position = 0},
                    std::span<double>(matrix.data(), static_cast<std::size_t>(matrix.size())));
        matrix *= scale;
    };
    fill(window.u, 1, 0.3);
    fill(window.weights.w_q, 2, 0.1);
    fill(window.weights.w_k, 3, 0.1);
    return window;
}

/// One token joins a full window: what the decode workspace waits for.
BenchFigure new_token(const Window& window, const BenchSettings& settings) {
    const Stage past(window.u.topRows(kTokens - 1), window.weights);
    std::vector<double> all_ms;
    const auto begin = BenchClock::now();
    while (all_ms.size() < 5 || (seconds_since(begin) < settings.secs && all_ms.size() < 1000)) {
        const auto start = BenchClock::now();
        Stage stage = past;
        stage.append(window.u.row(kTokens - 1).transpose());
        const PositionMargins margins = stage.margins(kTokens - 1);
        all_ms.push_back(seconds_since(start) * 1000 + 0 * margins.det);
    }
    return {"margins.new_token_ms",
            median(all_ms),
            "ms",
            "<= 5",
            "",
            "det, log|det|, sigma_min, crossings and energy of the 64th token, d=128, float64, one "
            "thread"};
}

BenchFigure geometric(const Stage& whole) {
    std::vector<double> all_ms;
    for (int i = kTokens - 3; i < kTokens; ++i) {
        const auto start = BenchClock::now();
        (void)whole.geometric_margin(i);
        all_ms.push_back(seconds_since(start) * 1000);
    }
    return {"margins.geometric_ms",
            median(all_ms),
            "ms",
            "",
            "",
            "the geometric margin of one such token, 25 starts, one thread"};
}

/// log|det| of the last token on a plane through it, as a boundary picture shows it.
BenchFigure boundary_field(const Stage& whole, int size, const std::string& goal,
                           const BenchSettings& settings) {
    constexpr int kLast = kTokens - 1;
    const Vector origin = whole.embeddings().row(kLast).transpose();
    const Vector e1 = Vector::Unit(kWidth, 0);
    const Vector e2 = Vector::Unit(kWidth, 1);
    std::vector<double> axis(static_cast<std::size_t>(size));
    for (int k = 0; k < size; ++k)
        axis[static_cast<std::size_t>(k)] = 6.0 * (k / (size - 1.0) - 0.5);
    std::vector<float> logdet(axis.size() * axis.size());
    std::vector<std::int8_t> sign(logdet.size());
    const Contender field{
        "field", [&] { whole.log_det_on_plane(kLast, origin, e1, e2, axis, axis, logdet, sign); }};
    const Timings timings = hold_contest({field}, settings, "boundary fields");
    const std::string side = std::to_string(size);
    return {"boundary_field_" + side,
            1000.0 / timings.rate(0),
            "ms",
            goal,
            "",
            side + " x " + side + " points of log|det J|, 63 past tokens, d=128, float64"};
}

/// The whole command, model and probabilities included, over as much of a text as it takes by
/// default, or as fits the time. Fewer positions would measure how long a model takes to load, and
/// a first call how long LibTorch takes to start: so one is made before anything is timed.
std::vector<BenchFigure> whole_text(const BenchSettings& settings) {
    if (!has_asset(kSmallModelAsset)) return {};
    MarginRequest request;
    request.text = built_in_corpus().text;
    request.geometric = GeometricScope::none;
    request.threads = settings.threads;
    const auto rate_of = [&](std::size_t positions) {
        request.max_positions = positions;
        const auto start = BenchClock::now();
        const MarginReport report = report_margins(request);
        return static_cast<double>(report.positions.size()) / seconds_since(start);
    };
    constexpr std::size_t kLeast = 2'560;
    constexpr std::size_t kMost = 20'000;
    constexpr int kTurns = 3;
    (void)rate_of(kLeast);
    const auto fitting = static_cast<std::size_t>(rate_of(kLeast) * settings.secs / kTurns);
    const std::size_t positions = std::clamp(fitting, kLeast, kMost);
    std::vector<double> rates;
    for (int turn = 0; turn < kTurns && !settings.stop.stop_requested(); ++turn)
        rates.push_back(rate_of(positions));
    if (rates.empty()) return {};
    return {{"margins_per_s", median(rates), "1/s", ">= 8000", "",
             "determinant, singular margin, crossings and probabilities of " +
                 std::to_string(positions) +
                 " positions, as `marginscope margins` reports a text; windows of 64, d=128, " +
                 std::to_string(settings.threads) + " threads, loading the model included"}};
}

}  // namespace

std::vector<BenchFigure> margin_figures(const BenchSettings& settings) {
    const Window window = random_window();
    const Stage whole(window.u, window.weights);
    std::vector<BenchFigure> out = {new_token(window, settings), geometric(whole),
                                    boundary_field(whole, 64, "<= 50", settings),
                                    boundary_field(whole, 256, "<= 400", settings)};
    for (BenchFigure& figure : whole_text(settings)) out.push_back(std::move(figure));
    return out;
}

}  // namespace marginscope
