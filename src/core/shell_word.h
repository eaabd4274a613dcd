// Words of a command line as a user can paste them into a shell. Any thread, no state.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace marginscope {

// One argument, quoted where a shell would read it otherwise. Blanks and quotes go between '…';
// control characters and bytes that are not UTF-8 go between $'…' as escapes (bash, zsh, ksh), so
// that a printed command cannot command the terminal.
std::string shell_word(std::string_view word);

// A path: one that begins with a dash, which a program would take for a flag, begins with ./ here.
std::string shell_path(const std::filesystem::path& path);

// Words side by side.
std::string shell_command(std::span<const std::string> words);

}  // namespace marginscope
