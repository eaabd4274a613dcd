// Reading and expanding shader text.
#include "gfx/shader_source.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "core/error.h"
#include "embedded/shaders.h"

namespace marginscope {
namespace {

class Expander {
public:
    Expander(const ShaderReader& read, const std::vector<std::string>& defines)
        : read_(read), defines_(defines) {}

    ShaderSource run(const std::string& name) {
        append(name, read_(name));
        return std::move(source_);
    }

private:
    void append(const std::string& name, const std::string& text) {
        const std::size_t index = source_.files.size();
        source_.files.push_back(name);
        // Comments may stand before #version in our files, but not for every compiler once a #line
        // precedes it.
        if (index > 0) line_directive(1, index);
        std::istringstream lines(text);
        std::string line;
        for (int number = 1; std::getline(lines, line); ++number) {
            if (line.starts_with("#version")) {
                source_.text += line + '\n';
                for (const std::string& define : defines_)
                    source_.text += "#define " + define + '\n';
                line_directive(number + 1, index);
            } else if (line.starts_with("#include")) {
                include(name, number, line);
                line_directive(number + 1, index);
            } else {
                source_.text += line + '\n';
            }
        }
    }

    void include(const std::string& from, int number, const std::string& line) {
        const auto first = line.find('"');
        const auto last = line.rfind('"');
        const std::string where = from + ":" + std::to_string(number) + ": ";
        if (first == std::string::npos || last <= first + 1) {
            throw UserError(where + "#include expects a file name in quotes.");
        }
        const std::string name = line.substr(first + 1, last - first - 1);
        if (std::find(source_.files.begin(), source_.files.end(), name) != source_.files.end())
            return;
        std::string text;
        try {
            text = read_(name);
        } catch (const UserError& error) {
            throw UserError(where + error.what());
        }
        append(name, text);
    }

    void line_directive(int number, std::size_t index) {
        source_.text += "#line " + std::to_string(number) + ' ' + std::to_string(index) + '\n';
    }

    const ShaderReader& read_;
    const std::vector<std::string>& defines_;
    ShaderSource source_;
};

}  // namespace

ShaderReader shader_reader(const std::filesystem::path& directory) {
    if (directory.empty()) {
        return [](const std::string& name) {
            const auto names = embedded::shaders_names();
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                throw UserError("The shader " + name + " is not part of this program.");
            }
            return std::string(embedded::shaders_text(name));
        };
    }
    return [directory](const std::string& name) {
        std::ifstream file(directory / name, std::ios::binary);
        if (!file)
            throw UserError("The shader " + (directory / name).string() + " cannot be read.");
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
}

ShaderSource expand_shader(const ShaderReader& read, const std::string& name,
                           const std::vector<std::string>& defines) {
    return Expander(read, defines).run(name);
}

std::string translate_shader_log(std::string_view log, const std::vector<std::string>& files) {
    // Mesa "1:12(5): error: …", NVIDIA "1(12) : error …", others "ERROR: 1:12: …".
    static const std::regex kPlace(
        R"(^(?:ERROR: |WARNING: )?(\d+)(?::(\d+)(?:\(\d+\))?|\((\d+)\))\s*:\s*(.*)$)");
    std::istringstream lines{std::string(log)};
    std::string result;
    std::string line;
    while (std::getline(lines, line)) {
        while (!line.empty() && (line.back() == '\0' || line.back() == '\r')) line.pop_back();
        if (line.empty()) continue;
        std::smatch match;
        if (std::regex_match(line, match, kPlace)) {
            const std::size_t index = std::stoul(match[1].str());
            const std::string number = match[2].matched ? match[2].str() : match[3].str();
            if (index < files.size()) line = files[index] + ":" + number + ": " + match[4].str();
        }
        if (!result.empty()) result += '\n';
        result += line;
    }
    return result;
}

}  // namespace marginscope
