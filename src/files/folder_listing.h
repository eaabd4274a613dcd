// What lies in a folder, for choosing a file. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace marginscope {

struct ListedFile {
    std::string name;
    bool folder = false;
};

struct FolderListing {
    std::filesystem::path folder;   // absolute
    std::vector<ListedFile> files;  // folders first, each by name; hidden ones left out
    bool cut = false;               // there are more than could be listed
    std::string trouble;            // why it cannot be read; "" when it can
};

/// At most 2,000 entries. Never throws for what lies on the disk.
FolderListing list_folder(const std::filesystem::path& folder);

}  // namespace marginscope
