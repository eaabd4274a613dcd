// Where the window may write a model. No torch; any thread.
#pragma once

#include <filesystem>

namespace marginscope {

/// A new file, or a checkpoint that is replaced. UserError for anything else that is there already:
/// a text, a folder.
void check_save_target(const std::filesystem::path& file);

}  // namespace marginscope
