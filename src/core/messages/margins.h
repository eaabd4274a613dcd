// Margins of the shown text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/margin_kind.h"
#include "core/messages/no_value.h"
#include "core/text_windows.h"

namespace marginscope {

/// The stage's margins of one character. `valid`: computed. `pending`: not computed yet. Neither:
/// there are none here (no stage, or fewer than two characters before it: a text's first two).
struct MarginCell {
    bool valid = false;
    bool pending = false;
    int window_begin = 0;  // the character's own window: all these numbers are of it
    float logdet = kNoValue;
    int sign = 0;
    int crossings = 0;
    float sigma_min = kNoValue;
    std::optional<float> geometric;    // a distance; empty: not computed or none found
    bool geometric_known = false;      // computed, though perhaps none was found within the radius
    float geometric_share = kNoValue;  // that distance as a share of |u|
    float energy = kNoValue;           // |e|^2 / (2 sigma^2)
    float lowest_head = kNoValue;      // smallest log|det| over layers and heads (E14)
    int lowest_head_layer = -1;
    int lowest_head_index = -1;
    bool support = false;
};

struct MarginFrame {
    std::uint64_t version = 0;
    MarginKind kind = MarginKind::determinant;
    WindowRule windows = WindowRule::half;
    std::vector<MarginCell> cells;  // one per cell of DecodeFrame::line before the cursor
    int pending = 0;                // cells that are not computed yet
    std::vector<int> support;       // indices, nearest the boundary first, of what is computed
    double share_beyond = 0;        // of what is computed
    double nats_per_position = 0;
    std::string stage_label;  // "fitted", "live", or why there is none
    bool has_stage = false;
    std::vector<float> head_logdet;  // of the attention frame's window, [layer][head][query]
};

}  // namespace marginscope
