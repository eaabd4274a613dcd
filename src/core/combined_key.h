// Keys name what a cached number depends on: equal keys, equal number. std only; any thread.
#pragma once

#include <cstdint>

namespace marginscope {

/// Mixes a word into a key. The order of words counts.
constexpr std::uint64_t combined(std::uint64_t key, std::uint64_t word) {
    std::uint64_t x = key ^ (word + 0x9e3779b97f4a7c15ULL + (key << 6) + (key >> 2));
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace marginscope
