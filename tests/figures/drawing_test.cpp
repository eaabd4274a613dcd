// Plots as SVG and as pixels: their parts, what cannot be drawn, and that both say the same.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "core/error.h"
#include "figures/figure_files.h"
#include "figures/polygon_coverage.h"
#include "figures/raster_canvas.h"
#include "figures/svg_canvas.h"
#include "figures/type_face.h"
#include "figures/xml_reader.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace marginscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Figure path_figure() {
    Plot plot;
    plot.x = {"lambda", true, {}, {}, {0, 0.005, 0.01, 0.02, 0.05, 0.1}};
    plot.y = {"cross-entropy, nats/char", false, {}, {}, {}};
    PlotSeries clean;
    clean.name = "clean";
    clean.x = {0, 0.005, 0.01, 0.02, 0.05, 0.1};
    clean.y = {1.5, 1.51, 1.5, 1.52, 1.55, 1.62};
    clean.low = {1.48, 1.5, 1.49, 1.5, 1.53, 1.6};
    clean.high = {1.52, 1.53, 1.52, 1.54, 1.57, 1.65};
    PlotSeries noisy = clean;
    noisy.name = "noise 0.05";
    for (std::vector<double>* values : {&noisy.y, &noisy.low, &noisy.high})
        for (double& v : *values) v += 0.3;
    noisy.dashed = true;
    plot.series = {clean, noisy};
    plot.marks = {{true, 0.02, "proposed"}};
    Figure figure;
    figure.title = "Clean & noisy <loss>";
    figure.caption = "5 seeds (1337 to 1341), band: 95 % of the mean.";
    figure.metadata = {{"model", "a \"b\" & <c>"}};
    figure.parts.emplace_back(plot);
    return figure;
}

std::vector<std::string> words_of(const XmlElement& root) {
    std::vector<std::string> words;
    for (const XmlElement* text : root.all("text")) words.push_back(text->text);
    return words;
}

bool has(const std::vector<std::string>& words, const std::string& wanted) {
    return std::find(words.begin(), words.end(), wanted) != words.end();
}

TEST(FigureSvg, AFigureHasItsParts) {
    const std::string svg = figure_svg(path_figure());
    const XmlElement root = XmlReader(svg).read();
    EXPECT_EQ(root.name, "svg");
    EXPECT_EQ(root.all("title").at(0)->text, "Clean & noisy <loss>");
    EXPECT_NE(root.all("metadata").at(0)->text.find("model: a \"b\" & <c>"), std::string::npos);
    const std::vector<std::string> words = words_of(root);
    for (const char* label : {"0", "0.005", "0.1", "noise 0.05", "proposed", "lambda"})
        EXPECT_TRUE(has(words, label)) << label;
    // Zero has its own slot: each line and each band begins anew behind it.
    EXPECT_EQ(root.all("polyline").size(), 2u);
    std::size_t bands = 0;
    for (const XmlElement* polygon : root.all("polygon"))
        bands += polygon->attributes.contains("fill-opacity");
    EXPECT_EQ(bands, 2u);
    EXPECT_EQ(root.all("polyline").at(1)->attributes.at("stroke-dasharray"), "6 4");
}

TEST(FigureSvg, WhatCannotBeDrawnBreaksTheLineAndIsCounted) {
    Figure figure;
    Plot plot;
    PlotSeries series;
    series.x = {1, 2, 3, 4, 5};
    series.y = {1, kNan, 3, kInf, 5};
    plot.series = {series};
    figure.parts.emplace_back(plot);
    const std::string svg = figure_svg(figure);
    EXPECT_NE(svg.find("2 points have no place"), std::string::npos);
    const XmlElement root = XmlReader(svg).read();
    EXPECT_EQ(root.all("circle").size(), 3u);
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
    std::get<Plot>(figure.parts[0]).series[0].y.pop_back();
    EXPECT_THROW(figure_svg(figure), std::logic_error);
}

TEST(FigureSvg, ControlCharactersAndMarkupStayWords) {
    Figure figure = path_figure();
    figure.caption = "</text><script>alert(1)</script>\x01\x1b[31m \xC3(";
    const XmlElement root = XmlReader(figure_svg(figure)).read();
    EXPECT_TRUE(root.all("script").empty());
    bool found = false;
    for (const std::string& words : words_of(root))
        found = found || words.find("<script>alert(1)</script>") != std::string::npos;
    EXPECT_TRUE(found);
}

struct Pixels {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
    Rgb at(int x, int y) const {
        const auto i = 3 * static_cast<std::size_t>(y * width + x);
        return {rgb[i], rgb[i + 1], rgb[i + 2]};
    }
};

Pixels decoded(const std::string& png) {
    Pixels p;
    int channels = 0;
    stbi_uc* data =
        stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(png.data()),
                              static_cast<int>(png.size()), &p.width, &p.height, &channels, 3);
    if (data != nullptr) p.rgb.assign(data, data + 3 * p.width * p.height);
    stbi_image_free(data);
    return p;
}

TEST(FigurePng, HasSizeResolutionAndTexts) {
    const Figure figure = path_figure();
    const std::string png = figure_png(figure, {FigureSize{600, 400}, 144});
    EXPECT_EQ(png, figure_png(figure, {FigureSize{600, 400}, 144}));
    const Pixels pixels = decoded(png);
    ASSERT_EQ(pixels.width, 900);
    ASSERT_EQ(pixels.height, 600);
    EXPECT_EQ(pixels.at(2, 300), (Rgb{255, 255, 255}));
    EXPECT_NE(std::count_if(pixels.rgb.begin(), pixels.rgb.end(), [](auto v) { return v < 90; }),
              0);
    // 144 dpi are 5669 pixels a metre.
    const std::size_t density = png.find("pHYs");
    ASSERT_NE(density, std::string::npos);
    EXPECT_EQ(png.substr(density + 4, 4), std::string("\0\0\x16\x25", 4));
    EXPECT_NE(png.find(std::string("iTXtmodel\0\0\0\0\0a \"b\" & <c>", 25)), std::string::npos);
    EXPECT_THROW(figure_png(figure, {FigureSize{600, 400}, 9600}), UserError);
}

// One field of four cells: what the SVG fills with rectangles, the PNG has at their middles.
TEST(FigurePng, CellsAreWhereTheSvgHasThem) {
    const std::vector<Rgb> colors = {{200, 10, 20}, {20, 180, 30}, {10, 20, 220}, {240, 200, 0}};
    for (const bool downwards : {false, true}) {
        Plot plot;
        plot.x.min = plot.y.min = 0, plot.x.max = plot.y.max = 2;
        plot.y.downwards = downwards;
        plot.fields.push_back({2, 2, 0, 2, 0, 2, colors, false});
        Figure figure;
        figure.parts.emplace_back(plot);
        const FigureFileOptions options{FigureSize{400, 300}, 96};
        const XmlElement root = XmlReader(figure_svg(figure, options)).read();
        const Pixels pixels = decoded(figure_png(figure, options));
        int found = 0;
        for (const XmlElement* rect : root.all("rect")) {
            const std::string fill =
                rect->attributes.contains("fill") ? rect->attributes.at("fill") : "";
            for (std::size_t k = 0; k < colors.size(); ++k) {
                if (fill != hex_color(colors[k])) continue;
                const auto number = [&](const char* key) {
                    return std::stod(rect->attributes.at(key));
                };
                const double x = number("x") + number("width") / 2,
                             y = number("y") + number("height") / 2;
                EXPECT_EQ(pixels.at(static_cast<int>(x), static_cast<int>(y)), colors[k]);
                // The first row is at y = 0: below, or above where the axis counts downwards.
                EXPECT_EQ(y > 130, (k < 2) != downwards) << k;
                ++found;
            }
        }
        EXPECT_EQ(found, 4);
    }
}

TEST(PolygonCoverage, AgreesWithSampling) {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> place(-6, 22), angle(0, 1);
    constexpr int kSide = 16, kSamples = 24;
    for (int round = 0; round < 40; ++round) {
        // Star-shaped around a centre, so that it does not cross itself.
        const CanvasPoint center{place(random), place(random)};
        std::vector<double> angles;
        for (int k = 0; k < 7; ++k) angles.push_back(angle(random) * 6.283185307);
        std::sort(angles.begin(), angles.end());
        std::vector<CanvasPoint> corners;
        for (const double a : angles) {
            const double r = 2 + 9 * angle(random);
            corners.push_back({center.x + r * std::cos(a), center.y + r * std::sin(a)});
        }
        const std::vector<float> coverage = polygon_coverage(corners, 0, 0, kSide, kSide);
        const auto inside = [&](double x, double y) {
            bool in = false;
            for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++)
                if ((corners[i].y > y) != (corners[j].y > y) &&
                    x < (corners[j].x - corners[i].x) * (y - corners[i].y) /
                                (corners[j].y - corners[i].y) +
                            corners[i].x)
                    in = !in;
            return in;
        };
        for (int y = 0; y < kSide; ++y)
            for (int x = 0; x < kSide; ++x) {
                int hits = 0;
                for (int v = 0; v < kSamples; ++v)
                    for (int u = 0; u < kSamples; ++u)
                        hits += inside(x + (u + 0.5) / kSamples, y + (v + 0.5) / kSamples);
                EXPECT_NEAR(coverage[static_cast<std::size_t>(y * kSide + x)],
                            hits / static_cast<double>(kSamples * kSamples), 0.04)
                    << round << " " << x << " " << y;
            }
    }
}

TEST(PolygonCoverage, WholePixelsAreWhollyCovered) {
    const CanvasPoint corners[] = {{0, 1}, {3, 1}, {3, 2.5}, {0, 2.5}};
    EXPECT_EQ(polygon_coverage(corners, 0, 0, 4, 4),
              (std::vector<float>{0, 0, 0, 0, 1, 1, 1, 0, 0.5F, 0.5F, 0.5F, 0, 0, 0, 0, 0}));
}

TEST(TypeFace, WordsThatTheFontLacksAreCodePoints) {
    EXPECT_EQ(drawable_words("a\x02\xE4\xBD\xA0", TypeFace::regular), "a\uFFFDU+4F60");
    EXPECT_EQ(drawable_words("σ_min · ↵", TypeFace::mono), "σ_min · ↵");
    EXPECT_EQ(code_points_of("\xC3(\xF0\x9F\x98\x80"),
              (std::vector<std::uint32_t>{0xFFFD, '(', 0x1F600}));
    EXPECT_GT(text_width("wide words", TypeFace::bold, 12), text_width("wide", TypeFace::bold, 12));
    EXPECT_NEAR(text_width("ab", TypeFace::mono, 24), 2 * text_width("ab", TypeFace::mono, 12),
                1e-4);
}

TEST(Base64, IsThatOfTheStandard) {
    const auto of = [](const std::string& s) {
        return base64({reinterpret_cast<const std::uint8_t*>(s.data()), s.size()});
    };
    EXPECT_EQ(of(""), "");
    EXPECT_EQ(of("f"), "Zg==");
    EXPECT_EQ(of("fo"), "Zm8=");
    EXPECT_EQ(of("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace marginscope
