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

/// What a request will cost.
struct MarginPlan {
    std::size_t positions = 0;
    std::size_t windows = 0;       // passes of the model, each over up to a context
    std::size_t windows_half = 0;  // what WindowRule::half would take
};

struct MarginRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string text;             // UTF-8
    MarginView view = MarginView::stage;
    MarginKind kind = MarginKind::determinant;
    int support = 5;  // k
    GeometricScope geometric = GeometricScope::support;
    std::size_t max_positions = 20'000;
    WindowRule windows = WindowRule::half;
    std::function<void(const MarginPlan&)> on_plan;  // called before the work, on the same thread
    std::uint64_t seed = 0;                          // of the geometric margin's starts
    int threads = 2;
};

/// Measures each position in the window that the rule gives it (core/text_windows.h); of more than
/// max_positions, blocks of them evenly spaced. Logprob and entropy come from one forward pass a
/// window, margins from core in float64 on `threads` threads. `progress(done, total)` is called on
/// the calling thread, in windows. A stop request returns what is done. Throws UserError: no such
/// model, a text of fewer than three tokens, a model without a stage in the stage view (it names
/// `marginscope fit`), kinds that a view does not have.
MarginReport report_margins(
    const MarginRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

}  // namespace marginscope
