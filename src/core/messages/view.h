// What the panels show, so that nothing is computed that nobody looks at.
#pragma once

#include "core/margin_kind.h"
#include "core/messages/boundary.h"

namespace marginscope {

enum class Workspace { decode, train, path };
struct SetView {
    Workspace workspace = Workspace::decode;
    int index = -1;  // selected character; -1 follows the cursor
    PlaneKind plane = PlaneKind::nearest;
    int plane_token_a = -1, plane_token_b = -1;  // for two_tokens
    MarginKind kind = MarginKind::determinant;
    int support = 5;
    int grid = 256;     // points a side of the boundary slice, once there was time for them
    float zoom = 1.0f;  // 1: the slice shows the token, its boundary and its past
    bool operator==(const SetView&) const = default;
};

}  // namespace marginscope
