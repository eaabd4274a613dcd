// Links inside what marginscope keeps (run folders, path folders). Such a folder may come from
// elsewhere, so nothing that stands in it may decide that another file is written. Internal to the
// file room. Any thread.
#pragma once

#include <filesystem>

#include "core/error.h"

namespace marginscope {

// Whether a symbolic link at this path may be followed by a writer: everywhere but in a run folder,
// its checkpoints, a path folder and its cells; there the link itself is replaced.
bool may_follow_link(const std::filesystem::path& path);

// For files that are appended to and folders that are written into: says that a link is in the way.
UserError linked_file(const std::filesystem::path& path);
// Throws it when the folder is a symbolic link.
void refuse_linked_folder(const std::filesystem::path& folder);

}  // namespace marginscope
