// Malformed safetensors files, by hand and by chance: refused with a sentence, or read as they are.
#include <gtest/gtest.h>

#include <random>

#include "core/error.h"
#include "files/safetensors.h"
#include "files/safetensors_header.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

std::string file_bytes(const std::string& header, std::size_t data_bytes) {
    const std::uint64_t n = header.size();
    std::string out(reinterpret_cast<const char*>(&n), 8);
    out += header;
    for (std::size_t i = 0; i < data_bytes; ++i) out += static_cast<char>(i);
    return out;
}

struct Malformed {
    const char* name;
    std::string bytes;
    std::string must_say;  // what the sentence must name
};

std::string tensor_header(const std::string& dtype, const std::string& shape,
                          const std::string& offsets) {
    return R"({"w":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
           "}}";
}

std::vector<Malformed> malformed_files() {
    const std::string f32 = R"("F32")";
    const std::string huge(8, '\xFF');
    const auto two = [](const std::string& a, const std::string& b) {
        return R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + a +
               R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + b + "}}";
    };
    const std::uint64_t over = kMaxHeaderBytes + 1;
    std::string nested = R"({"w":)";
    nested.append(100000, '[');
    return {
        {"empty", "", "at least 8 bytes, found 0"},
        {"seven bytes", "1234567", "at least 8 bytes, found 7"},
        {"huge header length", huge + "{}", "at most 100000000"},
        {"header just over the limit", std::string(reinterpret_cast<const char*>(&over), 8),
         "100000001"},
        {"header longer than the file", file_bytes("{}", 0).replace(0, 1, "\x09"),
         "claims 9 bytes, but only 2 follow"},
        {"no header", file_bytes("", 0), "does not begin with '{'"},
        {"header of spaces", file_bytes("        ", 0), "does not begin with '{'"},
        {"list as header", file_bytes("[]", 0), "does not begin with '{'"},
        {"cut JSON", file_bytes(R"({"w":{"dtype":"F3)", 0), "not valid JSON"},
        {"words after the JSON", file_bytes("{} x", 0), "not valid JSON"},
        {"bad UTF-8 in a name", file_bytes("{\"\xFF\":{}}", 0), "not valid JSON"},
        {"infinite number", file_bytes(tensor_header(f32, "[1e999]", "[0,4]"), 4),
         "not valid JSON"},
        {"deep nesting", file_bytes(nested, 0), "expected an object, found a list"},
        {"entry is a number", file_bytes(R"({"w":3})", 0),
         "entry 'w': expected an object, found the number 3"},
        {"entry is a text", file_bytes(R"({"w":"x"})", 0), "entry 'w'"},
        {"metadata is a list", file_bytes(R"({"__metadata__":[]})", 0), "'__metadata__'"},
        {"metadata number", file_bytes(R"({"__metadata__":{"k":1}})", 0),
         "metadata entry 'k': expected a text"},
        {"metadata object", file_bytes(R"({"__metadata__":{"k":{}}})", 0), "metadata entry 'k'"},
        {"metadata key twice", file_bytes(R"({"__metadata__":{"k":"1","k":"2"}})", 0),
         "'k' stands twice"},
        {"metadata twice", file_bytes(R"({"__metadata__":{},"__metadata__":{}})", 0),
         "'__metadata__' stands twice"},
        {"name twice",
         file_bytes(
             R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
             2),
         "'w' stands twice"},
        {"field twice",
         file_bytes(R"({"w":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1),
         "'dtype' stands twice"},
        {"unknown field",
         file_bytes(R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"stride":[1]}})", 1),
         "unknown field 'stride'"},
        {"no dtype", file_bytes(R"({"w":{"shape":[1],"data_offsets":[0,4]}})", 4),
         "'dtype' is missing"},
        {"no shape", file_bytes(R"({"w":{"dtype":"F32","data_offsets":[0,4]}})", 4),
         "'shape' is missing"},
        {"no offsets", file_bytes(R"({"w":{"dtype":"F32","shape":[1]}})", 4),
         "'data_offsets' is missing"},
        {"unknown dtype", file_bytes(tensor_header(R"("F31")", "[1]", "[0,4]"), 4),
         "unknown number type 'F31'"},
        {"dtype number", file_bytes(tensor_header("32", "[1]", "[0,4]"), 4),
         "expected a text for 'dtype'"},
        {"shape text", file_bytes(tensor_header(f32, R"("1")", "[0,4]"), 4),
         "expected a list for 'shape'"},
        {"negative size", file_bytes(tensor_header(f32, "[-1]", "[0,4]"), 4),
         "the negative number -1"},
        {"fractional size", file_bytes(tensor_header(f32, "[1.5]", "[0,4]"), 4), "found 1.5"},
        {"nested shape", file_bytes(tensor_header(f32, "[[1]]", "[0,4]"), 4), "found a list"},
        {"null size", file_bytes(tensor_header(f32, "[null]", "[0,4]"), 4), "found null"},
        {"size over 63 bits", file_bytes(tensor_header(f32, "[18446744073709551615]", "[0,4]"), 4),
         "18446744073709551615"},
        {"size over 64 bits", file_bytes(tensor_header(f32, "[99999999999999999999]", "[0,4]"), 4),
         "found 99999999999999999999"},
        {"product overflows to zero",
         file_bytes(tensor_header(f32, "[4294967296,4294967296]", "[0,0]"), 0), "overflows"},
        {"product overflows by the type",
         file_bytes(tensor_header(R"("F64")", "[2305843009213693952]", "[0,0]"), 0), "overflows"},
        {"zero hides an overflow",
         file_bytes(tensor_header(f32, "[4294967296,4294967296,0]", "[0,0]"), 0), "overflows"},
        {"too many dimensions",
         file_bytes(tensor_header(
                        f32, "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
                        "[0,4]"),
                    4),
         "more than 32 dimensions"},
        {"one offset", file_bytes(tensor_header(f32, "[1]", "[0]"), 4),
         "two data_offsets (begin, end), found 1"},
        {"three offsets", file_bytes(tensor_header(f32, "[1]", "[0,4,8]"), 4),
         "two data_offsets (begin, end), found more"},
        {"negative offset", file_bytes(tensor_header(f32, "[1]", "[-4,0]"), 4),
         "the negative number -4"},
        {"ends before it begins", file_bytes(tensor_header(f32, "[1]", "[4,0]"), 4),
         "ends before it begins"},
        {"too few bytes for the shape", file_bytes(tensor_header(f32, "[2,3]", "[0,20]"), 20),
         "expected 24 bytes for F32 [2, 3], found 20"},
        {"too many bytes for the shape", file_bytes(tensor_header(f32, "[1]", "[0,8]"), 8),
         "expected 4 bytes for F32 [1], found 8"},
        {"scalar without bytes", file_bytes(tensor_header(f32, "[]", "[0,0]"), 0),
         "expected 4 bytes for F32 []"},
        {"truncated data", file_bytes(tensor_header(f32, "[4]", "[0,16]"), 15),
         "only 15 bytes of data are there: the file is truncated"},
        {"offsets beyond the file",
         file_bytes(tensor_header(f32, "[1]", "[18446744073709551608,18446744073709551612]"), 4),
         "truncated"},
        {"overlap", file_bytes(two("[0,4]", "[2,6]"), 6),
         "tensor 'b': its data (2 to 6) overlaps that of 'a'"},
        {"the same data twice", file_bytes(two("[0,4]", "[0,4]"), 4), "overlaps"},
        {"hole in front", file_bytes(tensor_header(f32, "[1]", "[4,8]"), 8), "hole before it"},
        {"hole between", file_bytes(two("[0,4]", "[8,12]"), 12),
         "tensor 'b': expected its data to begin at byte 4, found 8"},
        {"bytes left over", file_bytes(tensor_header(f32, "[1]", "[0,4]"), 7),
         "3 bytes are left over"},
        {"data without tensors", file_bytes("{}", 1), "1 bytes are left over"},
    };
}

TEST(SafeTensorsHostile, MalformedFilesAreRefusedWithASentenceThatNamesTheProblem) {
    TempFolder folder;
    const auto path = folder / "model.safetensors";
    const auto cases = malformed_files();
    ASSERT_GE(cases.size(), 25u);
    for (const Malformed& malformed : cases) {
        put_file(path, malformed.bytes);
        for (const bool only_metadata : {false, true}) {
            const std::string sentence = sentence_of<UserError>([&] {
                if (only_metadata) {
                    read_safetensors_metadata(path);
                } else {
                    read_safetensors(path);
                }
            });
            EXPECT_NE(sentence.find(malformed.must_say), std::string::npos)
                << malformed.name << " said: " << sentence;
            EXPECT_NE(sentence.find("model.safetensors"), std::string::npos) << malformed.name;
            EXPECT_TRUE(sentence.ends_with('.')) << malformed.name << " said: " << sentence;
            EXPECT_LT(sentence.size(), 600u) << malformed.name;
        }
    }
}

TEST(SafeTensorsHostile, NotAFileIsRefusedWithoutWaiting) {
    TempFolder folder;
    EXPECT_NE(
        sentence_of<UserError>([&] { read_safetensors(folder / "none"); }).find("no such file"),
        std::string::npos);
    EXPECT_NE(
        sentence_of<UserError>([&] { read_safetensors(folder.path()); }).find("not a regular file"),
        std::string::npos);
    EXPECT_NE(
        sentence_of<UserError>([&] { read_safetensors("/dev/zero"); }).find("not a regular file"),
        std::string::npos);
}

std::string valid_file() {
    const std::string header =
        R"({"__metadata__":{"config":"{\"a\":1}","format":"1"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
        R"("b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"c":{"dtype":"U8","shape":[0,7],"data_offsets":[32,32]}} )";
    return file_bytes(header, 32);
}

// Whatever the bytes are: a result that fits the file, or a UserError; nothing else gets out.
void expect_sane(const std::filesystem::path& path, const std::string& bytes) {
    put_file(path, bytes);
    try {
        const SafeTensors file = read_safetensors(path);
        std::size_t total = 0;
        for (const TensorData& tensor : file.tensors) {
            std::size_t product = dtype_bytes(tensor.dtype);
            for (const std::int64_t size : tensor.shape) product *= static_cast<std::size_t>(size);
            ASSERT_EQ(product, tensor.bytes.size());
            total += tensor.bytes.size();
        }
        ASSERT_LE(total, bytes.size());
    } catch (const UserError&) {
    }
}

TEST(SafeTensorsHostile, FlippedCutAndSplicedBytesNeverGetThroughUnchecked) {
    TempFolder folder;
    const std::string good = valid_file();
    expect_sane(folder / "f", good);
    ASSERT_EQ(read_safetensors(folder / "f").tensors.size(), 3u);
    std::mt19937 random(20240901);
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (int round = 0; round < 4000; ++round) {
        std::string bytes = good;
        for (std::size_t edits = 1 + pick(3); edits > 0 && !bytes.empty(); --edits) {
            const std::size_t at = pick(bytes.size());
            switch (pick(6)) {
                case 0:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 1:
                    bytes[at] = static_cast<char>(bytes[at] ^ (1 << pick(8)));
                    break;
                case 2:
                    bytes[at] = "0123456789{}[],:\"-.eE"[pick(21)];
                    break;
                case 3:
                    bytes.resize(at);
                    break;
                case 4:
                    bytes.insert(at, bytes.substr(pick(bytes.size()), pick(16)));
                    break;
                default:
                    bytes.erase(at, pick(8));
                    break;
            }
        }
        // Half of them with a header length that fits, so that the JSON behind it is reached.
        if (bytes.size() >= 8 && pick(2) == 0) {
            const std::uint64_t n = std::min<std::size_t>(bytes.size() - 8, pick(bytes.size()));
            std::memcpy(bytes.data(), &n, 8);
        }
        expect_sane(folder / "f", bytes);
    }
}

TEST(SafeTensorsHostile, RandomHeadersNeverGetThroughUnchecked) {
    std::mt19937 random(7);
    const std::string good = valid_file().substr(8, valid_file().size() - 8 - 32);
    const std::vector<std::string> pieces = {"{",
                                             "}",
                                             "[",
                                             "]",
                                             ",",
                                             ":",
                                             "\"w\"",
                                             "\"dtype\"",
                                             "\"shape\"",
                                             "\"data_offsets\"",
                                             "\"F32\"",
                                             "\"U8\"",
                                             "0",
                                             "4",
                                             "-1",
                                             "1e3",
                                             "18446744073709551615",
                                             "null",
                                             "true",
                                             "\"__metadata__\"",
                                             "\"\\ud800\"",
                                             " ",
                                             "9223372036854775807"};
    int accepted = 0;
    for (int round = 0; round < 30000; ++round) {
        std::string text = "{";
        if (round % 2 == 0) {
            text = good;
            for (int edits = 0; edits < 2; ++edits) {
                text.replace(random() % text.size(), random() % 6,
                             pieces[random() % pieces.size()]);
            }
        } else {
            for (std::size_t n = random() % 30; n > 0; --n)
                text += pieces[random() % pieces.size()];
        }
        try {
            const auto header = parse_safetensors_header(text, 32, "'f'");
            std::uint64_t total = 0;
            for (const TensorInfo& tensor : header.tensors) total += tensor.end - tensor.begin;
            ASSERT_EQ(total, 32u);
            ++accepted;
        } catch (const UserError&) {
        }
    }
    EXPECT_LT(accepted, 15000);
}

}  // namespace
}  // namespace marginscope
