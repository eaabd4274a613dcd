// Attention of every layer and head over the selected character's window.
#pragma once

#include <cstdint>
#include <vector>

#include "core/messages/no_value.h"

namespace marginscope {

/// Weights of every layer and head over the window: [layer][head][query][key], rows sum to 1, keys
/// after the query are NaN.
struct AttentionFrame {
    std::uint64_t version = 0;
    int layers = 0;
    int heads = 0;
    int size = 0;
    int window_begin = 0;
    std::vector<float> weights;
    std::vector<int> tokens;  // ids over the window
};

}  // namespace marginscope
