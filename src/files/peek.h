// What kind of thing is this path? For dropped files and the command line: looks at the first
// bytes, not only at the ending. Any thread; reads at most a few kilobytes.
#pragma once

#include <filesystem>
#include <string_view>

namespace marginscope {

enum class FileKind {
    kText,        // a corpus or prompt (that all of it is UTF-8 is checked by the text room)
    kCheckpoint,  // safetensors
    kRun,         // a run folder
    kSamples,     // what `marginscope posterior` wrote: posterior.json beside run folders
    kSession,     // .mscope
    kPlayground,  // .json with "tokens" and "A"
    kPathFolder,  // a lambda path: path.json, or folders with runs in them
    kTour,        // a tour's .json
};

std::string_view file_kind_name(FileKind kind) noexcept;  // "run folder", as sentences say it

// Whether a regular file begins as a safetensors file does.
bool is_checkpoint(const std::filesystem::path& file);

// UserError (exit code 2) with what it is instead and what to do: missing, a PyTorch file (the
// conversion script), another binary, an empty file, a folder without a run.
FileKind classify(const std::filesystem::path& path);

}  // namespace marginscope
