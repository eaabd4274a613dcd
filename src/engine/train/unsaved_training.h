// What of a training would be lost with the program, and how it is kept. No torch in this header;
// the worker's thread only.
#pragma once

#include <string>

#include "engine/exchange/unsaved_work.h"
#include "engine/train/training.h"

namespace marginscope {

/// Nothing where all steps are saved. `fork`: whether it is one, for its words.
UnsavedWork unsaved_work_of(const Training& training, bool fork, const std::string& rescue_folder);

/// At the end of the program: into its run folder, or its model into the rescue folder ("":
/// nowhere).
void keep_at_end(Training& training, bool fork, const std::string& rescue_folder);

}  // namespace marginscope
