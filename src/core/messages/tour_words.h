// A quantity of a tour in words, as cards, texts and handouts write it.
//
// Any thread; pure.
#pragma once

#include <optional>
#include <string>

#include "core/messages/frames.h"
#include "core/messages/tour.h"

namespace marginscope {

/// "31.2 %", "-0.4 nats", "character 17, "e""; an ellipsis where it is not known.
std::string value_words(TourQuantity quantity, const std::optional<double>& value,
                        const Frames& frames);

/// The number behind an answer; of a difference with its sign, without naming a character.
std::string measured_words(const TourPrediction& asked, const Frames& frames);

}  // namespace marginscope
