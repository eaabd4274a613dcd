// Recent files as a JSON list.
#include "files/recent_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/fd.h"
#include "files/json_numbers.h"
#include "files/paths.h"

namespace marginscope {

namespace fs = std::filesystem;

RecentFiles::RecentFiles(fs::path file) : file_(std::move(file)) {
    std::error_code error;
    if (!fs::exists(file_, error)) return;
    try {
        const nlohmann::json all =
            parse_json(read_file(file_, "list of recent files", 1 << 20), file_.string());
        for (const auto& one : all)
            if (one.is_string() && paths_.size() < kMost) paths_.push_back(one.get<std::string>());
    } catch (const UserError&) {
        paths_.clear();
    }
}

void RecentFiles::add(const fs::path& path) {
    std::error_code error;
    const fs::path whole = fs::absolute(path, error).lexically_normal();
    if (error || path.empty()) return;
    std::erase(paths_, whole.string());
    paths_.insert(paths_.begin(), whole.string());
    if (paths_.size() > kMost) paths_.resize(kMost);
    if (file_.empty()) return;
    try {
        ensure_folder(file_.parent_path());
        write_file_atomically(file_, dump_json(paths_));
    } catch (const UserError&) {  // it stays as it was
    }
}

}  // namespace marginscope
