// The window drawn offscreen: GL is content, workspaces are not empty, and colours mean what they
// say. With MARGINSCOPE_PICTURES=DIR the pictures are also written there.
#include <gtest/gtest.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#include <cstdlib>
#include <set>

#include "support/synthetic_frames.h"
#include "ui/offscreen_window.h"

namespace marginscope {
namespace {

void keep(const Image& image, const std::string& name) {
    const char* folder = std::getenv("MARGINSCOPE_PICTURES");
    if (folder == nullptr) return;
    stbi_write_png((std::string(folder) + "/" + name + ".png").c_str(), image.width, image.height,
                   4, image.rgba.data(), image.width * 4);
}

struct Look {
    const char* name;
    OffscreenOptions options;
};

class EveryLook : public testing::TestWithParam<Look> {};

TEST_P(EveryLook, IsDrawnWithoutAGlErrorAndIsNotEmpty) {
    const Look& look = GetParam();
    OffscreenWindow window(look.options);
    window.state().train_series.take(synthetic::training_events(812));
    const Frames frames = synthetic::usual();
    CommandList out;
    for (int i = 0; i < 6; ++i) window.draw(frames, out);
    const Image image = window.pixels();
    keep(image, look.name);
    EXPECT_EQ(window.gl_error_count(), 0);
    std::set<std::uint32_t> colors;
    for (int y = 0; y < image.height; y += 3) {
        for (int x = 0; x < image.width; x += 3) {
            const std::uint8_t* p = image.pixel(x, y);
            colors.insert(static_cast<std::uint32_t>(p[0] << 16 | p[1] << 8 | p[2]));
        }
    }
    EXPECT_GT(colors.size(), 100U);
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, EveryLook,
    testing::Values(
        Look{"decode-dark-1280", {1280, 800, 1.0F, ThemeKind::dark, Workspace::decode}},
        Look{"decode-light-1280", {1280, 800, 1.0F, ThemeKind::light, Workspace::decode}},
        Look{"decode-dark-1920", {1920, 1080, 1.0F, ThemeKind::dark, Workspace::decode}},
        Look{"decode-light-1920", {1920, 1080, 1.0F, ThemeKind::light, Workspace::decode}},
        Look{"decode-dark-2560-200", {2560, 1600, 2.0F, ThemeKind::dark, Workspace::decode}},
        Look{"train-dark-1280", {1280, 800, 1.0F, ThemeKind::dark, Workspace::train}},
        Look{"path-light-1280", {1280, 800, 1.0F, ThemeKind::light, Workspace::path}}),
    [](const testing::TestParamInfo<Look>& look) {
        std::string name = look.param.name;
        for (char& c : name) c = c == '-' ? '_' : c;
        return name;
    });

}  // namespace
}  // namespace marginscope
