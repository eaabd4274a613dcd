// What `marginscope bench` measures, in groups. Each group runs in a process of its own, so that no
// thread pool, cache or heap of one group bears on the next; within a group, rivals take turns.
#pragma once

#include <chrono>
#include <vector>

#include "cli/cli.h"

namespace marginscope {

/// All groups by name, in the order of the table.
std::vector<BenchGroup> bench_groups();

/// A training step, ours and with the barrier at each site, over the same step in plain LibTorch.
std::vector<BenchFigure> training_figures(const BenchSettings& settings);

/// The same on the GPU, and the step whose pass is recorded; a null figure with the reason where
/// there is none.
std::vector<BenchFigure> gpu_figures(const BenchSettings& settings);

/// Whether a whole training in bfloat16 ends where one in float32 does.
std::vector<BenchFigure> precision_figures(const BenchSettings& settings);

/// What a training step adds to memory with the exact barrier and without. Must be the first use of
/// LibTorch in its process.
std::vector<BenchFigure> memory_figures(const BenchSettings& settings);

/// Margins of one token, of a whole text, and on a plane.
std::vector<BenchFigure> margin_figures(const BenchSettings& settings);

/// Tokens per second of the small model, over recomputing the window; empty when the assets are
/// missing.
std::vector<BenchFigure> decode_figures(const BenchSettings& settings);

/// The law of a subset of positions: seconds, and over the floor of its matrix products.
std::vector<BenchFigure> subset_figures(const BenchSettings& settings);

/// Sixty-four particles with their determinants over one text; empty when the assets are missing.
std::vector<BenchFigure> particle_figures(const BenchSettings& settings);

/// What a cell of a path costs beyond its training.
std::vector<BenchFigure> path_figures(const BenchSettings& settings);

/// A path of five seeds and eight lambdas over one cell alone; some minutes, only on request.
std::vector<BenchFigure> whole_path_figures(const BenchSettings& settings);

/// The measured rate of matrix products, which the others cannot exceed.
std::vector<BenchFigure> floor_figures(const BenchSettings& settings);

/// How the barrier's cost grows with context, width and batch, and where its estimators pay: some
/// minutes, only on request.
std::vector<BenchFigure> scaling_figures(const BenchSettings& settings);

/// The interface over the real engine, drawn offscreen at 1280×800: first frame, building a frame,
/// a drag, training under the window.
std::vector<BenchFigure> window_figures(const BenchSettings& settings);

/// The Playground with twelve tokens: a frame, its drawing, a drag.
std::vector<BenchFigure> playground_figures(const BenchSettings& settings);

using BenchClock = std::chrono::steady_clock;

inline double seconds_since(BenchClock::time_point start) {
    return std::chrono::duration<double>(BenchClock::now() - start).count();
}

}  // namespace marginscope
