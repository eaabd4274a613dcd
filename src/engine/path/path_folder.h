// The folder of a path: its plan, the text that its cells learn, and how it looks without running
// anything. No torch; any thread.
#pragma once

#include <memory>
#include <string>

#include "core/messages/frames.h"

namespace marginscope {

/// plan.json of a path folder: written when a path starts, so that it can be resumed and shown.
/// UserError where the folder holds a path with other settings or of another text.
void write_plan(const PathPlan& plan);
PathPlan read_plan(const std::string& folder);

/// A folder as it is, without running anything.
std::shared_ptr<const PathFrame> open_path(const std::string& folder);

/// Tells texts apart by their content: length and FNV-1a of the bytes. "" for no file (the built-in
/// text). UserError when it cannot be read.
std::string text_mark_of(const std::string& file);

/// The file that every cell can read again: `file` itself, or, where that is a pipe or a terminal,
/// a copy in the path's folder named by its content.
std::string readable_text(const std::string& file, const std::string& folder);

}  // namespace marginscope
