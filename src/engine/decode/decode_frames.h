// Frames of the shown text, made from a document and what is computed of it; and what the geometry
// thread is asked. Internal to engine; the worker's thread only.
#pragma once

#include <optional>
#include <vector>

#include "core/messages/attention.h"
#include "core/messages/decode.h"
#include "engine/decode/decode_computation.h"
#include "engine/decode/decode_document.h"
#include "engine/decode/geometry_thread.h"

namespace marginscope {

/// The character that is looked at: the view's, or the last before the cursor.
int selected_index(const DecodeDocument& document);

/// Everything but what the session alone knows (versions, play, labels).
DecodeFrame make_decode_frame(const DecodeDocument& document, DecodeComputation& computation);

/// What may follow the text, with the margins each would have: `candidates` and `next_entropy`.
void fill_candidates(const DecodeDocument& document, DecodeComputation& computation,
                     DecodeFrame& frame);

MarginFrame make_margin_frame(const DecodeDocument& document, const DecodeComputation& computation,
                              const GeometryThread& geometry);

/// How often the frame's support tokens recur under stages of other seeds.
void fill_recurrence(const DecodeDocument& document, const DecodeComputation& computation,
                     SeedRecurrence& seeds, MarginFrame& frame);

/// Of the selected character's window.
AttentionFrame make_attention_frame(const DecodeDocument& document, DecodeComputation& computation);

BoundaryRequest make_boundary_request(const DecodeDocument& document,
                                      DecodeComputation& computation);

/// Positions of one window that lack their geometric margin: the selected one's, then from the
/// newest back. `known`: by index, whether it is there already.
std::optional<GeometricRequest> make_geometric_request(const DecodeDocument& document,
                                                       DecodeComputation& computation,
                                                       const std::vector<bool>& known);

}  // namespace marginscope
