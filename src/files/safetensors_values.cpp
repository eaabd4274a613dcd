// The numbers of a tensor, whatever type they are stored in.
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "files/safetensors.h"

namespace marginscope {

namespace {

double half_to_double(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 0x1F;
    const int mantissa = bits & 0x3FF;
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == 0x1F) {
        return mantissa == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    }
    if (exponent == 0) return sign * std::ldexp(mantissa, -24);
    return sign * std::ldexp(mantissa + 1024, exponent - 25);
}

double bfloat_to_double(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

template <typename T, typename F>
std::vector<double> convert(const TensorData& tensor, F&& to_double) {
    std::vector<double> values(tensor.bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        T value;
        std::memcpy(&value, tensor.bytes.data() + i * sizeof(T), sizeof(T));
        values[i] = to_double(value);
    }
    return values;
}

}  // namespace

bool all_finite(const TensorData& tensor) noexcept {
    // A number is not finite where its exponent is all ones; nothing needs to be converted.
    const auto each = [&](auto exponent) {
        using Bits = decltype(exponent);
        Bits worst = 0;
        for (std::size_t at = 0; at + sizeof(Bits) <= tensor.bytes.size(); at += sizeof(Bits)) {
            Bits bits;
            std::memcpy(&bits, tensor.bytes.data() + at, sizeof bits);
            worst |= static_cast<Bits>((bits & exponent) == exponent);
        }
        return worst == 0;
    };
    switch (tensor.dtype) {
        case DType::kF16:
            return each(std::uint16_t{0x7C00});
        case DType::kBF16:
            return each(std::uint16_t{0x7F80});
        case DType::kF32:
            return each(std::uint32_t{0x7F800000});
        case DType::kF64:
            return each(std::uint64_t{0x7FF0000000000000});
        default:
            return true;
    }
}

std::vector<double> tensor_doubles(const TensorData& tensor) {
    const auto plain = [](auto value) { return static_cast<double>(value); };
    switch (tensor.dtype) {
        case DType::kBool:
        case DType::kU8:
            return convert<std::uint8_t>(tensor, plain);
        case DType::kI8:
            return convert<std::int8_t>(tensor, plain);
        case DType::kU16:
            return convert<std::uint16_t>(tensor, plain);
        case DType::kI16:
            return convert<std::int16_t>(tensor, plain);
        case DType::kF16:
            return convert<std::uint16_t>(tensor, half_to_double);
        case DType::kBF16:
            return convert<std::uint16_t>(tensor, bfloat_to_double);
        case DType::kU32:
            return convert<std::uint32_t>(tensor, plain);
        case DType::kI32:
            return convert<std::int32_t>(tensor, plain);
        case DType::kF32:
            return convert<float>(tensor, plain);
        case DType::kU64:
            return convert<std::uint64_t>(tensor, plain);
        case DType::kI64:
            return convert<std::int64_t>(tensor, plain);
        case DType::kF64:
            break;
    }
    return convert<double>(tensor, plain);
}

}  // namespace marginscope
