// Reading a folder.
#include "files/folder_listing.h"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>

namespace marginscope {

namespace fs = std::filesystem;

FolderListing list_folder(const fs::path& folder) {
    constexpr std::size_t kMost = 2000;
    FolderListing listing;
    std::error_code error;
    listing.folder =
        fs::absolute(folder.empty() ? fs::path(".") : folder, error).lexically_normal();
    if (!listing.folder.has_filename()) listing.folder = listing.folder.parent_path();
    fs::directory_iterator at(listing.folder, error);
    if (error) {
        listing.trouble = "Cannot read " + listing.folder.string() + ": " + error.message() + ".";
        return listing;
    }
    for (; at != fs::directory_iterator(); at.increment(error)) {
        if (error) break;
        std::string name = at->path().filename().string();
        if (name.empty() || name.front() == '.') continue;
        if (listing.files.size() == kMost) {
            listing.cut = true;
            break;
        }
        std::error_code kind;
        listing.files.push_back({std::move(name), at->is_directory(kind)});
    }
    std::ranges::sort(listing.files, [](const ListedFile& a, const ListedFile& b) {
        return a.folder != b.folder ? a.folder : a.name < b.name;
    });
    return listing;
}

}  // namespace marginscope
