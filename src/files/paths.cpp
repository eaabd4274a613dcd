// XDG folders and asset lookup.
#include "files/paths.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "core/error.h"
#include "files/fd.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

fs::path environment_path(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? fs::path() : fs::path(value);
}

fs::path home() {
    fs::path folder = environment_path("HOME");
    if (folder.is_absolute()) return folder;
    if (const passwd* entry = ::getpwuid(::getuid());
        entry != nullptr && entry->pw_dir != nullptr) {
        folder = entry->pw_dir;
        if (folder.is_absolute()) return folder;
    }
    throw UserError("There is no home folder: set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME.");
}

// The specification: a relative value is to be ignored.
fs::path xdg_folder(const char* variable, const char* below_home) {
    const fs::path folder = environment_path(variable);
    return (folder.is_absolute() ? folder : home() / below_home) / "marginscope";
}

std::vector<fs::path> asset_roots() {
    std::vector<fs::path> roots;
    if (const fs::path chosen = environment_path("MARGINSCOPE_ASSETS"); !chosen.empty()) {
        roots.push_back(chosen);
    }
    if (const fs::path program = executable_path(); !program.empty()) {
        const fs::path folder = program.parent_path();
        roots.push_back(folder / "assets");
        roots.push_back(folder.parent_path() / "assets");
        roots.push_back(folder.parent_path() / "share" / "marginscope" / "assets");
    }
#ifdef MARGINSCOPE_SOURCE_ASSETS
    roots.emplace_back(MARGINSCOPE_SOURCE_ASSETS);
#endif
    return roots;
}

fs::path find_asset(std::string_view name) {
    for (const fs::path& root : asset_roots()) {
        std::error_code error;
        if (fs::path path = root / name; fs::exists(path, error)) return path;
    }
    return {};
}

}  // namespace

fs::path user_config_dir() { return xdg_folder("XDG_CONFIG_HOME", ".config"); }
fs::path user_state_dir() { return xdg_folder("XDG_STATE_HOME", ".local/state"); }

fs::path ensure_folder(const fs::path& folder) {
    std::error_code error;
    if (fs::create_directories(folder, error)) {
        // Best effort: some file systems have no permissions.
        std::error_code ignored;
        fs::permissions(folder, fs::perms::owner_all, ignored);
    }
    if (error || !fs::is_directory(folder, error)) {
        throw UserError("Cannot make the folder " + shown_path(folder) + ": " +
                        (error ? errno_words(error.value()) : "a file has that name") + ".");
    }
    return folder;
}

fs::path executable_path() {
    std::error_code error;
    fs::path path = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path() : path;
}

bool has_asset(std::string_view name) { return !find_asset(name).empty(); }

fs::path asset_path(std::string_view name) {
    if (fs::path path = find_asset(name); !path.empty()) return path;
    std::string places;
    for (const fs::path& root : asset_roots()) {
        places += (places.empty() ? "" : ", ") + shown_path(root);
    }
    throw UserError("The program's file " + shown(name) + " was not found in " + places +
                    "; set MARGINSCOPE_ASSETS to the folder that has it.");
}

}  // namespace marginscope
