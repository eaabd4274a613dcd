// Where the program keeps and finds things: the user's folders (XDG) and the shipped assets.
// Any thread that may call getenv. UserError when there is no home folder at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace marginscope {

std::filesystem::path user_config_dir();  // settings of the window: $XDG_CONFIG_HOME/marginscope
std::filesystem::path user_state_dir();   // autosaves, logs:        $XDG_STATE_HOME/marginscope

// Makes the folder when it is missing (for the owner only) and returns it. UserError.
std::filesystem::path ensure_folder(const std::filesystem::path& folder);

// The running program's own file; empty when the system does not tell.
std::filesystem::path executable_path();

// A shipped file or folder, by its name below assets/ ("models/plain.safetensors"). Looked for in
// $MARGINSCOPE_ASSETS, beside the program (assets, ../assets, ../share/marginscope/assets) and in
// the source tree it was built from. UserError that names the places when it is nowhere.
std::filesystem::path asset_path(std::string_view name);
bool has_asset(std::string_view name);

// What is used when the user names nothing: the small trained model, its twin without a barrier, a
// finished path.
inline constexpr std::string_view kSmallModelAsset = "models/barrier.safetensors";
inline constexpr std::string_view kPlainModelAsset = "models/plain.safetensors";
inline constexpr std::string_view kPathAsset = "path";

}  // namespace marginscope
