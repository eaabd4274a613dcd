// Matrices as pictures: the shader's colours are those of core, cell by cell.
#include "gfx/matrix_texture.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gl_fixture.h"

namespace marginscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

class MatrixTextureTest : public GlTest {};

TEST_F(MatrixTextureTest, EveryCellHasTheColourOfCore) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0.0F, 1.0F);
    constexpr int kRows = 13;
    constexpr int kCols = 7;  // odd, so that rows are not aligned to anything
    const std::vector<ColorScale> scales = {{-1.0, 2.0},
                                            {1e-3, 1.0, true},
                                            {0.0, 2.0, true},
                                            {-2.0, 1.0, false, true},
                                            {-2.0, 3.0, true, true},
                                            {1.0, 1.0}};
    MatrixTexture texture;
    std::uint64_t version = 0;
    for (const ColorScale& scale : scales) {
        for (int m = 0; m < kColorMapCount; ++m) {
            const auto map = static_cast<ColorMap>(m);
            std::vector<float> values(kRows * kCols);
            for (float& value : values) value = normal(random);
            const GlName name =
                texture.update(*shaders_, {values.data(), kRows, kCols}, ++version, {map, scale});
            const Image image = read_texture(name, texture.width(), texture.height());
            for (int r = 0; r < kRows; ++r) {
                for (int c = 0; c < kCols; ++c) {
                    const Rgb wanted =
                        color_of(map, scale, values[static_cast<std::size_t>(r * kCols + c)]);
                    EXPECT_LE(color_distance(pixel_rgb(image, c, r), wanted), 1)
                        << "row " << r << " column " << c;
                }
            }
        }
    }
}

TEST_F(MatrixTextureTest, NotANumberInfinitiesAndOutsideHaveTheirOwnColours) {
    const std::vector<float> values = {0.0F, kNan, -kNan, kInf, -kInf, kOutsideValue};
    const MatrixStyle style{ColorMap::viridis, {0.0, 1.0}, false, {1, 2, 3}};
    MatrixTexture texture;
    const GlName name = texture.update(*shaders_, {values.data(), 2, 3}, 1, style);
    const Image image = read_texture(name, 3, 2);
    EXPECT_EQ(pixel_rgb(image, 0, 0), sample(ColorMap::viridis, 0.0));
    EXPECT_EQ(pixel_rgb(image, 1, 0), kNanColor);
    EXPECT_EQ(pixel_rgb(image, 2, 0), kNanColor);
    EXPECT_EQ(pixel_rgb(image, 0, 1), kPosInfColor);
    EXPECT_EQ(pixel_rgb(image, 1, 1), kNegInfColor);
    EXPECT_EQ(pixel_rgb(image, 2, 1), (Rgb{1, 2, 3}));
    EXPECT_EQ(image.pixel(2, 1)[3], 255);
}

TEST_F(MatrixTextureTest, CausalHidesTheFutureAndStrideSkips) {
    std::vector<float> values(4 * 10, 0.5F);
    MatrixStyle style;
    style.causal = true;
    MatrixTexture texture;
    values[2 * 10 + 1] = 1.0F;
    const GlName name = texture.update(*shaders_, {values.data(), 4, 4, 10}, 1, style);
    const Image image = read_texture(name, 4, 4);
    for (int r = 0; r < 4; ++r) {
        for (int c = 0; c < 4; ++c) {
            const Rgb value = sample(ColorMap::viridis, r == 2 && c == 1 ? 1.0 : 0.5);
            EXPECT_LE(color_distance(pixel_rgb(image, c, r), c > r ? style.outside : value), 1)
                << r << " " << c;
        }
    }
}

TEST_F(MatrixTextureTest, DrawsOnlyWhenSomethingChanged) {
    std::vector<float> values = {0.0F, 1.0F, 2.0F, 3.0F};
    const MatrixView view{values.data(), 2, 2};
    MatrixStyle style;
    MatrixTexture texture;
    texture.update(*shaders_, view, 1, style);
    texture.update(*shaders_, view, 1, style);
    EXPECT_EQ(texture.draw_count(), 1);
    style.scale.max = 3.0;
    texture.update(*shaders_, view, 1, style);
    EXPECT_EQ(texture.draw_count(), 2);
    texture.update(*shaders_, view, 2, style);
    EXPECT_EQ(texture.draw_count(), 3);
    texture.update(*shaders_, {values.data(), 1, 4}, 2, style);
    EXPECT_EQ(texture.draw_count(), 4);
    EXPECT_EQ(texture.width(), 4);
    EXPECT_EQ(texture.height(), 1);
    EXPECT_EQ(texture.update(*shaders_, {nullptr, 0, 0}, 3, style), 0U);
    EXPECT_NE(texture.update(*shaders_, view, 2, style), 0U);
    EXPECT_EQ(texture.draw_count(), 5);
}

TEST_F(MatrixTextureTest, TooLargeIsASentence) {
    const std::vector<float> values(1, 0.0F);
    MatrixTexture texture;
    EXPECT_THROW(texture.update(*shaders_, {values.data(), 1, 10'000'000}, 1, {}), UserError);
}

TEST_F(MatrixTextureTest, LargeMatrixIsDrawnInFull) {
    constexpr int kSize = 2048;
    std::vector<float> values(static_cast<std::size_t>(kSize) * kSize, 0.0F);
    values.back() = 1.0F;
    MatrixTexture texture;
    const GlName name = texture.update(*shaders_, {values.data(), kSize, kSize}, 1, {});
    const Image image = read_texture(name, kSize, kSize);
    EXPECT_EQ(pixel_rgb(image, kSize - 1, kSize - 1), sample(ColorMap::viridis, 1.0));
    EXPECT_EQ(pixel_rgb(image, kSize - 2, kSize - 1), sample(ColorMap::viridis, 0.0));
}

TEST_F(MatrixTextureTest, AtlasPutsEveryHeadInItsPlaceWithTransparentGaps) {
    constexpr int kLayers = 2;
    constexpr int kHeads = 3;
    constexpr int kSize = 5;
    constexpr int kGap = 2;
    std::vector<float> values(kLayers * kHeads * kSize * kSize);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    const ColorScale scale = ColorScale::fit(values);
    const MatrixStyle style{ColorMap::viridis, scale};
    AtlasTexture atlas;
    const GlName name = atlas.update(*shaders_, values, kLayers, kHeads, kSize, 1, style, kGap);
    ASSERT_EQ(atlas.width(), kHeads * kSize + (kHeads - 1) * kGap);
    ASSERT_EQ(atlas.height(), kLayers * kSize + (kLayers - 1) * kGap);
    EXPECT_EQ(atlas.draw_count(), 1);
    const Image image = read_texture(name, atlas.width(), atlas.height());
    for (int l = 0; l < kLayers; ++l) {
        for (int h = 0; h < kHeads; ++h) {
            const AtlasRect rect = atlas.rect(l, h);
            const int x0 =
                static_cast<int>(std::lround(rect.u0 * static_cast<float>(atlas.width())));
            const int y0 =
                static_cast<int>(std::lround(rect.v0 * static_cast<float>(atlas.height())));
            EXPECT_EQ(x0, h * (kSize + kGap));
            EXPECT_NEAR((rect.u1 - rect.u0) * static_cast<float>(atlas.width()), kSize, 1e-4);
            for (int i = 0; i < kSize; ++i) {
                for (int s = 0; s < kSize; ++s) {
                    const double value = ((l * kHeads + h) * kSize + i) * kSize + s;
                    EXPECT_LE(color_distance(pixel_rgb(image, x0 + s, y0 + i),
                                             color_of(style.map, scale, value)),
                              1);
                }
            }
        }
    }
    EXPECT_EQ(image.pixel(kSize, 0)[3], 0);
    EXPECT_EQ(image.pixel(0, kSize)[3], 0);
    EXPECT_EQ(image.pixel(0, 0)[3], 255);
}

TEST_F(MatrixTextureTest, AtlasRefusesTooFewValues) {
    const std::vector<float> values(10);
    AtlasTexture atlas;
    EXPECT_THROW(atlas.update(*shaders_, values, 2, 2, 2, 1, {}), UserError);
    EXPECT_EQ(atlas.update(*shaders_, {}, 0, 0, 0, 1, {}), 0U);
}

}  // namespace
}  // namespace marginscope
