// The plane through one token and the boundary in it; dragging the token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/enum_names.h"
#include "core/messages/no_value.h"

namespace marginscope {

enum class PlaneKind { nearest, steepest, principal, two_tokens };
template <>
inline constexpr auto kEnumNames<PlaneKind> =
    std::to_array<std::string_view>({"nearest", "steepest", "principal", "two_tokens"});

struct PlanePoint {
    float x = 0;
    float y = 0;
    static void fields(auto& self, auto&& visit) {
        visit("x", self.x);
        visit("y", self.y);
    }
};

struct PastPoint {
    PlanePoint at;
    int index = 0;
    int token = 0;
    float attention = 0;
    float trace_share = 0;   // E12
    float volume_share = 0;  // E12'
};

/// A plane through the selected token's embedding; its undragged place is (0, 0).
struct BoundaryFrame {
    std::uint64_t version = 0;
    std::uint64_t revision = 0;  // of the character in its text: DecodeFrame::selected_revision
    int index = -1;              // the character it is of; late when another is selected by now
    int token = 0;
    PlaneKind plane = PlaneKind::nearest;
    bool touches = false;  // the margin circle touches the line in this plane
    std::string x_label;
    std::string y_label;
    float x_min = 0, x_max = 0, y_min = 0, y_max = 0;
    int columns = 0;
    int rows = 0;  // row 0 at y_min
    std::uint64_t field_version =
        0;                      // changes with the field alone: a dragged token leaves it as it is
    std::vector<float> logdet;  // rows × columns
    std::vector<std::int8_t> sign;
    PlanePoint token_at;                // where the token is now (dragged or not)
    std::optional<PlanePoint> nearest;  // projection of the nearest boundary point found
    std::optional<float> geometric;     // radius of the margin circle around token_at
    bool geometric_pending = false;
    bool field_pending = false;  // a finer field follows
    float first_order = kNoValue;
    double logdet_now = 0, sigma_min_now = 0;  // of the token where it is now
    int sign_now = 0;
    int crossings_now = 0;
    std::vector<PastPoint> past;
    std::vector<PlanePoint> spectrum;  // eigenvalues of Cov A: x real, y imaginary
    std::string sentence;              // why there is no picture, when there is none
};

// (x, y) in the selected token's plane, added to its embedding; everything after it is recomputed
struct DragToken {
    static constexpr std::string_view kName = "drag_token";
    int index = 0;
    PlanePoint to;
    static void fields(auto& self, auto&& visit) {
        visit("index", self.index);
        visit("to", self.to);
    }
};
struct ResetDrags {
    static constexpr std::string_view kName = "reset_drags";
    static void fields(auto&, auto&&) {}
};

}  // namespace marginscope
