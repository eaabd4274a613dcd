// A playground's file: the form that presets and users' files share.
//
//     {"title": "…", "tokens": [[x, y]…], "A": [[a, b], [c, d]], "scale": 1, "strict": true,
//     "asked": 2, "noise": 0.1,
//      "pull": {"target": [x, y], "lambda": 0.1, "sigma": 1}, "svm": {"points": [[x, y]…],
//      "labels": [1, -1…], "C": 1}}
//
// Only tokens and A must be there. Any thread. UserError, in a sentence that names the file: what
// was expected, what was found. Equal documents give equal bytes, and reading gives an equal one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/playground_document.h"

namespace marginscope {

std::string playground_text(const PlaygroundDocument& document);
PlaygroundDocument playground_from_text(std::string_view text, const std::string& source);

/// A file; "-" is the standard input.
PlaygroundDocument read_playground(const std::filesystem::path& file);
/// A shipped preset by its name where there is one of it, else a file.
PlaygroundDocument open_playground(const std::string& name);
void write_playground(const std::filesystem::path& file, const PlaygroundDocument& document);

/// Names of the shipped presets, in the order of their files' names; none where assets are missing.
std::vector<std::string> playground_presets();
bool is_preset(const std::string& name);

}  // namespace marginscope
