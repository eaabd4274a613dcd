// Looks at what lies in a folder.
#include "nn/posterior/ensemble_paths.h"

#include <algorithm>
#include <system_error>

#include "core/error.h"
#include "core/shown.h"
#include "files/run_folder.h"
#include "files/sample_folder.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

/// What of `folder` can be loaded; empty: nothing.
fs::path model_in(const fs::path& folder) {
    std::error_code error;
    if (RunFolder::inspect(folder) == RunFolderState::kRun) return folder;
    const fs::path fitted = folder / "fitted.safetensors";
    return fs::is_regular_file(fitted, error) ? fitted : fs::path();
}

}  // namespace

std::vector<fs::path> ensemble_paths(const fs::path& path) {
    std::error_code error;
    if (path.empty() || !fs::is_directory(path, error)) return {path};
    if (is_sample_folder(path)) {
        std::vector<fs::path> samples = sample_folders(path);
        if (samples.empty())
            throw UserError(shown_path(path) +
                            " has no samples yet: go on with `marginscope posterior --out " +
                            shown_path(path) + " --resume`.");
        return samples;
    }
    if (const fs::path one = model_in(path); !one.empty()) return {one};
    std::vector<fs::path> found;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
        if (const fs::path one = model_in(it->path()); !one.empty()) found.push_back(one);
    if (found.empty())
        throw UserError(
            shown_path(path) + " holds neither a run nor folders with runs or samples in them.", 2);
    std::sort(found.begin(), found.end());
    return found;
}

fs::path shown_member(const fs::path& path) {
    return is_sample_folder(path) ? ensemble_paths(path).front() : path;
}

}  // namespace marginscope
