// A checksum before ImGui's own text, and the few settings that are read in any case.
#include "ui/layout_file.h"

#include <imgui.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ui/interface_setup.h"
#include "ui/log_lines.h"

namespace marginscope {
namespace {

// A comment to ImGui.
constexpr std::string_view kSeal = "; marginscope layout 1 ";
constexpr std::uintmax_t kMostBytes = 1 << 20;

// FNV-1a: against damage, not against intent.
std::string checksum(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char byte : text)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    char words[24];
    std::snprintf(words, sizeof words, "%016llx", static_cast<unsigned long long>(hash));
    return words;
}

std::string told(const std::string& path) {
    return "The layout file " + path +
           " was damaged or changed by hand: panels stand where they stand by default. It is kept "
           "as " +
           path + ".bad.";
}

}  // namespace

std::string sealed(const std::string& text) {
    return std::string(kSeal) + checksum(text) + "\n" + text;
}

std::optional<std::string> unsealed(const std::string& bytes) {
    const auto end = bytes.find('\n');
    if (end == std::string::npos || !bytes.starts_with(kSeal)) return std::nullopt;
    std::string text = bytes.substr(end + 1);
    if (bytes.substr(kSeal.size(), end - kSeal.size()) != checksum(text)) return std::nullopt;
    return text;
}

bool load_layout(UiState& state, const std::string& bytes) {
    if (const auto text = unsealed(bytes)) {
        ImGui::LoadIniSettingsFromMemory(text->c_str(), text->size());
        return true;
    }
    std::istringstream lines(bytes);
    std::string line;
    bool ours = false;
    while (std::getline(lines, line)) {
        if (line.starts_with('[')) ours = line.starts_with("[marginscope]");
        if (ours) read_setting(state, line);
    }
    return false;
}

void read_layout_file(UiState& state, const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return;
    std::string bytes;
    if (fs::file_size(path, error) <= kMostBytes) {
        std::ifstream file(path, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(file), {});
    }
    if (load_layout(state, bytes)) return;
    fs::rename(path, path + ".bad", error);
    add_log_line(state, {told(path), true});
}

void write_layout_file(const std::string& path) {
    std::size_t size = 0;
    const char* text = ImGui::SaveIniSettingsToMemory(&size);
    const std::string part = path + ".part";
    {
        std::ofstream file(part, std::ios::binary);
        file << sealed(std::string(text, size));
        if (!file.flush()) return;
    }
    std::error_code error;
    std::filesystem::rename(part, path, error);
}

}  // namespace marginscope
