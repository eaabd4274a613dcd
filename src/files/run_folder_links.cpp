// Recognises the folders that marginscope keeps, by what stands in them.
#include "files/run_folder_links.h"

#include <system_error>

#include "core/shown.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

// Without following it.
bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
}

bool is_kept(const fs::path& folder) {
    if (is_there(folder / "path.json")) return true;
    return is_there(folder / "config.json") &&
           (is_there(folder / "checkpoints") || is_there(folder / "metrics.jsonl") ||
            is_there(folder / "final.safetensors"));
}

}  // namespace

bool may_follow_link(const fs::path& path) {
    std::error_code error;
    fs::path folder = fs::absolute(path, error).parent_path();
    // The folder itself, that of a run's checkpoints, that of a path's cells.
    for (int level = 0; level < 3 && !error; ++level, folder = folder.parent_path())
        if (is_kept(folder)) return false;
    return true;
}

UserError linked_file(const fs::path& path) {
    return UserError(shown_path(path) +
                     " is a link to another place, which is not written to; remove the link to go "
                     "on.");
}

void refuse_linked_folder(const fs::path& folder) {
    std::error_code error;
    if (fs::is_symlink(folder, error)) throw linked_file(folder);
}

}  // namespace marginscope
