// What a text that is not UTF-8 seems to be, and the command that converts it. Internal to text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace marginscope {

// Half a sentence, as in "it looks like text in Windows-1252; convert it with `iconv …`".
// `offset`: of the first byte that is not UTF-8; `file` goes into the command.
std::string encoding_advice(std::string_view bytes, std::size_t offset, const std::string& file);

// "convert it with `iconv -f FROM -t UTF-8 FILE > FILE.utf8`", with FILE quoted for a shell.
std::string conversion_command(const std::string& from, const std::string& file);

}  // namespace marginscope
