// The stage of a playground's tokens, and the three margins of each (E5, E8 to E10).
//
// Pure functions; any thread; float64. All numbers come from Stage; only where to look for the
// nearest boundary point is decided here: on a lattice over the visible plane, then on a finer one
// around the token. Positions count from 0.
#pragma once

#include "core/playground_document.h"
#include "core/stage/stage.h"

namespace marginscope {

Stage stage_of(const PlaygroundDocument& document);

/// E10 in the plane: R reaches its farthest corner. None where a position has no margin, or none
/// was found.
GeometricMargin plane_margin(const PlaygroundDocument& document, const Stage& stage, int i);

/// Margins of every position, geometric ones included.
std::vector<PositionMargins> plane_margins(const PlaygroundDocument& document, const Stage& stage);

/// Positions with the smallest geometric margin; more than one only where they tie.
std::vector<int> plane_support(std::span<const PositionMargins> margins);

/// The token, other than the support tokens, whose removal changes log|det J| of the first support
/// token least; nothing without one. One that comes after the support token changes nothing.
std::optional<int> least_token(const PlaygroundDocument& document, std::span<const int> support);

/// The document without a token: who was in question stays so, or the one that takes its place.
PlaygroundDocument without_token(const PlaygroundDocument& document, int index);

}  // namespace marginscope
