// The window drawn offscreen: GL is content, workspaces are not empty, and colours mean what they
// say. With MARGINSCOPE_PICTURES=DIR the pictures are also written there.
#include <gtest/gtest.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "support/synthetic_frames.h"
#include "ui/decode/cell_layout.h"
#include "ui/decode/decode_view.h"
#include "ui/offscreen_window.h"
#include "ui/path/path_view.h"
#include "ui/train/train_view.h"
#include "ui/workspaces.h"

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
    window.state().history.take(synthetic::training_events(812));
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

// Unfolded as a session brings them, in the room that the sampling panel has.
TEST(Pictures, ChoosersHaveAPlaceBesideTemperature) {
    Frames frames = synthetic::usual();
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    decode->sampling.min_margin = -1.25;
    decode->sampling.chooser = {.margin_weight = 0.625,
                                .noise_draws = 16,
                                .noise_sigma = 0.25,
                                .noise_relative = true,
                                .abstain_entropy = 2.0,
                                .best_of = 4};
    frames.decode = decode;
    for (const Look& look :
         {Look{"choosers-dark-1280", {1280, 800, 1.0F, ThemeKind::dark, "decode"}},
          Look{"choosers-light-1920", {1920, 1080, 1.0F, ThemeKind::light, "decode"}}})
        for (const bool large : {false, true}) {
            OffscreenWindow window(look.options);
            if (large) window.state().maximized = "decode.sampling";
            CommandList out;
            for (int i = 0; i < 6; ++i) window.draw(frames, out);
            keep(window.pixels(), std::string(look.name) + (large ? "-large" : ""));
            EXPECT_EQ(window.gl_error_count(), 0);
        }
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, EveryLook,
    testing::Values(
        Look{"decode-dark-1280", {1280, 800, 1.0F, ThemeKind::dark, "decode"}},
        Look{"decode-light-1280", {1280, 800, 1.0F, ThemeKind::light, "decode"}},
        Look{"decode-dark-1920", {1920, 1080, 1.0F, ThemeKind::dark, "decode"}},
        Look{"decode-light-1920", {1920, 1080, 1.0F, ThemeKind::light, "decode"}},
        Look{"decode-dark-2560-200", {2560, 1600, 2.0F, ThemeKind::dark, "decode"}},
        Look{"decode-dark-1280-200", {1280, 800, 2.0F, ThemeKind::dark, "decode"}},
        Look{"decode-light-1920-200", {1920, 1080, 2.0F, ThemeKind::light, "decode"}},
        Look{"decode-dark-1280-300", {1280, 800, 3.0F, ThemeKind::dark, "decode"}},
        Look{"decode-light-1920-300", {1920, 1080, 3.0F, ThemeKind::light, "decode"}},
        Look{"train-dark-1280", {1280, 800, 1.0F, ThemeKind::dark, "train"}},
        Look{"path-light-1280", {1280, 800, 1.0F, ThemeKind::light, "path"}},
        Look{"playground-dark-1280", {1280, 800, 1.0F, ThemeKind::dark, "playground"}},
        Look{"playground-light-1920", {1920, 1080, 1.0F, ThemeKind::light, "playground"}},
        Look{"playground-dark-1920-300", {1920, 1080, 3.0F, ThemeKind::dark, "playground"}},
        Look{"robustness-dark-1280", {1280, 800, 1.0F, ThemeKind::dark, "robustness"}},
        Look{"robustness-light-1920", {1920, 1080, 1.0F, ThemeKind::light, "robustness"}}),
    [](const testing::TestParamInfo<Look>& look) {
        std::string name = look.param.name;
        for (char& c : name) c = c == '-' ? '_' : c;
        return name;
    });

Rgb at(const Image& image, float x, float y) {
    const std::uint8_t* p = image.pixel(static_cast<int>(x), static_cast<int>(y));
    return {p[0], p[1], p[2]};
}

int distance(Rgb a, Rgb b) {
    return std::abs(a.r - b.r) + std::abs(a.g - b.g) + std::abs(a.b - b.b);
}

class Colors : public testing::Test {
protected:
    Image draw(const Frames& now) {
        CommandList out;
        for (int i = 0; i < 5; ++i) window.draw(now, out);
        return window.pixels();
    }
    OffscreenWindow window{OffscreenOptions{1280, 800, 1.0F, ThemeKind::dark, "decode"}};
    Frames frames = synthetic::usual();
};

TEST_F(Colors, ANanWeightIsVioletAndTheFutureIsNot) {
    auto attention = std::make_shared<AttentionFrame>(*frames.attention);
    const int query = 40, key = 10;
    attention->weights[static_cast<std::size_t>(query * attention->size + key)] = kNoValue;
    frames.attention = attention;
    const Image image = draw(frames);
    const AttentionView& view = window.state().view<DecodeView>().attention;
    const float cell = view.matrix_size.x / static_cast<float>(attention->size);
    const auto pixel = [&](int q, int k) {
        return at(image, view.matrix_at.x + (static_cast<float>(k) + 0.5F) * cell,
                  view.matrix_at.y + (static_cast<float>(q) + 0.5F) * cell);
    };
    EXPECT_LT(distance(pixel(query, key), kNanColor), 6);
    EXPECT_GT(distance(pixel(query - 2, key), kNanColor), 60);
    EXPECT_LT(distance(pixel(key, query), outside_color(true)), 6);
}

TEST_F(Colors, TheBoundaryIsAccentWhereDetChangesItsSign) {
    const Image image = draw(frames);
    const BoundaryView& view = window.state().view<DecodeView>().boundary;
    const BoundaryFrame& f = *frames.boundary;
    const auto x_of = [&](float x) {
        return view.plot_at.x + (x - f.x_min) / (f.x_max - f.x_min) * view.plot_size.x;
    };
    const auto y_of = [&](float y) {
        return view.plot_at.y + (f.y_max - y) / (f.y_max - f.y_min) * view.plot_size.y;
    };
    // The made-up field vanishes on x = 0.62 + 0.22 y² + 0.12 sin 3.2 y.
    for (const float y : {-1.2F, -0.6F, 0.45F}) {
        const float x = 0.62F + 0.22F * y * y + 0.12F * std::sin(3.2F * y);
        EXPECT_LT(distance(at(image, x_of(x), y_of(y)), accent_color(true)), 40) << "y = " << y;
    }
    EXPECT_GT(distance(at(image, x_of(-0.1F), y_of(-1.2F)), accent_color(true)), 100);
}

TEST_F(Colors, AnIslandOfOneNodeColorsOnlyItself) {
    auto boundary = std::make_shared<BoundaryFrame>(*frames.boundary);
    std::fill(boundary->logdet.begin(), boundary->logdet.end(), -1.0F);
    std::fill(boundary->sign.begin(), boundary->sign.end(), std::int8_t{-1});
    const int row = 20, column = 30;
    const auto node = static_cast<std::size_t>(row * boundary->columns + column);
    boundary->logdet[node] = -14.0F;
    boundary->sign[node] = 1;
    boundary->past.clear();
    boundary->version = 3;
    frames.boundary = boundary;
    const Image image = draw(frames);
    const BoundaryView& view = window.state().view<DecodeView>().boundary;
    const float step = view.plot_size.x / static_cast<float>(boundary->columns - 1);
    const ImVec2 island(view.plot_at.x + static_cast<float>(column) * step,
                        view.plot_at.y + view.plot_size.y - static_cast<float>(row) * step);
    const Rgb far = at(image, view.plot_at.x + 6, view.plot_at.y + 6);
    for (const float away : {2.5F, 3.5F, 5.0F, 7.0F}) {
        for (const ImVec2 to : {ImVec2(1, 0), ImVec2(-1, 0), ImVec2(0, 1), ImVec2(0, -1),
                                ImVec2(0.7F, 0.7F), ImVec2(-0.7F, 0.7F)}) {
            const Rgb here =
                at(image, island.x + to.x * away * step, island.y + to.y * away * step);
            EXPECT_LT(distance(here, far), 30) << away << " nodes away";
        }
    }
}

TEST_F(Colors, SupportTokensWearARingInTheText) {
    const Image image = draw(frames);
    const TextStripView& view = window.state().view<DecodeView>().text;
    const Theme& theme = window.state().theme;
    const ImVec4 ring = to_vec4(theme.ring);
    const Rgb wanted{static_cast<std::uint8_t>(ring.x * 255),
                     static_cast<std::uint8_t>(ring.y * 255),
                     static_cast<std::uint8_t>(ring.z * 255)};
    int rings = 0, seen = 0;
    for (const int index : frames.margins->support) {
        const ImVec2 place = cell_place(view, index);
        const float y = place.y + theme.px(11);
        if (y < view.first_cell.y || y > 268) continue;  // scrolled away
        ++seen;
        int best = 765;
        for (float x = place.x - 1; x < place.x + 4; x += 1)
            best = std::min(best, distance(at(image, x, y), wanted));
        rings += best < 60 ? 1 : 0;
    }
    EXPECT_GT(seen, 2);
    EXPECT_EQ(rings, seen);
}

TEST_F(Colors, ASelectedSupportTokenShowsBothFrames) {
    draw(frames);
    const TextStripView& view = window.state().view<DecodeView>().text;
    const Theme& theme = window.state().theme;
    const auto color_of = [](ImU32 color) {
        const ImVec4 c = to_vec4(color);
        return Rgb{static_cast<std::uint8_t>(c.x * 255), static_cast<std::uint8_t>(c.y * 255),
                   static_cast<std::uint8_t>(c.z * 255)};
    };
    const int index =
        *std::max_element(frames.margins->support.begin(), frames.margins->support.end());
    window.state().selection.index = index;
    const Image image = draw(frames);
    const ImVec2 place = cell_place(view, index);
    int select = 765, ring = 765;
    for (float x = place.x - 1; x < place.x + 6; x += 1) {
        select = std::min(select,
                          distance(at(image, x, place.y + theme.px(11)), color_of(theme.select)));
        ring = std::min(ring, distance(at(image, x, place.y + theme.px(11)), color_of(theme.ring)));
    }
    EXPECT_LT(select, 60);
    EXPECT_LT(ring, 90);
}

TEST_F(Colors, ADraggedTokenMovesInThePicture) {
    const Image before = draw(frames);
    auto boundary = std::make_shared<BoundaryFrame>(*frames.boundary);
    boundary->version = 2;
    boundary->token_at = {-0.4F, -0.9F};
    frames.boundary = boundary;
    const Image after = draw(frames);
    const ImVec2 token = window.state().view<DecodeView>().boundary.token_pixel;
    int changed = 0;
    for (int dy = -8; dy <= 8; ++dy) {
        for (int dx = -8; dx <= 8; ++dx) {
            const float x = token.x + static_cast<float>(dx), y = token.y + static_cast<float>(dy);
            changed += distance(at(before, x, y), at(after, x, y)) > 30 ? 1 : 0;
        }
    }
    EXPECT_GT(changed, 100);
}

TEST_F(Colors, OfHeadsHaveZeroInTheMiddleAndNoneForWhatIsNotMeasured) {
    auto margins = std::make_shared<MarginFrame>(*frames.margins);
    const AttentionFrame& a = *frames.attention;
    const auto cell = [&](int row, int column) -> float& {
        return margins->head_logdet[static_cast<std::size_t>(row * a.size + column)];
    };
    margins->version = 5;
    cell(2, 20) = 0, cell(2, 25) = kNoValue, cell(2, 30) = -40;
    frames.margins = margins;
    window.state().maximized = "decode.heads";
    const Image image = draw(frames);
    const HeadsMapView& view = window.state().view<DecodeView>().heads;
    const auto pixel = [&](int row, int column) {
        const auto rows = static_cast<float>(a.layers * a.heads);
        return at(image,
                  view.map_at.x + (static_cast<float>(column) + 0.5F) * view.map_size.x /
                                      static_cast<float>(a.size),
                  view.map_at.y + (static_cast<float>(row) + 0.5F) * view.map_size.y / rows);
    };
    EXPECT_LT(distance(pixel(2, 20), sample(ColorMap::diverging_dark, 0.5)), 8);
    EXPECT_LT(distance(pixel(2, 25), outside_color(true)), 8);
    EXPECT_LT(distance(pixel(2, 30), sample(ColorMap::diverging_dark, 0)), 8);
    keep(image, "heads-dark-1280");
}

class OnePanel : public testing::TestWithParam<Look> {};

TEST_P(OnePanel, OfTheExplanationIsDrawnInColours) {
    OffscreenWindow window(GetParam().options);
    for (const char* panel : {"decode.why", "decode.heads", "decode.support"}) {
        window.state().maximized = panel;
        CommandList out;
        for (int i = 0; i < 5; ++i) window.draw(synthetic::usual(), out);
        keep(window.pixels(), std::string(panel) + "-" + GetParam().name);
        EXPECT_EQ(window.gl_error_count(), 0) << panel;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, OnePanel,
    testing::Values(Look{"dark", {420, 900, 1.0F, ThemeKind::dark, "decode"}},
                    Look{"light", {420, 900, 1.0F, ThemeKind::light, "decode"}}),
    [](const testing::TestParamInfo<Look>& look) { return std::string(look.param.name); });

}  // namespace
}  // namespace marginscope
