// The files that were opened last, the newest first, kept in a small file. One thread. Nothing here
// fails aloud: a list of recent files is a convenience.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace marginscope {

class RecentFiles {
public:
    static constexpr std::size_t kMost = 12;

    RecentFiles() = default;  // kept nowhere
    explicit RecentFiles(std::filesystem::path file);

    const std::vector<std::string>& paths() const { return paths_; }
    /// To the front, as an absolute path; the file is written.
    void add(const std::filesystem::path& path);

private:
    std::filesystem::path file_;
    std::vector<std::string> paths_;
};

}  // namespace marginscope
