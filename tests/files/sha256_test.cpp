// SHA-256 against the examples of FIPS 180-4 and every length around a block.
#include "files/sha256.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

#include "core/error.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

TEST(Sha256, TheStandardsExamples) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256(std::string(1000000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// The system's own tool, for lengths on both sides of where padding takes another block.
TEST(Sha256, AgreesWithTheSystemsToolAtEveryLengthAroundABlock) {
    const testing_files::TempFolder folder;
    for (std::size_t length : {0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 128, 1048577}) {
        const std::filesystem::path file = folder / "bytes";
        std::string bytes(length, '\0');
        for (std::size_t k = 0; k < length; ++k) bytes[k] = static_cast<char>(k * 37 + length);
        testing_files::put_file(file, bytes);
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> tool(
            popen(("sha256sum " + file.string()).c_str(), "r"), pclose);
        std::array<char, 65> digits{};
        ASSERT_EQ(std::fread(digits.data(), 1, 64, tool.get()), 64u);
        EXPECT_EQ(sha256_of_file(file), digits.data()) << length;
        EXPECT_EQ(sha256(bytes), digits.data()) << length;
    }
    EXPECT_THROW(sha256_of_file(folder / "none"), UserError);
}

}  // namespace
}  // namespace marginscope
