// Margins of the shown text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/health_level.h"
#include "core/margin_kind.h"
#include "core/messages/no_value.h"
#include "core/text_windows.h"

namespace marginscope {

/// The margins of one character: the stage's, or those of its nearest head or layer. `valid`:
/// computed. `pending`: not computed yet. Neither: there are none here (no stage, or too few
/// characters before it).
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
    // Of the stage's log|det|: float32 minus float64, nats, and whether it turns the sign there.
    float single_difference = kNoValue;
    bool single_flips = false;
    float condition = kNoValue;  // sigma_max / sigma_min of J, where it was selected
    HealthLevel health = HealthLevel::unknown;
    int of_layer = -1, of_head = -1;  // whose numbers these are; -1: the stage's, a whole layer's
    float lowest_head = kNoValue;     // smallest log|det| over layers and heads (E14)
    int lowest_head_layer = -1;
    int lowest_head_index = -1;
    bool support = false;
};

/// How the stage's numbers would fare in float32, over all characters that are checked.
struct TextHealth {
    int checked = 0;
    int flips = 0;                // signs of det J that float32 turns
    float difference = kNoValue;  // the largest in size, with its sign
    int worst = -1;               // the character it is at
    HealthLevel level = HealthLevel::unknown;
};

struct MarginFrame {
    std::uint64_t version = 0;
    MarginKind kind = MarginKind::determinant;
    MarginView view = MarginView::stage;
    std::string sentence;  // why this kind does not exist in this view; "" where it does
    WindowRule windows = WindowRule::half;
    std::vector<MarginCell> cells;  // one per cell of DecodeFrame::line before the cursor
    int pending = 0;                // cells that are not computed yet
    std::vector<int> support;       // indices, nearest the boundary first, of what is computed
    // In how many of `stage_seeds` stages of other seeds each of them is a support token, too;
    // empty where that was not counted, or not for this text, view or kind.
    std::vector<int> recurrence;
    int stage_seeds = 0;
    std::string recurrence_sentence;  // why it is empty though it was counted
    double share_beyond = 0;          // of what is computed
    double nats_per_position = 0;     // stage view
    std::string stage_label;          // "fitted", "live", or why there is none
    bool has_stage = false;
    TextHealth health;
    std::vector<float> head_logdet;  // of the attention frame's window, [layer][head][query]

    /// Whether characters have margins of this kind in this view at all.
    bool measurable() const { return sentence.empty() && (view != MarginView::stage || has_stage); }
};

}  // namespace marginscope
