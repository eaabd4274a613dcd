// Playgrounds made of formulas.
#pragma once

#include <memory>

#include "core/messages/playground_frame.h"

namespace marginscope::synthetic {

/// `tokens` on a spiral, the last in question, the third its support token; an SVM of twelve
/// points.
std::shared_ptr<PlaygroundFrame> make_playground(int tokens);
/// Every number that can be missing or infinite is.
void spoil(PlaygroundFrame& frame);
/// Twelve tokens, long sentences, numbers with all their digits.
std::shared_ptr<PlaygroundFrame> wide_playground();

}  // namespace marginscope::synthetic
