// The smallest noise that changes a prediction, along fixed directions: a ladder of strengths is
// climbed in coarse rungs, then the first rung that changes it is refined.
//
// Values and pure functions, torch-free; one thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace marginscope {

/// Strengths most * 2^(-(rungs - 1 - j) / 32), j = 0 … rungs-1: neighbours are 2.2 % apart.
struct FlipLadder {
    static constexpr int kFine = 8;            // rungs from one coarse rung to the next
    static constexpr int kOctave = 4 * kFine;  // rungs that double the strength
    static constexpr int kOctaves = 8;
    static constexpr int kRungs = kOctaves * kOctave + 1;

    double most = 1.0;
    double strength(int rung) const;
};

struct FlipQuestion {
    std::size_t place = 0;
    int direction = 0;
    int rung = 0;
};

/// Whether each prediction is another than without noise; 1 is yes.
using FlipOracle = std::function<std::vector<char>(std::span<const FlipQuestion>)>;

/// The rung of the first change, [place][direction]: no coarser rung below the one found in was
/// seen to change it, and the rung before it did not. kRungs: none did; 0: even the lowest does.
std::vector<std::vector<int>> first_flips(std::size_t places, int directions,
                                          const FlipOracle& flipped);

/// The median over directions as a strength: +inf where half of them or more never change it.
double median_strength(const FlipLadder& ladder, std::vector<int> rungs);

}  // namespace marginscope
