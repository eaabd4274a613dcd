// What the panels show, so that nothing is computed that nobody looks at.
#pragma once

#include <string>

#include "core/margin_kind.h"
#include "core/messages/boundary.h"
#include "core/messages/enum_names.h"
#include "core/text_windows.h"

namespace marginscope {

template <>
inline constexpr auto kEnumNames<MarginKind> =
    std::to_array<std::string_view>({"determinant", "singular", "geometric"});
template <>
inline constexpr auto kEnumNames<MarginView> = std::to_array<std::string_view>({"stage", "heads",
                                                                                "layer"});
template <>
inline constexpr auto kEnumNames<WindowRule> = std::to_array<std::string_view>({"half", "slide",
                                                                                "disjoint"});

struct SetView {
    static constexpr std::string_view kName = "set_view";
    std::string workspace = "decode";  // id of the one that is shown
    bool text_shown = true;            // its panels show the text's numbers
    int index = -1;                    // selected character; -1 follows the cursor
    PlaneKind plane = PlaneKind::nearest;
    int plane_token_a = -1, plane_token_b = -1;  // for two_tokens
    MarginKind kind = MarginKind::determinant;
    MarginView view = MarginView::stage;    // whose margins order the text
    int support = 5;                        // how many support tokens
    WindowRule windows = WindowRule::half;  // of the text, for every number of a position
    int grid = 256;     // points a side of the boundary slice, once there was time for them
    float zoom = 1.0f;  // 1: the slice shows the token, its boundary and its past
    bool why = false;   // the explanation of the selected character is in sight
    static void fields(auto& self, auto&& visit) {
        visit("workspace", self.workspace);
        visit("text_shown", self.text_shown);
        visit("index", self.index);
        visit("plane", self.plane);
        visit("plane_token_a", self.plane_token_a);
        visit("plane_token_b", self.plane_token_b);
        visit("kind", self.kind);
        visit("view", self.view);
        visit("support", self.support);
        visit("windows", self.windows);
        visit("grid", self.grid);
        visit("zoom", self.zoom);
        visit("why", self.why);
    }
    bool operator==(const SetView&) const = default;
};

}  // namespace marginscope
