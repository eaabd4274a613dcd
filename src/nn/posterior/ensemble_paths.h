// Which models a path means. Torch-free; any thread.
#pragma once

#include <filesystem>
#include <vector>

namespace marginscope {

/// The draws of a folder of samples, the models of a folder of runs (each run's own, or its
/// fitted.safetensors where that is all there is) in the order of their names, or the one model of
/// a checkpoint or a run, as it is. UserError for a folder with none of these.
std::vector<std::filesystem::path> ensemble_paths(const std::filesystem::path& path);

/// What shows one model shows of a folder of samples its first; of anything else that itself.
/// UserError where there is no sample yet.
std::filesystem::path shown_member(const std::filesystem::path& path);

}  // namespace marginscope
