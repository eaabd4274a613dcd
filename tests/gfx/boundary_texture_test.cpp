// The boundary picture against a circle: the fill on both sides, and the line where it must be.
#include "gfx/boundary_texture.h"

#include <cmath>
#include <limits>

#include "gl_fixture.h"
#include "support/boundary_fields.h"

namespace marginscope {
namespace {

constexpr int kNodes = 49;
constexpr double kRadius = 0.55;
constexpr int kSize = 480;

class BoundaryTextureTest : public GlTest {
protected:
    Image draw(const SampledField& field, const BoundaryStyle& style, int width = kSize,
               int height = kSize) {
        const GlName name =
            texture_.update(*shaders_, field.view(), ++version_, width, height, style);
        return read_texture(name, texture_.width(), texture_.height());
    }
    BoundaryTexture texture_;
    std::uint64_t version_ = 0;
};

TEST_F(BoundaryTextureTest, FillIsTheColourOfItsSideAndValue) {
    const SampledField field = circle_field(kNodes, kNodes, kRadius, 3.0, 100.0);
    for (const bool dark : {true, false}) {
        BoundaryStyle style = BoundaryStyle::themed(dark);
        style.logdet_min = 96.0F;
        style.logdet_max = 104.0F;
        const Image image = draw(field, style);
        EXPECT_EQ(texture_.used_min(), 96.0F);
        int beyond = 0;
        for (int y = 5; y < kSize; y += 13) {
            for (int x = 5; x < kSize; x += 13) {
                const double px = -1.0 + 2.0 * (x + 0.5) / kSize;
                const double py = -1.0 + 2.0 * (y + 0.5) / kSize;
                const double r = std::hypot(px, py);
                if (std::abs(r - kRadius) < 0.05) continue;
                const double logdet =
                    std::log(std::abs(r * r - kRadius * kRadius)) + 3.0 * px + 100.0;
                const int sign = r > kRadius ? 1 : -1;
                beyond += sign < 0 ? 1 : 0;
                const Rgb wanted =
                    boundary_fill(style, 96.0F, 104.0F, static_cast<float>(logdet), sign);
                EXPECT_LE(color_distance(pixel_rgb(image, x, y), wanted), 3) << x << "," << y;
            }
        }
        EXPECT_GT(beyond, 200);
    }
}

TEST_F(BoundaryTextureTest, SidesAreEasilyToldApart) {
    for (const bool dark : {true, false}) {
        const BoundaryStyle style = BoundaryStyle::themed(dark);
        for (const float t : {0.0F, 0.5F, 1.0F}) {
            const Rgb safe = boundary_fill(style, 0, 1, t, 1);
            const Rgb beyond = boundary_fill(style, 0, 1, t, -1);
            EXPECT_GT(safe.b, safe.r);
            EXPECT_GT(beyond.r, beyond.b);
        }
        EXPECT_GT(
            color_distance(boundary_fill(style, 0, 1, 1, 1), boundary_fill(style, 0, 1, 1, -1)),
            60);
    }
}

// The line's middle along rays from the centre, weighted by how much a pixel is the accent colour.
TEST_F(BoundaryTextureTest, LineLiesOnTheCircle) {
    for (const double slope : {0.0, 30.0}) {
        const SampledField field = circle_field(kNodes, kNodes, kRadius, slope, -20.0);
        BoundaryStyle style = BoundaryStyle::themed(true);
        style.halo_px = 0.0F;
        const Image image = draw(field, style);
        for (int k = 0; k < 48; ++k) {
            const double angle = 2.0 * M_PI * k / 48;
            double weight = 0.0;
            double moment = 0.0;
            for (double r = 0.35; r < 0.75; r += 0.0005) {
                const int x = static_cast<int>((1.0 + r * std::cos(angle)) / 2.0 * kSize);
                const int y = static_cast<int>((1.0 + r * std::sin(angle)) / 2.0 * kSize);
                const double w =
                    std::max(0, 60 - color_distance(pixel_rgb(image, x, y), style.line));
                weight += w;
                moment += w * r;
            }
            ASSERT_GT(weight, 0.0);
            EXPECT_NEAR(moment / weight * kSize / 2.0, kRadius * kSize / 2.0, 0.75)
                << "pixels, at " << angle;
        }
    }
}

TEST_F(BoundaryTextureTest, LineIsAsThickAsAskedWhereverItRuns) {
    // The amount of accent colour is length times thickness.
    const SampledField field = circle_field(kNodes, kNodes, kRadius, 12.0, 0.0);
    BoundaryStyle style = BoundaryStyle::themed(true);
    style.halo_px = 0.0F;
    style.safe_low = style.safe_high = style.beyond_low = style.beyond_high = {0, 0, 0};
    style.line = {255, 255, 255};
    for (const float line_px : {2.0F, 3.0F, 5.0F}) {
        style.line_px = line_px;
        const Image image = draw(field, style);
        double area = 0.0;
        for (int y = 0; y < kSize; ++y) {
            for (int x = 0; x < kSize; ++x) area += pixel_rgb(image, x, y).r / 255.0;
        }
        const double length = 2.0 * M_PI * kRadius * kSize / 2.0;
        EXPECT_NEAR(area / length, line_px, 0.06 * line_px);
    }
}

TEST_F(BoundaryTextureTest, SmallPicturesOfFineFieldsKeepTheLine) {
    const SampledField field = circle_field(129, 129, kRadius, 0.0, 0.0);
    const BoundaryStyle style = BoundaryStyle::themed(true);
    const Image image = draw(field, style, 64, 64);
    const int x = static_cast<int>(64 * (1.0 + kRadius) / 2.0);
    EXPECT_LE(color_distance(pixel_rgb(image, x, 32), style.line), 30);
}

TEST_F(BoundaryTextureTest, NotANumberIsItsOwnColourAndInfinitiesDoNoHarm) {
    SampledField field = circle_field(11, 11, kRadius, 0.0, 0.0);
    field.set(0, 0, std::numeric_limits<double>::quiet_NaN(), 1);
    field.set(10, 10, std::numeric_limits<double>::infinity(), 1);
    field.set(0, 10, -std::numeric_limits<double>::infinity(), 0);
    const BoundaryStyle style = BoundaryStyle::themed(true);
    const Image image = draw(field, style, 110, 110);
    EXPECT_EQ(pixel_rgb(image, 1, 1), kNanColor);
    EXPECT_NE(pixel_rgb(image, 9, 9), kNanColor);
    EXPECT_LE(color_distance(pixel_rgb(image, 108, 108), style.safe_high), 1);
    // det falls to zero towards the singular corner, on the safe side.
    const Rgb corner = pixel_rgb(image, 109, 0);
    const Rgb inner = pixel_rgb(image, 100, 10);
    EXPECT_GT(corner.b, corner.r);
    EXPECT_LT(color_distance(corner, style.safe_low), color_distance(inner, style.safe_low));
}

TEST_F(BoundaryTextureTest, DrawsOnlyWhenSomethingChangedAndNothingForAnEmptyField) {
    const SampledField field = circle_field(9, 9, kRadius, 0.0, 0.0);
    BoundaryStyle style = BoundaryStyle::themed(true);
    texture_.update(*shaders_, field.view(), 1, 50, 40, style);
    texture_.update(*shaders_, field.view(), 1, 50, 40, style);
    EXPECT_EQ(texture_.draw_count(), 1);
    texture_.update(*shaders_, field.view(), 1, 51, 40, style);
    style.iso_step = 1.0F;
    texture_.update(*shaders_, field.view(), 1, 51, 40, style);
    texture_.update(*shaders_, field.view(), 2, 51, 40, style);
    EXPECT_EQ(texture_.draw_count(), 4);
    EXPECT_LT(texture_.used_min(), texture_.used_max());
    EXPECT_EQ(texture_.update(*shaders_, {}, 3, 51, 40, style), 0U);
}

}  // namespace
}  // namespace marginscope
