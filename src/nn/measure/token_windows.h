// Windows of a token sequence, and batches of them as tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/token_ids.h"

namespace marginscope {

struct TokenWindow {
    std::size_t begin = 0;
    std::size_t length = 0;
    std::uint64_t number = 0;  // among all windows of the text: part of the noise's key
};

/// Windows of context + 1 ids over `ids`, non-overlapping in what they predict (text/corpus.h); at
/// most max_windows evenly spaced ones, 0: all. Empty when not even one fits.
std::vector<TokenWindow> prediction_windows(std::size_t total, std::size_t context,
                                            std::size_t max_windows);

/// ids[window.begin + shift … ) of equally long windows: (B, length) int64 on the CPU.
at::Tensor window_ids(const TokenView& ids, std::span<const TokenWindow> windows,
                      std::size_t length, std::size_t shift = 0);

}  // namespace marginscope
