// Reading and writing of safetensors files; the header's rules are in safetensors_header.cpp.
#include "files/safetensors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <tuple>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/fd.h"
#include "files/safetensors_header.h"

namespace marginscope {

namespace {

UserError cannot_load(const std::filesystem::path& path, const std::string& why) {
    return UserError("Cannot load " + shown_path(path) + ": " + why + ".");
}

struct OpenFile {
    UniqueFd fd;
    SafeTensorsHeader header;
    std::uint64_t data_start = 0;
};

// Opens, reads the header and checks it against the file's size.
OpenFile open_checked(const std::filesystem::path& path) {
    OpenFile file;
    // Non-blocking, so that a named pipe is refused instead of waited for.
    file.fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.fd.valid()) throw cannot_load(path, errno_words(errno));
    struct stat info {};
    if (::fstat(file.fd.get(), &info) != 0) throw cannot_load(path, errno_words(errno));
    if (!S_ISREG(info.st_mode)) throw cannot_load(path, "it is not a regular file");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size < 8) {
        throw cannot_load(path,
                          "a safetensors file has at least 8 bytes, found " + std::to_string(size));
    }
    std::uint64_t header_bytes = 0;
    int error = read_exactly(file.fd.get(), std::as_writable_bytes(std::span(&header_bytes, 1)), 0);
    if (error != 0) throw cannot_load(path, errno_words(error));
    if (header_bytes > kMaxHeaderBytes) {
        throw cannot_load(path, "its header claims " + std::to_string(header_bytes) +
                                    " bytes, at most " + std::to_string(kMaxHeaderBytes) +
                                    " are allowed: it is damaged or not a safetensors file");
    }
    if (header_bytes > size - 8) {
        throw cannot_load(path, "its header claims " + std::to_string(header_bytes) +
                                    " bytes, but only " + std::to_string(size - 8) +
                                    " follow: the file is truncated");
    }
    std::string json(header_bytes, '\0');
    error = read_exactly(file.fd.get(), std::as_writable_bytes(std::span(json)), 8);
    if (error != 0) throw cannot_load(path, errno_words(error));
    file.data_start = 8 + header_bytes;
    file.header = parse_safetensors_header(json, size - file.data_start, shown_path(path));
    return file;
}

// Biggest elements first: every tensor then starts at a multiple of its element size.
std::vector<const TensorData*> in_file_order(const SafeTensors& file) {
    std::vector<const TensorData*> order;
    std::set<std::string_view> names;
    for (const TensorData& tensor : file.tensors) {
        std::uint64_t expected = 0;
        if (!checked_byte_count(tensor.shape, tensor.dtype, expected) ||
            expected != tensor.bytes.size()) {
            throw std::logic_error("write_safetensors: " + tensor.name + " has " +
                                   std::to_string(tensor.bytes.size()) + " bytes for " +
                                   tensor_words(tensor.dtype, tensor.shape));
        }
        if (!names.insert(tensor.name).second || tensor.name == "__metadata__") {
            throw std::logic_error("write_safetensors: the name " + tensor.name + " is taken");
        }
        order.push_back(&tensor);
    }
    std::sort(order.begin(), order.end(), [](const TensorData* a, const TensorData* b) {
        const std::size_t wide_a = dtype_bytes(a->dtype), wide_b = dtype_bytes(b->dtype);
        return std::tie(wide_b, a->name) < std::tie(wide_a, b->name);
    });
    return order;
}

std::string header_text(const SafeTensors& file, const std::vector<const TensorData*>& order) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
    std::uint64_t begin = 0;
    for (const TensorData* tensor : order) {
        const std::uint64_t end = begin + tensor->bytes.size();
        header[tensor->name] = {{"dtype", dtype_name(tensor->dtype)},
                                {"shape", tensor->shape},
                                {"data_offsets", {begin, end}}};
        begin = end;
    }
    // A path with bad UTF-8 in the metadata must not cost the user a checkpoint.
    std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

}  // namespace

std::size_t dtype_bytes(DType dtype) noexcept {
    switch (dtype) {
        case DType::kBool:
        case DType::kU8:
        case DType::kI8:
            return 1;
        case DType::kU16:
        case DType::kI16:
        case DType::kF16:
        case DType::kBF16:
            return 2;
        case DType::kU32:
        case DType::kI32:
        case DType::kF32:
            return 4;
        case DType::kU64:
        case DType::kI64:
        case DType::kF64:
            break;
    }
    return 8;
}

std::string_view dtype_name(DType dtype) noexcept {
    constexpr std::array<std::string_view, 13> kNames = {
        "BOOL", "U8", "I8", "U16", "I16", "F16", "BF16", "U32", "I32", "F32", "U64", "I64", "F64"};
    return kNames[static_cast<std::size_t>(dtype)];
}

bool checked_byte_count(const std::vector<std::int64_t>& shape, DType dtype, std::uint64_t& bytes) {
    // In 63 bits, as file sizes are. A zero makes the product zero only if the others are sane too.
    std::int64_t product = static_cast<std::int64_t>(dtype_bytes(dtype));
    bool has_zero = false;
    for (const std::int64_t size : shape) {
        if (size < 0) return false;
        if (size == 0) {
            has_zero = true;
        } else if (__builtin_mul_overflow(product, size, &product)) {
            return false;
        }
    }
    bytes = has_zero ? 0 : static_cast<std::uint64_t>(product);
    return true;
}

const TensorData* SafeTensors::find(std::string_view name) const noexcept {
    const auto it = std::find_if(tensors.begin(), tensors.end(),
                                 [&](const TensorData& tensor) { return tensor.name == name; });
    return it == tensors.end() ? nullptr : &*it;
}

const TensorData& SafeTensors::at(std::string_view name) const {
    if (const TensorData* tensor = find(name)) return *tensor;
    throw UserError("The file has no tensor " + shown(name) + "; it has " +
                    std::to_string(tensors.size()) + " others.");
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
    OpenFile file = open_checked(path);
    SafeTensors result;
    result.metadata = std::move(file.header.metadata);
    result.tensors.reserve(file.header.tensors.size());
    for (TensorInfo& info : file.header.tensors) {
        TensorData tensor{std::move(info.name), info.dtype, std::move(info.shape), {}};
        try {
            tensor.bytes.resize(info.end - info.begin);
        } catch (const std::bad_alloc&) {
            throw cannot_load(path, "not enough memory for tensor " + shown(tensor.name) + " (" +
                                        std::to_string(info.end - info.begin) + " bytes)");
        }
        const int error = read_exactly(file.fd.get(), tensor.bytes, file.data_start + info.begin);
        if (error != 0) {
            throw cannot_load(path, "tensor " + shown(tensor.name) + ": " + errno_words(error));
        }
        result.tensors.push_back(std::move(tensor));
    }
    return result;
}

std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path) {
    return open_checked(path).header.metadata;
}

void write_safetensors(const std::filesystem::path& path, const SafeTensors& file) {
    const std::vector<const TensorData*> order = in_file_order(file);
    const std::string header = header_text(file, order);
    const std::uint64_t header_bytes = header.size();
    AtomicFile out(path);
    out.write(std::as_bytes(std::span(&header_bytes, 1)));
    out.write(header);
    for (const TensorData* tensor : order) out.write(tensor->bytes);
    out.commit();
}

std::string tensor_words(DType dtype, std::span<const std::int64_t> shape) {
    std::string words = std::string(dtype_name(dtype)) + " [";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        words += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    }
    return words + "]";
}

}  // namespace marginscope
