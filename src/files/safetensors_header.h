// The JSON header of a safetensors file, parsed without a document tree and checked completely.
// Internal to the file room. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "files/safetensors.h"

namespace marginscope {

inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr std::size_t kMaxRank = 32;

struct TensorInfo {
    std::string name;
    DType dtype = DType::kF32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;  // bytes from the start of the data
    std::uint64_t end = 0;
};

struct SafeTensorsHeader {
    std::map<std::string, std::string> metadata;
    std::vector<TensorInfo> tensors;  // sorted by begin
};

// `data_bytes` is what follows the header in the file. `file` is the quoted name for sentences.
// Throws UserError at the first thing that is wrong.
SafeTensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& file);

// Product × element size; false when it does not fit 63 bits or a size is negative.
bool checked_byte_count(const std::vector<std::int64_t>& shape, DType dtype, std::uint64_t& bytes);

}  // namespace marginscope
