// A folder of samples as `marginscope posterior` writes it: posterior.json beside run folders
// sample-CHAIN-DRAW. Any thread; reads names only.
#pragma once

#include <filesystem>
#include <vector>

namespace marginscope {

bool is_sample_folder(const std::filesystem::path& path);

/// The draws that lie in it whole, by name.
std::vector<std::filesystem::path> sample_folders(const std::filesystem::path& folder);

/// UserError (exit code 2) where one model is wanted and this is a folder of samples: which of them
/// to name, or that there is none yet.
void refuse_samples(const std::filesystem::path& path);

}  // namespace marginscope
