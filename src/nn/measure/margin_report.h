// Margins of every position of a long text: the numbers of `marginscope margins` and of a path's
// cells. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/stage/margin_report_types.h"

namespace marginscope {

struct MarginRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string text;             // UTF-8
    MarginView view = MarginView::stage;
    MarginKind kind = MarginKind::determinant;
    int support = 5;  // k
    GeometricScope geometric = GeometricScope::support;
    std::size_t max_positions = 20'000;
    std::uint64_t seed = 0;  // of the geometric margin's starts
    int threads = 2;
};

/// Cuts the text into windows of the model's context; when they hold more than max_positions, takes
/// as many as fit, evenly spaced. Logprob and entropy come from one forward pass a window, margins
/// from core in float64 on `threads` threads. `progress(done, total)` is called on the calling
/// thread, in windows. A stop request returns what is done. Throws UserError: no such model, a text
/// of fewer than three tokens, a model without a stage in the stage view (it names `marginscope
/// fit`), kinds that a view does not have.
MarginReport report_margins(
    const MarginRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

}  // namespace marginscope
