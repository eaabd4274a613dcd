// From a playground's document to what is shown of it. Pure functions; any thread.
//
// All numbers come from core. The whole costs a few milliseconds at twelve tokens; `bench` has the
// figure.
#pragma once

#include <memory>
#include <vector>

#include "core/messages/playground_frame.h"

namespace marginscope {

/// Margins of every token, who supports, who matters least.
void fill_tokens(const PlaygroundDocument& document, PlaygroundFrame& frame);
/// Attention of the token in question from a place; `pointer`: not its own.
PlaygroundLook playground_look(const PlaygroundDocument& document, PlanarPoint at, bool pointer);
PlaygroundCloud playground_cloud(const PlaygroundDocument& document);
/// `trail`: where the descent has been, empty before it began.
PlaygroundDescent playground_descent(const PlaygroundDocument& document,
                                     const std::vector<PlanarPoint>& trail);
/// Over all lambda_m at once, from where the token in question stands.
std::shared_ptr<const LambdaRests> playground_rests(const PlaygroundDocument& document);
PlaygroundSvm playground_svm(const SvmSet& set);

/// The frame of a document, seen from the token in question itself; without rests, note and
/// history.
PlaygroundFrame playground_frame(const PlaygroundDocument& document);

}  // namespace marginscope
