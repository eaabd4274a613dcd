// The file that keeps theme, scale, hidden panels and where panels stand. What ImGui wrote is
// sealed with a checksum: ImGui trusts its own file and stops the program where it is damaged.
//
// Main thread, with a current ImGui context.
#pragma once

#include <optional>
#include <string>

#include "ui/ui_state.h"

namespace marginscope {

/// The text with its seal in front.
std::string sealed(const std::string& text);
/// The text behind an unbroken seal; nothing where it is not what sealed() made.
std::optional<std::string> unsealed(const std::string& bytes);

/// Takes the settings over. False when the seal is broken: then only theme, scale and hidden panels
/// are read, and panels stand where they stand by default.
bool load_layout(UiState& state, const std::string& bytes);

/// Reads the file, if there is one. A damaged one is kept as FILE.bad and told in the log.
void read_layout_file(UiState& state, const std::string& path);
/// Replaces the file; a failure is not worth a word, the next one may succeed.
void write_layout_file(const std::string& path);

}  // namespace marginscope
