// No command's output replaces one of its inputs, or a file that is not what the command writes.
// Exit code 2. Any thread.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>

namespace marginscope {

enum class OutputKind { checkpoint, json, picture, svg, csv, page };

/// Refuses to replace a regular file that is something else: a text, another program's data. Empty
/// files, pipes and devices are fine. `flag` names the option in the sentence.
void require_replaceable(const std::filesystem::path& file, OutputKind kind,
                         const std::string& flag);

/// Looks at the arguments of the chosen subcommand: whatever --out, --json and the like name must
/// be another file than whatever --model, --text, --config and the like name, however it is spelled
/// or linked; and two outputs must be two files. Each --json must be a file of JSON if it exists.
/// A file that cannot be written where it is to stand is refused now (exit code 1), not when the
/// work is done.
void check_outputs(const CLI::App& command);

}  // namespace marginscope
