// The sentences that stories are made of. Internal to the checker.
#pragma once

#include <span>

#include "text/stories/story_reader.h"

namespace marginscope {

// Reads one whole sentence; true if it has this form. Broken rules are recorded in the reader.
using StoryForm = bool (*)(StoryReader&);

std::span<const StoryForm> story_people_forms();  // plain sentences, also in brackets
std::span<const StoryForm> story_things_forms();
std::span<const StoryForm> story_speech_forms();  // lines that begin with a quote

}  // namespace marginscope
