// Tours and presenting drawn offscreen. With MARGINSCOPE_PICTURES=DIR the pictures are also written
// there.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "files/image.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_tour.h"
#include "ui/offscreen_window.h"
#include "ui/presenting.h"
#include "ui/tours/tour_view.h"

namespace marginscope {
namespace {

using synthetic::TourMoment;

struct TourLook {
    const char* name;
    OffscreenOptions options;
    TourMoment moment;
    bool presents = false;
};

void PrintTo(const TourLook& look, std::ostream* out) { *out << look.name; }

Image drawn(OffscreenWindow& window, const Frames& frames) {
    CommandList out;
    for (int i = 0; i < 8; ++i) window.draw(frames, out);
    return window.pixels();
}

void keep(const Image& image, const std::string& name) {
    if (const char* folder = std::getenv("MARGINSCOPE_PICTURES"))
        write_png(std::string(folder) + "/" + name + ".png", image.width, image.height,
                  PixelFormat::kRgba, image.rgba);
}

// How far the colours of a rectangle are from its mean: words and lines make it large.
double contrast(const Image& image, ImVec2 at, ImVec2 size) {
    double sum = 0, squares = 0, count = 0;
    for (float y = at.y + 2; y < at.y + size.y - 2; ++y)
        for (float x = at.x + 2; x < at.x + size.x - 2; ++x) {
            const std::uint8_t* p = image.pixel(static_cast<int>(x), static_cast<int>(y));
            const double value = p[0] + p[1] + p[2];
            sum += value;
            squares += value * value;
            ++count;
        }
    return count > 0 ? std::sqrt(std::max(0.0, squares / count - sum * sum / count / count)) : 0;
}

class EveryTourLook : public testing::TestWithParam<TourLook> {};

TEST_P(EveryTourLook, IsDrawnWithoutAGlError) {
    const TourLook& look = GetParam();
    OffscreenWindow window(look.options);
    if (look.presents) start_presenting(window.state());
    const Image image = drawn(window, synthetic::with_tour(synthetic::usual(), look.moment));
    keep(image, look.name);
    EXPECT_EQ(window.gl_error_count(), 0);
    const ImVec2 whole(static_cast<float>(image.width), static_cast<float>(image.height));
    EXPECT_GT(contrast(image, ImVec2(0, 0), whole), 10);
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, EveryTourLook,
    testing::Values(
        TourLook{"tours_list_1280", {1280, 800, 1, ThemeKind::dark, "tours"}, TourMoment::shelf},
        TourLook{
            "tours_list_1920_300", {1920, 1080, 3, ThemeKind::light, "tours"}, TourMoment::shelf},
        TourLook{"tour_choice_1280", {1280, 800, 1, ThemeKind::dark, "decode"}, TourMoment::choice},
        TourLook{"tour_answered_1920",
                 {1920, 1080, 1, ThemeKind::light, "decode"},
                 TourMoment::choice_answered},
        TourLook{
            "tour_number_1280_200", {1280, 800, 2, ThemeKind::dark, "decode"}, TourMoment::number},
        TourLook{
            "tour_point_1280_300", {1280, 800, 3, ThemeKind::dark, "decode"}, TourMoment::point},
        TourLook{"tour_words_contrast",
                 {1280, 800, 1, ThemeKind::contrast, "decode"},
                 TourMoment::words},
        TourLook{"present_tour_1920",
                 {1920, 1080, 1, ThemeKind::dark, "decode"},
                 TourMoment::choice_answered,
                 true},
        TourLook{"present_decode_1280",
                 {1280, 800, 1, ThemeKind::dark, "decode"},
                 TourMoment::shelf,
                 true}),
    [](const testing::TestParamInfo<TourLook>& look) { return std::string(look.param.name); });

// What the step does not speak of is paler than the same panel without a tour; what it speaks of is
// as it was.
TEST(TourPicture, DimsTheOtherPanels) {
    const Frames frames = synthetic::with_tour(synthetic::usual(), TourMoment::words);
    OffscreenWindow window{OffscreenOptions{1920, 1080, 1, ThemeKind::dark, "decode"}};
    const Image dimmed = drawn(window, frames);
    const std::vector<DrawnPanel> panels = window.state().view<TourView>().drawn;
    // The same panels in the same places, all of them spoken of.
    auto all = std::make_shared<TourFrame>(*frames.tour);
    for (const DrawnPanel& panel : panels) all->panels.push_back(panel.id);
    Frames spoken = frames;
    spoken.tour = all;
    const Image clear = drawn(window, spoken);
    int others = 0;
    for (const DrawnPanel& panel : panels) {
        const double with = contrast(dimmed, panel.at, panel.size);
        const double without = contrast(clear, panel.at, panel.size);
        if (panel.id == "decode.text" || panel.id == "decode.boundary") {
            EXPECT_NEAR(with, without, 1.0) << panel.id;
        } else {
            EXPECT_LT(with, 0.6 * without) << panel.id;
            ++others;
        }
    }
    EXPECT_GT(others, 2);
}

// While presenting, the pointer wears a ring.
TEST(PresentingPicture, RingsThePointer) {
    const Frames frames = synthetic::usual();
    OffscreenWindow window{OffscreenOptions{1280, 800, 1, ThemeKind::light, "guide"}};
    start_presenting(window.state());
    drawn(window, frames);
    const Image without = drawn(window, frames);
    ImGui::GetIO().AddMousePosEvent(640, 500);
    const Image with = drawn(window, frames);
    int changed = 0;
    for (int y = 480; y < 520; ++y)
        for (int x = 620; x < 660; ++x) changed += with.pixel(x, y)[2] != without.pixel(x, y)[2];
    EXPECT_GT(changed, 500);
}

}  // namespace
}  // namespace marginscope
