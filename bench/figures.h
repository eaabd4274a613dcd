// What `marginscope bench` measures, in groups. Each group runs in a process of its own, so that no thread pool, cache or
// heap of one group bears on the next; within a group, rivals take turns.
#pragma once

#include <chrono>
#include <vector>

#include "cli/cli.h"

namespace marginscope {

/// All groups by name, in the order of the table.
std::vector<BenchGroup> bench_groups();

/// Steps per second with and without the barrier, on the built-in stories at the default shape.
std::vector<BenchFigure> training_figures(const BenchSettings& settings);

/// Margins of one token that joins a full window.
std::vector<BenchFigure> margin_figures(const BenchSettings& settings);

/// Tokens per second of the small model; empty when the assets are missing.
std::vector<BenchFigure> decode_figures(const BenchSettings& settings);

/// The interface over the real engine, drawn offscreen at 1280×800: first frame, building a frame, a drag, training under
/// the window.
std::vector<BenchFigure> window_figures(const BenchSettings& settings);

using BenchClock = std::chrono::steady_clock;

inline double seconds_since(BenchClock::time_point start) {
    return std::chrono::duration<double>(BenchClock::now() - start).count();
}

}  // namespace marginscope
