// Enumerations of messages by name: what files, logs and command lines write for them.
#pragma once

#include <array>
#include <string_view>

namespace marginscope {

/// The names of an enumeration's values, in their order from 0; specialised beside each.
template <typename Enum>
inline constexpr std::array<std::string_view, 0> kEnumNames{};

}  // namespace marginscope
