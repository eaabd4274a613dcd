// Pieces of the run folder that need no object: what a folder is, the lock, names, event lines.
// Internal to the file room. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "files/fd.h"
#include "files/run_folder.h"

namespace marginscope {

struct RunFolderLook {
    RunFolderState state = RunFolderState::kMissing;
    std::string why;  // for kEmpty and kForeign: half a sentence ("is empty")
};

RunFolderLook look_at_run_folder(const std::filesystem::path& path);

// Takes the folder's lock, or throws UserError that names the process holding it. The lock goes
// with the descriptor, so a killed process leaves none.
UniqueFd lock_run_folder(const std::filesystem::path& path);

// "step-000500.safetensors" → 500.
std::optional<std::int64_t> checkpoint_step(std::string_view file_name);

// The whole number "step" of a line of `file`; UserError when it is missing or out of range.
std::int64_t step_of(const nlohmann::json& line, const std::filesystem::path& file);

nlohmann::json event_to_json(const RunEvent& event);
RunEvent event_from_json(const nlohmann::json& line, const std::filesystem::path& file);

}  // namespace marginscope
