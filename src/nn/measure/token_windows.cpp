// Cuts texts into windows.
#include "nn/measure/token_windows.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>

namespace marginscope {

std::vector<TokenWindow> prediction_windows(std::size_t total, std::size_t context,
                                            std::size_t max_windows) {
    std::vector<TokenWindow> windows;
    if (total <= context) return windows;
    const std::size_t count = (total - 1) / context;
    const std::size_t taken = max_windows == 0 ? count : std::min(count, max_windows);
    for (std::size_t k = 0; k < taken; ++k) {
        const std::size_t number = k * count / taken;
        windows.push_back({number * context, context + 1, number});
    }
    return windows;
}

at::Tensor window_ids(const TokenView& ids, std::span<const TokenWindow> windows,
                      std::size_t length, std::size_t shift) {
    at::Tensor out = at::empty(
        {static_cast<std::int64_t>(windows.size()), static_cast<std::int64_t>(length)}, at::kLong);
    std::int64_t* row = out.data_ptr<std::int64_t>();
    for (const TokenWindow& window : windows) {
        assert(window.begin + shift + length <= ids.size());
        for (std::size_t t = 0; t < length; ++t) *row++ = ids[window.begin + shift + t];
    }
    return out;
}

}  // namespace marginscope
