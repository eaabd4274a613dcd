// Finds the requested model.
#include "nn/model/model_request.h"

#include "files/paths.h"
#include "files/run_folder.h"

namespace marginscope {

Model load_requested_model(const std::filesystem::path& requested) {
    return load_model(requested.empty() ? asset_path(kSmallModelAsset) : model_file(requested));
}

std::string model_name(const std::filesystem::path& requested) {
    const std::filesystem::path file =
        requested.empty() ? asset_path(kSmallModelAsset) : model_file(requested);
    return std::filesystem::absolute(file).lexically_normal().string();
}

}  // namespace marginscope
