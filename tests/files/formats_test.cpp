// JSON numbers, CSV, SVG, PNG.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"
#include "files/csv.h"
#include "files/image.h"
#include "files/json_numbers.h"
#include "files/svg.h"
#include "files/temp_folder.h"

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

// An independent reader of RFC 4180, for the round trip.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
    std::vector<std::vector<std::string>> rows(1, {""});
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c != '"') {
                rows.back().back() += c;
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                rows.back().back() += text[++i];
            } else {
                quoted = false;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            rows.back().emplace_back();
        } else if (c == '\n') {
            rows.push_back({""});
        } else {
            rows.back().back() += c;
        }
    }
    rows.pop_back();
    return rows;
}

TEST(Csv, QuotesAndNumbersComeBackExactly) {
    CsvTable table({"token", "value, nats", "n"});
    const std::vector<std::string> tokens = {"a", ",", "\"", "\n", "", "ä\r\n", " x "};
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

PlotFigure path_figure() {
    PlotFigure figure;
    figure.title = "Clean & noisy <loss>";
    figure.caption = "5 seeds (1337 to 1341), band: 95 % of the mean.";
    figure.x = {"lambda", true, {}, {}, {0, 0.005, 0.01, 0.02, 0.05, 0.1}};
    figure.y = {"cross-entropy, nats/char", false, {}, {}, {}};
    PlotSeries clean{"clean",
                     {0, 0.005, 0.01, 0.02, 0.05, 0.1},
                     {1.5, 1.51, 1.5, 1.52, 1.55, 1.62},
                     {1.48, 1.5, 1.49, 1.5, 1.53, 1.6},
                     {1.52, 1.53, 1.52, 1.54, 1.57, 1.65},
                     "",
                     true,
                     true,
                     false};
    PlotSeries noisy = clean;
    noisy.name = "noise 0.05";
    for (double& y : noisy.y) y += 0.3;
    for (double& y : noisy.low) y += 0.28;
    for (double& y : noisy.high) y += 0.32;
    noisy.dashed = true;
    figure.series = {clean, noisy};
    figure.marks = {{true, 0.02, "proposed"}};
    return figure;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++n;
    return n;
}

TEST(Svg, AFigureHasItsParts) {
    const std::string svg = to_svg(path_figure());
    EXPECT_TRUE(svg.starts_with("<svg "));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_NE(svg.find("Clean &amp; noisy &lt;loss&gt;"), std::string::npos);
    for (const char* label : {">0<", ">0.005<", ">0.1<", ">noise 0.05<", ">proposed<"}) {
        EXPECT_NE(svg.find(label), std::string::npos) << label;
    }
    // Zero has its own slot: each line is in two parts there, each band a bar and an area.
    EXPECT_EQ(count(svg, "<polyline"), 4u);
    EXPECT_EQ(count(svg, "fill-opacity"), 2u);
    EXPECT_EQ(count(svg, "stroke-opacity"), 2u);
    EXPECT_EQ(count(svg, "<text"), count(svg, "</text>"));
    EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Svg, WhatCannotBeDrawnBreaksTheLineAndIsCounted) {
    PlotFigure figure;
    figure.series = {{"", {1, 2, 3, 4, 5}, {1, kNan, 3, kInf, 5}, {}, {}, "", true, true, false}};
    const std::string svg = to_svg(figure);
    EXPECT_NE(svg.find("2 points have no place"), std::string::npos);
    EXPECT_EQ(count(svg, "<circle"), 3u);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
    EXPECT_EQ(to_svg(PlotFigure()).find("nan"), std::string::npos);  // nothing at all to draw
    figure.series[0].y.pop_back();
    EXPECT_THROW(to_svg(figure), std::logic_error);
}

TEST(PlotAxis, TicksLieInsideAndAreRound) {
    std::mt19937 random(4);
    std::uniform_real_distribution<double> exponent(-12, 12), sign(-1, 1);
    for (int i = 0; i < 2000; ++i) {
        const double a = sign(random) * std::pow(10, exponent(random));
        const double b = a + std::abs(a) * std::pow(10, sign(random) * 3);
        const AxisScale scale({"", i % 2 == 1 && a > 0, {}, {}, {}}, std::vector<double>{a, b}, 400,
                              20);
        ASSERT_GE(scale.ticks().size(), 1u) << a << " " << b;
        ASSERT_LE(scale.ticks().size(), 40u);
        for (const PlotTick& tick : scale.ticks()) {
            EXPECT_GE(tick.pixel, 20 - 0.1);
            EXPECT_LE(tick.pixel, 400 + 0.1);
        }
        ASSERT_TRUE(scale.pixel(a) && scale.pixel(b));
        EXPECT_GE(*scale.pixel(a), *scale.pixel(b));
    }
}

TEST(PlotAxis, ZeroHasASlotBesideTheLogarithm) {
    const std::vector<double> values = {0, 0.005, 0.1};
    const AxisScale scale({"", true, {}, {}, {}}, values, 0, 400);
    EXPECT_TRUE(scale.has_zero_slot());
    EXPECT_LT(*scale.pixel(0), scale.break_pixel());
    EXPECT_GT(*scale.pixel(0.005), scale.break_pixel());
    EXPECT_FALSE(scale.pixel(-0.1));
    EXPECT_NEAR(*scale.pixel(0.1) - *scale.pixel(0.05), *scale.pixel(0.02) - *scale.pixel(0.01),
                1e-9);
    EXPECT_EQ(tick_label(-0.05), "\u22120.05");
}

TEST(PlotAxis, LabelsOfOneAxisHaveEqualDecimals) {
    const AxisScale scale({"", false, {}, {}, {}}, std::vector<double>{1.45, 2.15}, 400, 20);
    std::vector<std::string> labels;
    for (const PlotTick& tick : scale.ticks()) labels.push_back(tick.label);
    EXPECT_EQ(labels, (std::vector<std::string>{"1.6", "1.8", "2.0"}));
}

}  // namespace
}  // namespace marginscope
