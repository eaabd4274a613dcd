// The plane's shader against core: the number at random pixels, the line at bisected roots,
// colours.
#include "gfx/plane_texture.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "core/playground/position_map.h"
#include "gl_fixture.h"

namespace marginscope {
namespace {

constexpr int kSize = 240;

PlaygroundDocument random_document(unsigned seed) {
    std::mt19937 rng(seed);
    std::uniform_real_distribution<double> place(-2.5, 2.5);
    std::uniform_real_distribution<double> entry(-1.5, 1.5);
    PlaygroundDocument document;
    const int tokens = 3 + static_cast<int>(seed % 10);
    for (int k = 0; k < tokens; ++k) {
        const double x = place(rng);
        document.tokens.push_back({x, place(rng)});
    }
    for (double& a : document.a) a = entry(rng);
    document.scale = 0.3 + std::abs(entry(rng));
    document.strict = seed % 4 != 3;
    document.asked = tokens - 1;
    return document;
}

PlanarPoint at_pixel(const PlaneWindow& window, int x, int y) {
    return {window.x_min + (window.x_max - window.x_min) * (x + 0.5) / kSize,
            window.y_min + (window.y_max - window.y_min) * (y + 0.5) / kSize};
}

class PlaneTextureTest : public GlTest {
protected:
    Image draw(const PlaygroundDocument& document, const BoundaryStyle& style,
               const PlaneWindow& window = {}) {
        const GlName name =
            texture_.update(*shaders_, document, document.asked, window, kSize, kSize, style);
        return read_texture(name, kSize, kSize);
    }
    /// det J itself, as the shader has it.
    std::vector<float> values(const PlaygroundDocument& document, const PlaneWindow& window = {}) {
        const Program& program =
            shaders_->program("fullscreen.vert", "playground.frag", {"SHOW_VALUE"});
        RenderTarget target;
        VertexArray vertex_array;
        target.resize(kSize, kSize);
        set_plane_uniforms(program, document, document.asked, window, kSize, kSize);
        draw_fullscreen(target, program, vertex_array);
        const Image image = read_texture(target.texture.name(), kSize, kSize);
        std::vector<float> all(kSize * kSize);
        std::memcpy(all.data(), image.rgba.data(), all.size() * sizeof(float));
        return all;
    }
    PlaneTexture texture_;
};

TEST_F(PlaneTextureTest, ValueIsCoresAtFiveHundredPixelsOfFiftyConfigurations) {
    double worst = 0;
    for (unsigned seed = 0; seed < 50; ++seed) {
        const PlaygroundDocument document = random_document(seed);
        const PositionMap map(document, document.asked);
        const std::vector<float> shown = values(document);
        std::mt19937 rng(seed + 1000);
        std::uniform_int_distribution<int> pixel(0, kSize - 1);
        for (int k = 0; k < 500; ++k) {
            const int x = pixel(rng);
            const int y = pixel(rng);
            const double det = map.det(at_pixel({}, x, y));
            const double off = std::abs(shown[static_cast<std::size_t>(y * kSize + x)] - det) /
                               std::max(1.0, std::abs(det));
            worst = std::max(worst, off);
            ASSERT_LE(off, 1e-4) << "seed " << seed << " at " << x << ", " << y;
        }
    }
    RecordProperty("worst", std::to_string(worst));
}

// Along rows, wherever core's det J changes its sign between two pixels: the accent colour is
// there.
TEST_F(PlaneTextureTest, LineLiesWithinAPixelOfBisectedRoots) {
    int roots = 0;
    for (unsigned seed = 0; seed < 30; ++seed) {
        const PlaygroundDocument document = random_document(seed);
        const PositionMap map(document, document.asked);
        BoundaryStyle style = BoundaryStyle::themed(true);
        style.line_px = 1.5F;
        style.halo_px = 0;
        const Image image = draw(document, style);
        for (int y = 2; y < kSize - 2; y += 7) {
            for (int x = 2; x + 3 < kSize; ++x) {
                PlanarPoint a = at_pixel({}, x, y);
                PlanarPoint b = at_pixel({}, x + 1, y);
                if ((map.det(a) > 0) == (map.det(b) > 0)) continue;
                const bool left = map.det(a) > 0;
                for (int k = 0; k < 40; ++k) {
                    const PlanarPoint middle{0.5 * (a.x + b.x), a.y};
                    ((map.det(middle) > 0) == left ? a : b) = middle;
                }
                const double root = (a.x + kPlaneHalf) / (2 * kPlaneHalf) * kSize - 0.5;
                int nearest = 255;
                for (int at = static_cast<int>(std::floor(root)); at <= std::ceil(root); ++at)
                    nearest =
                        std::min(nearest, color_distance(pixel_rgb(image, at, y), style.line));
                EXPECT_LE(nearest, 60) << "seed " << seed << " at " << root << ", " << y;
                ++roots;
            }
        }
    }
    EXPECT_GT(roots, 400);
}

// And nowhere else: a pixel in the line's colour has a root within a pixel's reach.
TEST_F(PlaneTextureTest, WhereTheLineIsDrawnDetJChangesItsSign) {
    int drawn = 0;
    int without = 0;
    for (unsigned seed = 0; seed < 30; ++seed) {
        const PlaygroundDocument document = random_document(seed);
        const PositionMap map(document, document.asked);
        BoundaryStyle style = BoundaryStyle::themed(true);
        style.line_px = 1;
        style.halo_px = 0;
        const Image image = draw(document, style);
        for (int y = 3; y < kSize - 3; y += 3)
            for (int x = 3; x < kSize - 3; ++x) {
                if (color_distance(pixel_rgb(image, x, y), style.line) > 25) continue;
                ++drawn;
                bool above = false;
                bool below = false;
                for (int k = 0; k < 16; ++k) {
                    const double angle = 2 * M_PI * k / 16;
                    const PlanarPoint at = at_pixel({}, x, y);
                    const double pixel = 2 * kPlaneHalf / kSize;
                    const double det = map.det({at.x + 1.5 * pixel * std::cos(angle),
                                                at.y + 1.5 * pixel * std::sin(angle)});
                    above = above || det > 0;
                    below = below || det <= 0;
                }
                without += above && below ? 0 : 1;
            }
    }
    EXPECT_GT(drawn, 300);
    EXPECT_LE(without, drawn / 100);
}

TEST_F(PlaneTextureTest, FillIsTheColourOfItsSideAndValue) {
    for (const bool dark : {true, false}) {
        const PlaygroundDocument document = random_document(6);
        const PositionMap map(document, document.asked);
        const BoundaryStyle style = BoundaryStyle::themed(dark);
        const Image image = draw(document, style);
        int compared = 0;
        for (int y = 4; y < kSize; y += 9)
            for (int x = 4; x < kSize; x += 9) {
                const PlanarPoint at = at_pixel({}, x, y);
                const double det = map.det(at);
                const PlanarMatrix j = map.jacobian(at);
                const bool hatched = det > 0 && 2 - j[0] - j[3] > 2;
                // Away from the line, whose rim reaches a few pixels.
                bool near = false;
                for (int k = -4; k <= 4; k += 2)
                    for (int l = -4; l <= 4; l += 2)
                        near = near || (map.det(at_pixel({}, x + k, y + l)) > 0) != (det > 0);
                if (near || hatched || std::abs(det) < 0.02) continue;
                const Rgb wanted =
                    boundary_fill(style, PlaneTexture::kFillMin, PlaneTexture::kFillMax,
                                  static_cast<float>(std::log(std::abs(det))), det > 0 ? 1 : -1);
                EXPECT_LE(color_distance(pixel_rgb(image, x, y), wanted), 4) << x << "," << y;
                ++compared;
            }
        EXPECT_GT(compared, 150);
    }
}

// Four tokens in the corners and a token in the middle: with a large A both eigenvalues are
// above 1.
TEST_F(PlaneTextureTest, TwoCrossingsAreHatched) {
    PlaygroundDocument document;
    document.tokens = {{1.5, 1.5}, {-1.5, 1.5}, {1.5, -1.5}, {-1.5, -1.5}, {0, 0}};
    document.asked = 4;
    const PositionMap map(document, 4);
    ASSERT_GT(map.det({0, 0}), 0);
    const BoundaryStyle style = BoundaryStyle::themed(true);
    const Image image = draw(document, style);
    int hatched = 0;
    int plain = 0;
    for (int k = -12; k < 12; ++k) {
        const Rgb at = pixel_rgb(image, kSize / 2 + k, kSize / 2);
        (color_distance(at, style.beyond_high) <= 3 ? hatched : plain) += 1;
    }
    EXPECT_GE(hatched, 8);
    EXPECT_GE(plain, 8);
}

TEST_F(PlaneTextureTest, WithoutAPastAllIsSafeAndNothingIsDrawnTwice) {
    PlaygroundDocument document = random_document(1);
    document.asked = 0;
    const BoundaryStyle style = BoundaryStyle::themed(false);
    const Image image = draw(document, style);
    const Rgb wanted =
        boundary_fill(style, PlaneTexture::kFillMin, PlaneTexture::kFillMax, 0.0F, 1);
    EXPECT_LE(color_distance(pixel_rgb(image, 20, 20), wanted), 3);
    const int drawn = texture_.draw_count();
    draw(document, style);
    EXPECT_EQ(texture_.draw_count(), drawn);
    document.tokens[0].x += 1;  // not of its past
    draw(document, style);
    EXPECT_EQ(texture_.draw_count(), drawn);
    document.scale += 0.1;
    draw(document, style);
    EXPECT_EQ(texture_.draw_count(), drawn + 1);
}

}  // namespace
}  // namespace marginscope
