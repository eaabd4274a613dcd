// Shader text before the compiler sees it: files, includes, defines, and back from its messages to
// file and line.
//
// Any thread. Internal to gfx.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

// Text of a shader file by its name below shaders/. Throws UserError when there is none.
using ShaderReader = std::function<std::string(const std::string& name)>;

// From a folder, or from the binary when it is empty.
ShaderReader shader_reader(const std::filesystem::path& directory);

struct ShaderSource {
    std::string text;
    std::vector<std::string>
        files;  // index = the source number in #line directives; [0] is the file itself
};

// Resolves `#include "name"` (a file included twice is taken once) and puts the defines after
// #version. Throws UserError "file:line: …" for a malformed or missing include.
ShaderSource expand_shader(const ShaderReader& read, const std::string& name,
                           const std::vector<std::string>& defines);

// A compiler's log with "0:12(3)", "0(12)" or "ERROR: 0:12" at the start of its lines turned into
// "file:12".
std::string translate_shader_log(std::string_view log, const std::vector<std::string>& files);

}  // namespace marginscope
