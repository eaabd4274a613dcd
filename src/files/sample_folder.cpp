// Looks at names.
#include "files/sample_folder.h"

#include <algorithm>
#include <system_error>

#include "core/error.h"
#include "core/shown.h"

namespace marginscope {

namespace fs = std::filesystem;

bool is_sample_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path / "posterior.json", error);
}

std::vector<fs::path> sample_folders(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code missing;
        if (it->path().filename().string().starts_with("sample-") &&
            fs::is_regular_file(it->path() / "final.safetensors", missing))
            found.push_back(it->path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

void refuse_samples(const fs::path& path) {
    if (!is_sample_folder(path)) return;
    const std::vector<fs::path> samples = sample_folders(path);
    if (samples.empty())
        throw UserError(
            shown_path(path) +
                " is for samples of a model and holds none yet: go on with `marginscope "
                "posterior --out " +
                shown_path(path) + " --resume`.",
            2);
    throw UserError(shown_path(path) +
                        " holds samples of a model, not one model: name one of them, as in " +
                        shown_path(samples.front()) +
                        "; all of them together go into `marginscope noise` and `calibration`.",
                    2);
}

}  // namespace marginscope
