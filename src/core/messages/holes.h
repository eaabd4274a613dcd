// Holes: characters of the shown text that are taken as not given, and their law.
//
// `index` counts characters of the shown text from 0. A law is by token id, probabilities that sum
// to 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/no_value.h"

namespace marginscope {

constexpr int kMostHoles = 64;

// ---- frames

struct HoleLaw {
    int index = 0;
    int node = 0;             // of the tree
    std::vector<float> past;  // given what stands before it alone, holes summed over; empty: not
                              // yet known
    std::vector<float> past_error;  // standard errors of `past`; empty where that is exact
    std::vector<float> both;        // given what stands on both sides
    std::vector<float> error;       // standard errors of `both`; empty where that is exact
};

/// One way of filling all holes.
struct HoleFilling {
    std::string text;  // a character for each hole, UTF-8
    float probability = kNoValue;
    float error = kNoValue;  // NaN: exact
};

struct HolesFrame {
    std::uint64_t version = 0;
    std::vector<HoleLaw> holes;         // in the order of the text
    std::vector<HoleFilling> fillings;  // of all together, likeliest first; some
    int read = 0;   // characters of the text that the laws are of: what stands behind them says
                    // nothing of the holes
    int draws = 0;  // particles that `fillings` and `both` are sampled by; 0: exact
    bool exact = true;
    bool running = false;
    double progress = 0;
    double eta_secs = 0;
    std::string
        sentence;  // what it costs, why it is not exact or not computed at all, what is not read
};

// ---- commands

// the character of the line becomes a hole, or is given again
struct SetHole {
    static constexpr std::string_view kName = "set_hole";
    int index = 0;
    bool on = true;
    static void fields(auto& self, auto&& visit) {
        visit("index", self.index);
        visit("on", self.on);
    }
};
struct ClearHoles {
    static constexpr std::string_view kName = "clear_holes";
    static void fields(auto&, auto&&) {}
};

}  // namespace marginscope
