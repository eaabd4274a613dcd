// Margins of a long text as plain data: what `margins` prints and what collects cells of a path.
//
// Plain values; any thread. Positions count from 0 in the text that was evaluated. Missing values
// are empty optionals, numeric trouble stays what it is (NaN, -inf).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/stage/attention_views.h"
#include "core/stage/margins.h"
#include "core/text_windows.h"

namespace marginscope {

/// For which positions the geometric margin (E10) is computed: it costs most by far.
enum class GeometricScope { none, support, all };

struct PositionReport {
    std::size_t i = 0;
    std::string token;
    TextBlock window;  // all numbers here are of [window.begin, window.end), read up to i
    std::optional<PositionMargins> stage;  // stage view only; empty for a window's first
    std::optional<double> energy;          // |e|^2 / (2 sigma^2), stage view only
    std::optional<double>
        logprob;  // of this token given the past of its window; empty for a window's first
    std::optional<double> entropy;  // of the distribution it was read from
    bool support = false;
    std::vector<std::vector<ViewMargin>> heads;  // [layer][head], heads view only
    std::vector<ViewMargin> layers;              // layer view only
};

struct MarginReport {
    std::string model;
    MarginView view = MarginView::stage;
    MarginKind kind = MarginKind::determinant;
    WindowRule rule = WindowRule::half;
    std::vector<PositionReport> positions;
    std::vector<std::size_t> support;  // values of PositionReport::i, nearest the boundary first
    // Stage view, over positions that have a margin (i >= 2 of their window):
    std::optional<double> share_beyond;
    std::optional<double> nats_per_position;  // E4; a pseudo-likelihood
    std::optional<double> logdet_mean;
    std::optional<double> sigma_min_p5, sigma_min_median, sigma_min_min;
    double embedding_rms = 0.0;  // of the token embeddings over the evaluated text
    std::size_t not_finite = 0;  // positions whose log-determinant or sigma_min is not finite
    std::size_t windows = 0;
    std::size_t unknown = 0;  // characters of the text that the model does not know
    bool stopped = false;     // ended early on request
};

}  // namespace marginscope
