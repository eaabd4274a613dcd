// The panel of particles: what it says, what its buttons send, what a click on a row does.
#include "ui/decode/particles.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "click_words.h"
#include "figures/decode/law_commands.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_particles.h"

namespace marginscope {
namespace {

void draw(const Frames& frames, UiState& state, PanelContext& context) {
    draw_particles(frames, state.view<DecodeView>().particles, context);
}

bool says(const Interface& interface, const char* words) {
    return interface.words().find(words) != std::string::npos;
}

template <typename Wish>
std::vector<Wish> wishes(Interface& interface) {
    std::vector<Wish> found;
    for (const Command& command : interface.take_commands())
        if (const auto* wish = std::get_if<Wish>(&command)) found.push_back(*wish);
    return found;
}

Frames with(const std::function<void(ParticleFrame&)>& change) {
    Frames frames = synthetic::usual();
    auto particles = synthetic::make_particles(*frames.decode, 12, 20);
    change(*particles);
    frames.particles = particles;
    return frames;
}

TEST(ParticlesPanel, SaysWhatToDoWhileThereAreNone) {
    Interface interface(ImVec2(700, 400));
    interface.draw_panel({}, draw);
    EXPECT_TRUE(says(interface, "No text yet"));
    Frames none = synthetic::usual();
    none.particles = nullptr;
    interface.draw_panel(none, draw);
    EXPECT_TRUE(says(interface, "Write particles"));
    EXPECT_TRUE(says(interface, "weighed by how far they stay"));
    EXPECT_FALSE(says(interface, "Remove"));
}

TEST(ParticlesPanel, SaysTheConstantWithNoMoreDigitsThanItHas) {
    Interface interface(ImVec2(900, 500));
    interface.draw_panel(with([](ParticleFrame&) {}), draw);
    EXPECT_TRUE(says(interface, "log Z = -3.21 (Z ± 4.3 %)")) << interface.words();
    EXPECT_TRUE(says(interface, "of 48 particles"));
    EXPECT_TRUE(says(interface, "drawn again 2 times"));
    interface.draw_panel(with([](ParticleFrame& f) {
                             f.settings.barrier_weight = 0.0;
                             f.log_z = 0.0F;
                             f.log_z_error = 5.6e-17F;
                         }),
                         draw);
    EXPECT_TRUE(says(interface, "Plain samples, all of the same weight"));
    EXPECT_FALSE(says(interface, "e-17"));
    interface.draw_panel(with([](ParticleFrame& f) { f.log_z_error = kNoValue; }), draw);
    EXPECT_TRUE(says(interface, "error not known"));
    interface.draw_panel(
        with([](ParticleFrame& f) { f.log_z = -std::numeric_limits<float>::infinity(); }), draw);
    EXPECT_TRUE(says(interface, "Z = 0"));
}

TEST(ParticlesPanel, NamesItsLaw) {
    Interface interface(ImVec2(900, 500));
    interface.draw_panel(with([](ParticleFrame& f) {
                             f.sampling.temperature = 0.7;
                             f.sampling.top_k = 9;
                             f.sampling.min_margin = -1.5;
                         }),
                         draw);
    for (const char* words : {"temperature 0.7", "top-k 9", "exp(-0.5", "at least -1.5",
                              "none lies beyond the boundary"})
        EXPECT_TRUE(says(interface, words)) << words << " in " << interface.words();
}

TEST(ParticlesPanel, CopiesItsCommand) {
    Interface interface(ImVec2(900, 700));
    Frames frames = with([](ParticleFrame&) {});
    ImGui::SetClipboardText("");
    EXPECT_TRUE(click_words(interface, frames, draw, "Copy as command"));
    const std::string copied = ImGui::GetClipboardText();
    EXPECT_EQ(copied, particles_command(*frames.decode, *frames.particles));
    EXPECT_TRUE(copied.starts_with("marginscope decode ")) << copied;
    frames = with([](ParticleFrame& f) {
        f.done = 0;  // refused: there is nothing to write again
        f.rows.clear();
    });
    EXPECT_FALSE(click_words(interface, frames, draw, "Copy as command"));
}

TEST(ParticlesPanel, AClickOnARowWalksIt) {
    Interface interface(ImVec2(900, 700));
    const Frames frames = with([](ParticleFrame&) {});
    interface.draw_panel(frames, draw);
    const ParticlesView& view = interface.state().view<DecodeView>().particles;
    interface.click(frames,
                    ImVec2(view.first_row.x + 200, view.first_row.y + 2.5F * view.row_height));
    const auto taken = wishes<TakeParticle>(interface);
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].row, 2);
}

TEST(ParticlesPanel, WhileTheyAreWrittenNoneIsWalked) {
    Interface interface(ImVec2(900, 700));
    const Frames frames = with([](ParticleFrame& f) {
        f.running = true;
        f.done = 5;
    });
    interface.draw_panel(frames, draw);
    EXPECT_TRUE(says(interface, "writing"));
    const ParticlesView& view = interface.state().view<DecodeView>().particles;
    interface.click(frames,
                    ImVec2(view.first_row.x + 200, view.first_row.y + 2.5F * view.row_height));
    EXPECT_TRUE(wishes<TakeParticle>(interface).empty());
}

}  // namespace
}  // namespace marginscope
