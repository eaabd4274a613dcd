// A second run that leaves a first one at a checkpoint: both folders go on by themselves.
//
// Any thread. UserErrors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace marginscope {

/// Makes `fork`, a new run folder with everything that `parent` holds up to `step`: nothing: its
/// newest readable checkpoint. Returns the step. The parent stays as it is, and may be written
/// meanwhile. UserError (exit code 2) where it has no checkpoint of that step.
std::int64_t fork_run(const std::filesystem::path& parent, std::optional<std::int64_t> step,
                      const std::filesystem::path& fork);

}  // namespace marginscope
