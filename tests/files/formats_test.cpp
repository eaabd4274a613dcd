// JSON numbers, CSV, PNG.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"
#include "files/csv.h"
#include "files/image.h"
#include "files/json_numbers.h"
#include "files/temp_folder.h"
#include "support/csv_reader.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace marginscope {
namespace {

using testing_files::get_file;
using testing_files::put_file;
using testing_files::sentence_of;
using testing_files::TempFolder;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(JsonNumbers, ValuesThatAreNotFiniteHaveNames) {
    EXPECT_EQ(json_number(kNan), "nan");
    EXPECT_EQ(json_number(kInf), "inf");
    EXPECT_EQ(json_number(-kInf), "-inf");
    EXPECT_EQ(json_number(0.1).dump(), "0.1");
    EXPECT_TRUE(json_number(std::optional<double>()).is_null());
    EXPECT_EQ(json_numbers(std::vector<float>{1, -INFINITY}).dump(), R"([1.0,"-inf"])");
    // Also where nobody thought of it, inside a document.
    EXPECT_EQ(dump_json({{"a", {1.0, kNan}}, {"b", -kInf}, {"c", nullptr}}),
              R"({"a":[1.0,"nan"],"b":"-inf","c":null})");
}

TEST(JsonNumbers, EveryDoubleComesBack) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 20000; ++i) {
        const double value = std::bit_cast<double>(random());
        const auto back = parse_json(dump_json(json_number(value)), "test");
        const double read = number_from_json(back, "x");
        if (std::isnan(value)) {
            EXPECT_TRUE(std::isnan(read));
        } else {
            EXPECT_EQ(std::bit_cast<std::uint64_t>(read), std::bit_cast<std::uint64_t>(value));
        }
    }
    EXPECT_FALSE(number_or_null(nullptr, "x").has_value());
    EXPECT_FALSE(number_field({{"y", 1}}, "x").has_value());
}

TEST(JsonNumbers, WrongKindsAreNamed) {
    EXPECT_NE(sentence_of<UserError>([] { number_or_null("NaN", "sigma"); }).find("'sigma'"),
              std::string::npos);
    EXPECT_THROW(number_from_json(nullptr, "x"), UserError);
    EXPECT_NE(sentence_of<UserError>([] {
                  parse_json("{\"a\":", "config.json");
              }).find("config.json is not valid JSON"),
              std::string::npos);
    EXPECT_EQ(dump_json("\xC3("), "\"\uFFFD(\"");
}

TEST(Csv, QuotesAndNumbersComeBackExactly) {
    CsvTable table({"token", "value, nats", "n"});
    const std::vector<std::string> tokens = {"a", ",", "\"", "\n", "", "ä\r\n", " x ", "#"};
    std::mt19937_64 random(9);
    std::vector<double> values;
    for (const std::string& token : tokens) {
        double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) value = 0.1;
        values.push_back(value);
        table.add_row({token, value, std::int64_t{-7}});
    }
    table.add_row({std::string("last"), kNan, std::monostate()});
    table.add_row({std::string("float"), 0.1f, std::int64_t{1}});
    const auto rows = read_csv(table.text());
    ASSERT_EQ(rows.size(), tokens.size() + 3);
    EXPECT_EQ(rows[0][1], "value, nats");
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        EXPECT_EQ(rows[i + 1][0], tokens[i]);
        EXPECT_EQ(std::strtod(rows[i + 1][1].c_str(), nullptr), values[i]);
        EXPECT_EQ(rows[i + 1][2], "-7");
    }
    EXPECT_EQ(rows[tokens.size() + 1], (std::vector<std::string>{"last", "nan", ""}));
    EXPECT_EQ(rows[tokens.size() + 2][1], "0.1");
    EXPECT_THROW(table.add_row({1.0}), std::logic_error);
}

TEST(Png, PixelsComeBackInBothRowOrders) {
    TempFolder folder;
    const int width = 7, height = 5;
    for (const PixelFormat format : {PixelFormat::kGray, PixelFormat::kRgb, PixelFormat::kRgba}) {
        const int channels = static_cast<int>(format);
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width * height * channels));
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(i * 37);
        for (const RowOrder order : {RowOrder::kTopDown, RowOrder::kBottomUp}) {
            write_png(folder / "a.png", width, height, format, pixels, order);
            int w = 0, h = 0, c = 0;
            stbi_uc* read = stbi_load((folder / "a.png").c_str(), &w, &h, &c, 0);
            ASSERT_NE(read, nullptr);
            EXPECT_EQ(w, width);
            EXPECT_EQ(h, height);
            EXPECT_EQ(c, channels);
            for (int y = 0; y < h; ++y) {
                const int from = order == RowOrder::kTopDown ? y : h - 1 - y;
                for (int x = 0; x < w * c; ++x) {
                    ASSERT_EQ(read[y * w * c + x],
                              pixels[static_cast<std::size_t>(from * w * c + x)]);
                }
            }
            stbi_image_free(read);
        }
    }
    EXPECT_THROW(
        write_png(folder / "b.png", 2, 2, PixelFormat::kRgb, std::vector<std::uint8_t>(11)),
        std::logic_error);
    EXPECT_THROW(write_png(folder / "b.png", 0, 2, PixelFormat::kRgb, {}), UserError);
}

}  // namespace
}  // namespace marginscope
