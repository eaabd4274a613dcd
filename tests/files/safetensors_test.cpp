// safetensors: what is written comes back, the bytes are the format's, malformed files are refused.
#include "files/safetensors.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"
#include "files/safetensors_header.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

using testing_files::get_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

TEST(SafeTensors, RoundTripKeepsEveryTypeShapeAndBit) {
    TempFolder folder;
    SafeTensors file;
    file.metadata = {{"format", "1"}, {"vocabulary", R"(["\ufffd","a","\"","ß"])"}, {"empty", ""}};
    const float nan = std::numeric_limits<float>::quiet_NaN();
    file.tensors.push_back(
        make_tensor<float>("f", {2, 3}, std::vector<float>{1, -0.0f, nan, 4, 5, 6}));
    file.tensors.push_back(make_tensor<double>("d", {}, std::vector<double>{0.1}));
    file.tensors.push_back(
        make_tensor<std::int64_t>("i", {3}, std::vector<std::int64_t>{-1, 0, 1}));
    file.tensors.push_back(make_tensor<std::uint8_t>("b", {5}, std::vector<std::uint8_t>(5, 255)));
    file.tensors.push_back(make_tensor<float>("none", {0, 4}, std::vector<float>{}));
    file.tensors.push_back(
        make_tensor<std::uint64_t>("rng \"α\"", {1}, std::vector<std::uint64_t>{~0ull}));
    file.tensors.push_back({"h", DType::kBF16, {1}, {std::byte{0x80}, std::byte{0x3F}}});
    write_safetensors(folder / "a.safetensors", file);

    const SafeTensors back = read_safetensors(folder / "a.safetensors");
    EXPECT_EQ(back.metadata, file.metadata);
    ASSERT_EQ(back.tensors.size(), file.tensors.size());
    for (const TensorData& tensor : file.tensors) {
        const TensorData& other = back.at(tensor.name);
        EXPECT_EQ(other.dtype, tensor.dtype) << tensor.name;
        EXPECT_EQ(other.shape, tensor.shape) << tensor.name;
        EXPECT_EQ(other.bytes, tensor.bytes) << tensor.name;
    }
    EXPECT_EQ(read_safetensors_metadata(folder / "a.safetensors"), file.metadata);
    EXPECT_EQ(back.find("missing"), nullptr);
    EXPECT_NE(sentence_of<UserError>([&] { back.at("missing"); }).find("'missing'"),
              std::string::npos);
}

TEST(SafeTensors, WritingTheSameTwiceGivesTheSameBytes) {
    TempFolder folder;
    SafeTensors file;
    file.tensors.push_back(make_tensor<std::uint8_t>("a", {3}, std::vector<std::uint8_t>{1, 2, 3}));
    file.tensors.push_back(make_tensor<double>("z", {1}, std::vector<double>{1.5}));
    write_safetensors(folder / "1", file);
    std::swap(file.tensors[0], file.tensors[1]);
    write_safetensors(folder / "2", file);
    EXPECT_EQ(get_file(folder / "1"), get_file(folder / "2"));
}

// The layout as the format's own description gives it, checked without our reader.
TEST(SafeTensors, BytesOnDiskAreTheFormats) {
    TempFolder folder;
    SafeTensors file;
    file.metadata = {{"k", "v"}};
    file.tensors.push_back(make_tensor<float>("w", {1, 2}, std::vector<float>{1.0f, 2.0f}));
    write_safetensors(folder / "w", file);
    std::string header =
        R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
    while (header.size() % 8 != 0) header += ' ';
    const std::uint64_t n = header.size();
    std::string expected(reinterpret_cast<const char*>(&n), 8);
    expected += header + std::string("\0\0\x80\x3F\0\0\0\x40", 8);
    EXPECT_EQ(get_file(folder / "w"), expected);
}

TEST(SafeTensors, EveryTensorIsAlignedInTheFile) {
    TempFolder folder;
    SafeTensors file;
    file.tensors.push_back(make_tensor<std::uint8_t>("a", {3}, std::vector<std::uint8_t>(3)));
    file.tensors.push_back(make_tensor<float>("b", {3}, std::vector<float>(3)));
    file.tensors.push_back(make_tensor<double>("c", {3}, std::vector<double>(3)));
    write_safetensors(folder / "a", file);
    const std::string bytes = get_file(folder / "a");
    std::uint64_t n = 0;
    std::memcpy(&n, bytes.data(), 8);
    EXPECT_EQ(n % 8, 0u);
    const auto header =
        parse_safetensors_header(std::string_view(bytes).substr(8, n), bytes.size() - 8 - n, "'a'");
    for (const TensorInfo& tensor : header.tensors) {
        EXPECT_EQ(tensor.begin % dtype_bytes(tensor.dtype), 0u) << tensor.name;
    }
}

TEST(SafeTensors, HalvesBecomeTheDoublesTheyMean) {
    const auto halves = [](DType dtype, std::vector<std::uint16_t> bits) {
        TensorData tensor = make_tensor<std::uint16_t>("x", {std::int64_t(bits.size())},
                                                       std::span<const std::uint16_t>(bits));
        tensor.dtype = dtype;
        return tensor_doubles(tensor);
    };
    const auto f16 =
        halves(DType::kF16, {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x0400, 0x8000, 0xFC00, 0x7E00});
    EXPECT_EQ(f16[0], 1.0);
    EXPECT_EQ(f16[1], -2.0);
    EXPECT_EQ(f16[2], 65504.0);
    EXPECT_EQ(f16[3], std::ldexp(1.0, -24));
    EXPECT_EQ(f16[4], std::ldexp(1.0, -14));
    EXPECT_TRUE(f16[5] == 0.0 && std::signbit(f16[5]));
    EXPECT_EQ(f16[6], -std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isnan(f16[7]));
    EXPECT_EQ(halves(DType::kBF16, {0x3F80, 0xC0A0}), (std::vector<double>{1.0, -5.0}));
}

TEST(SafeTensors, WritingRefusesWhatIsABug) {
    TempFolder folder;
    SafeTensors wrong_size;
    wrong_size.tensors.push_back({"a", DType::kF32, {2}, std::vector<std::byte>(7)});
    EXPECT_THROW(write_safetensors(folder / "a", wrong_size), std::logic_error);
    SafeTensors twice;
    twice.tensors.resize(2, {"a", DType::kF32, {1}, std::vector<std::byte>(4)});
    EXPECT_THROW(write_safetensors(folder / "a", twice), std::logic_error);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// Against the values themselves: one number that is not finite, anywhere, in any floating type.
TEST(SafeTensors, OneValueThatIsNotFiniteIsFoundWhereverItStands) {
    std::mt19937 random(12);
    const auto with = [](DType dtype, const std::vector<std::uint64_t>& bits, std::size_t width) {
        TensorData tensor{"x", dtype, {std::int64_t(bits.size())}, {}};
        for (const std::uint64_t value : bits) {
            const auto* first = reinterpret_cast<const std::byte*>(&value);
            tensor.bytes.insert(tensor.bytes.end(), first, first + width);
        }
        return tensor;
    };
    const struct {
        DType dtype;
        std::size_t width;
    } types[] = {{DType::kF16, 2}, {DType::kBF16, 2}, {DType::kF32, 4}, {DType::kF64, 8}};
    int found = 0, fine = 0;
    for (int k = 0; k < 4000; ++k) {
        const auto& type = types[k % 4];
        std::vector<std::uint64_t> bits(1 + random() % 9);
        for (std::uint64_t& value : bits)
            value = (std::uint64_t{random()} << 32 | random()) >> (64 - 8 * type.width);
        if (random() % 3 == 0) {  // an infinity, which chance never hits
            const std::uint64_t infinity[] = {0x7C00, 0x7F80, 0x7F800000, 0x7FF0000000000000};
            bits[random() % bits.size()] = infinity[k % 4];
        }
        const TensorData tensor = with(type.dtype, bits, type.width);
        bool expected = true;
        for (const double value : tensor_doubles(tensor)) expected &= std::isfinite(value);
        EXPECT_EQ(all_finite(tensor), expected);
        (expected ? fine : found) += 1;
    }
    EXPECT_GT(found, 500);
    EXPECT_GT(fine, 500);
    EXPECT_TRUE(all_finite(make_tensor<std::uint32_t>("i", {1}, std::vector<std::uint32_t>{~0u})));
}

TEST(SafeTensors, AHundredMegabytesLoadFast) {
    TempFolder folder;
    SafeTensors file;
    for (int i = 0; i < 10; ++i) {
        const std::vector<float> values(2'500'000, static_cast<float>(i));
        file.tensors.push_back(
            make_tensor<float>("t" + std::to_string(i), {2500, 1000}, std::span(values)));
    }
    write_safetensors(folder / "big", file);
    const auto begin = std::chrono::steady_clock::now();
    const SafeTensors back = read_safetensors(folder / "big");
    const double secs =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    RecordProperty("secs", std::to_string(secs));
    EXPECT_EQ(back.tensors.size(), 10u);
    EXPECT_EQ(back.at("t9").bytes, file.at("t9").bytes);
    // 0.1 s when nobody else works; the bound only catches what copies or parses too much.
    EXPECT_LT(secs, 5.0);
    std::cout << "100 MB in " << secs << " s\n";
}

}  // namespace
}  // namespace marginscope
