// What the twin says in words.
//
// Any thread; pure.
#pragma once

#include <string>

#include "core/messages/twin.h"

namespace marginscope {

/// "0.05 × RMS on the embeddings of 3 characters".
std::string noise_words(const SetDecodeNoise& noise);

/// One plain sentence: where the predictions first differ under this noise, and how often.
std::string twin_sentence(const TwinFrame& twin);

/// The unit in numbers, for whoever asks: "RMS 0.131 of the prompt's token embeddings".
std::string unit_words(const TwinFrame& twin);

}  // namespace marginscope
