// SHA-256 (FIPS 180-4) of a file: what `sha256sum` prints. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace marginscope {

std::string sha256(std::string_view bytes);  // 64 hexadecimal digits
// Reads it in pieces. UserError when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace marginscope
