// Why the selected character's margin and prediction are what they are: the way to the boundary in
// characters, the prediction after each layer, and what each head does for it.
//
// Missing numbers are NaN. Tokens are ids of DecodeFrame::symbols.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/messages/no_value.h"

namespace marginscope {

/// Another token, seen from the selected one: how much its embedding lies towards the boundary.
struct DirectionWord {
    int token = 0;
    float cosine = 0;        // of the way to it with the steepest way down of log|det J| (E11)
    float along = 0;         // how far along it, in units of the embeddings
    float share = kNoValue;  // of the distance to the boundary
};

struct LensCell {
    int token = 0;
    float probability = 0;
};

/// The prediction that the residual stream gives after a layer, and that layer's margin (E15).
struct LensLayer {
    std::vector<LensCell> next, own;  // after the selected character, and of it; likeliest first
    float next_logprob = kNoValue;    // of the character that came next
    float own_logprob = kNoValue;     // of the selected one
    float logdet = kNoValue;          // of the layer's J at the selected character, nats
    float sigma_min = kNoValue;
    int crossings = 0;
};

/// What changes where one head's output is zero at every position of the window.
struct HeadEffectCell {
    float entropy = kNoValue;        // of its attention, nats
    float sink = kNoValue;           // its weight on the window's first character
    float next_change = kNoValue;    // of log p of the character that came next, nats
    float own_change = kNoValue;     // of log p of the selected one
    float kl = kNoValue;             // of the prediction, with it against without it, nats
    int likeliest = 0;               // the prediction without it
    bool flips = false;              // is another one than with it
    float margin_change = kNoValue;  // of the later layer's log|det J| that changes most
    int margin_layer = -1;
};

struct WhyFrame {
    std::uint64_t version = 0;
    std::uint64_t revision = 0;  // of the character in its text: DecodeFrame::selected_revision
    int index = -1;
    int token = 0;
    int next = -1;  // the character that came after it, or -1
    int window_begin = 0;
    int layers = 0;
    int heads = 0;
    std::string direction_sentence;         // why there is no direction; "" where there is one
    std::vector<DirectionWord> more, less;  // most in the direction, most against it
    float reach = kNoValue;                 // the distance to the boundary that the shares are of
    bool reach_is_geometric = false;        // else the first-order distance
    std::vector<LensLayer> lens;            // [0]: the embeddings; [1 + l]: after layer l
    std::vector<HeadEffectCell> effects;    // [layer][head], as far as they are computed
};

}  // namespace marginscope
