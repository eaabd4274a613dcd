// Tensors on disk: the safetensors format, read with suspicion and written atomically.
// Layout: 8 bytes little-endian header length, a JSON header, then the raw numbers without holes.
// Reading refuses, each with one UserError sentence that names the file, the tensor, what was
// expected and what was found: a header over 100 MB or longer than the file, bad JSON, duplicate
// names, unknown fields or types, sizes that overflow, overlaps, holes, offsets that do not fit
// shape × type, bytes left over, a truncated file. Nothing is allocated beyond the file's own size.
// Any thread; objects are plain values. No torch here: nn copies into tensors.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace marginscope {

enum class DType { kBool, kU8, kI8, kU16, kI16, kF16, kBF16, kU32, kI32, kF32, kU64, kI64, kF64 };

std::size_t dtype_bytes(DType dtype) noexcept;
std::string_view dtype_name(DType dtype) noexcept;  // "F32", as in the file

struct TensorData {
    std::string name;
    DType dtype = DType::kF32;
    std::vector<std::int64_t> shape;  // empty: a scalar
    std::vector<std::byte> bytes;     // row major, little-endian
};

struct SafeTensors {
    std::map<std::string, std::string> metadata;
    std::vector<TensorData> tensors;  // read: in the order of the file's data

    // nullptr when there is none. The pointer lives as long as `tensors` is not changed.
    const TensorData* find(std::string_view name) const noexcept;
    // The one with that name, or a UserError that says which is missing.
    const TensorData& at(std::string_view name) const;
};

SafeTensors read_safetensors(const std::filesystem::path& path);

// Checks the whole header against the file's size, reads no numbers: a truncated file is found
// here.
std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path);

// Orders the data by element size, then name, so that every tensor is aligned. On failure (disk
// full) the old file stays. Throws std::logic_error when bytes, shape and type do not agree or a
// name comes twice: that is a bug of the caller.
void write_safetensors(const std::filesystem::path& path, const SafeTensors& file);

// "F32 [2, 3]"
std::string tensor_words(DType dtype, std::span<const std::int64_t> shape);

// Whether every value is a finite number; integers always are.
bool all_finite(const TensorData& tensor) noexcept;

// Any type's values as doubles (64-bit integers are rounded).
std::vector<double> tensor_doubles(const TensorData& tensor);

template <typename T>
constexpr DType dtype_of() {
    static_assert(std::is_arithmetic_v<T>);
    if constexpr (std::is_same_v<T, bool>) return DType::kBool;
    if constexpr (std::is_same_v<T, float>) return DType::kF32;
    if constexpr (std::is_same_v<T, double>) return DType::kF64;
    constexpr bool kSigned = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return kSigned ? DType::kI8 : DType::kU8;
    if constexpr (sizeof(T) == 2) return kSigned ? DType::kI16 : DType::kU16;
    if constexpr (sizeof(T) == 4) return kSigned ? DType::kI32 : DType::kU32;
    return kSigned ? DType::kI64 : DType::kU64;
}

template <typename T>
TensorData make_tensor(std::string name, std::vector<std::int64_t> shape,
                       std::span<const T> values) {
    TensorData tensor{std::move(name), dtype_of<T>(), std::move(shape), {}};
    const auto bytes = std::as_bytes(values);
    tensor.bytes.assign(bytes.begin(), bytes.end());
    return tensor;
}

// A copy as T, which must be the stored type (std::logic_error otherwise).
template <typename T>
std::vector<T> tensor_values(const TensorData& tensor) {
    if (tensor.dtype != dtype_of<T>()) {
        throw std::logic_error("tensor_values: asked for another type than " +
                               std::string(dtype_name(tensor.dtype)));
    }
    std::vector<T> values(tensor.bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

static_assert(std::endian::native == std::endian::little, "safetensors bytes are little-endian");

}  // namespace marginscope
