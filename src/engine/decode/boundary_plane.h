// The plane in which the boundary is drawn, and what is drawn in it: pure functions of one Stage.
// No torch; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "core/stage/stage.h"

namespace marginscope {

/// A plane through a token's undragged embedding: origin + x e1 + y e2, e1 and e2 orthonormal.
struct BoundaryPlane {
    std::uint64_t key = 0;  // which past, token and kind it belongs to
    PlaneKind kind = PlaneKind::nearest;
    Vector origin, e1, e2;
    std::string x_label, y_label;
    bool through_nearest = false;           // e1 points at the nearest boundary point found
    std::optional<GeometricMargin> margin;  // of the undragged token
    float half_size = 1.0f;                 // at zoom 1

    PlanePoint project(const Vector& point) const;
    Vector delta(PlanePoint at) const;  // the additive change that moves the token there
};

/// What a picture of one token needs. Window positions here, not text indices.
struct BoundaryRequest {
    std::shared_ptr<const Stage> stage;  // token at its dragged place
    Vector undragged;                    // its embedding before the drag
    int position = 0;                    // in the window
    int window_begin = 0;
    std::vector<int> tokens;     // ids over the window
    std::uint64_t past_key = 0;  // equal keys: same past, weights and undragged place
    std::uint64_t cell_key = 0;  // and the same drag; past_key where there is none
    bool dragged = false;
    SetView view;
};

/// Directions by the view's kind; falls back to the steepest direction (E11) where no boundary
/// point was found.
BoundaryPlane choose_plane(const BoundaryRequest& request, std::optional<GeometricMargin> margin);

/// Everything but the field and the geometric margin: where the token is, its J, its past, the
/// spectrum.
BoundaryFrame describe_token(const BoundaryRequest& request, const BoundaryPlane& plane);

/// Fills the frame's field with grid × grid points over its ranges. False after a stop request, and
/// then the field is as it was before.
bool fill_field(const BoundaryRequest& request, const BoundaryPlane& plane, int grid,
                BoundaryFrame& frame, std::stop_token stop = {});

}  // namespace marginscope
