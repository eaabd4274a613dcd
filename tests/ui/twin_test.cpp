// The twin's panel: what it says, what its controls send, and what a click on a column selects.
#include "ui/decode/twin.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/decode/twin_words.h"

namespace marginscope {
namespace {

void draw(const Frames& frames, UiState& state, PanelContext& context) {
    draw_twin(frames, state.view<DecodeView>().twin, context);
}

bool says(const Interface& interface, const char* words) {
    return interface.words().find(words) != std::string::npos;
}

Frames with_noise(const SetDecodeNoise& noise) {
    Frames frames = synthetic::usual();
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    decode->noise = noise;
    auto twin = std::make_shared<TwinFrame>(*frames.twin);
    twin->noise = noise;
    frames.decode = decode;
    frames.twin = twin;
    return frames;
}

SetDecodeNoise usual_noise() {
    SetDecodeNoise noise{0.05, true, 3};
    noise.draws = 4;
    return noise;
}

TEST(TwinPanel, SaysWhatToDoWhileThereIsNothing) {
    Interface interface(ImVec2(700, 300));
    interface.draw_panel({}, draw);
    EXPECT_TRUE(says(interface, "No twin yet"));
    Frames off = with_noise({});
    off.twin = std::make_shared<TwinFrame>();
    interface.draw_panel(off, draw);
    EXPECT_TRUE(says(interface, "turn Noise up"));
    interface.draw_panel(with_noise(usual_noise()), draw);
    EXPECT_TRUE(says(interface, "first differs at 9"));
    EXPECT_TRUE(says(interface, "In place of"));
}

TEST(TwinPanel, OneSentenceSaysWhatIsSeen) {
    TwinFrame twin = *synthetic::usual().twin;
    EXPECT_EQ(twin_sentence(twin),
              "Under noise 0.05 × RMS on the embeddings the likeliest character first differs at 9 "
              "(in 3 of 4 draws it differs anywhere); 12.0 % of the predictions flip, 4 draws.");
    twin.first_divergence = {12, 9, 40, 30};
    twin.behind = true;
    EXPECT_EQ(twin_sentence(twin),
              "Under noise 0.05 × RMS on the embeddings the likeliest character first differs at 9 "
              "(in half of the draws by 12); 12.0 % of the predictions flip, 4 draws. Frozen: the "
              "text has moved on since.");
    twin.behind = false;
    twin.first_divergence = {-1};
    twin.noise = {0.02, false, 1, NoisePlace::residual, {4}, 1};
    twin.pending = 2;
    EXPECT_EQ(twin_sentence(twin),
              "Under noise 0.02 on the residual stream of 1 character the likeliest character "
              "stays the same everywhere, 1 draw. 2 of " +
                  std::to_string(twin.cells.size()) + " characters are still to be computed.");
    twin.pending = static_cast<int>(twin.cells.size());
    EXPECT_NE(twin_sentence(twin).find("being computed"), std::string::npos);
    EXPECT_EQ(unit_words(twin), "RMS 0.131 of the prompt's token embeddings");
    twin.rms = {1.5, 0.5};
    EXPECT_EQ(unit_words(twin), "each layer's own RMS over the prompt, 0.5 to 1.5");
    twin.rms = {};
    EXPECT_EQ(unit_words(twin), "absolute");
}

TEST(TwinPanel, AClickOnAColumnSelectsItsCharacter) {
    const Frames frames = with_noise(usual_noise());
    Interface interface(ImVec2(900, 400));
    interface.draw_panel(frames, draw);
    interface.state().selection.index = 0;
    interface.draw_panel(frames, draw);
    interface.draw_panel(frames, draw);
    const TwinView& view = interface.state().view<DecodeView>().twin;
    const ImVec2 at(view.first_cell.x + 4.5F * view.cell_size.x, view.first_cell.y + 30);
    interface.click(frames, at);
    EXPECT_EQ(interface.state().selection.index, 4);
    interface.move(frames, at);
    EXPECT_TRUE(says(interface, "expected without noise"));
    EXPECT_TRUE(says(interface, "KL(clean"));
}

/// The commands of pressing each place of the control rows once.
CommandList pressed(const Frames& frames, ImVec2 size) {
    CommandList all;
    for (float y = 20; y < 110; y += 12) {
        Interface interface(size);
        for (float x = 10; x < size.x; x += 12) {
            for (int i = 0; i < 2; ++i) interface.draw_panel(frames, draw);
            interface.take_commands();
            interface.click(frames, ImVec2(x, y));
            for (const Command& command : interface.take_commands()) all.push_back(command);
        }
    }
    return all;
}

TEST(TwinPanel, ItsControlsSendTheNoiseTheyShow) {
    SetDecodeNoise noise = usual_noise();
    const CommandList commands = pressed(with_noise(noise), ImVec2(900, 400));
    const auto sent = [&](auto&& change) {
        SetDecodeNoise wanted = noise;
        change(wanted);
        return std::ranges::any_of(commands, [&](const Command& command) {
            const auto* wish = std::get_if<SetDecodeNoise>(&command);
            return wish != nullptr && *wish == wanted;
        });
    };
    EXPECT_TRUE(sent([](auto& n) { n.relative = false; }));
    EXPECT_TRUE(sent([](auto& n) { n.where = NoisePlace::attention; }));
    EXPECT_TRUE(sent([](auto& n) { n.where = NoisePlace::residual; }));
    EXPECT_TRUE(sent([](auto& n) { n.seed = 4; }));
    EXPECT_TRUE(sent([](auto& n) { n.frozen = true; }));
    const int selected = synthetic::usual().decode->cursor - 1;
    EXPECT_TRUE(sent([&](auto& n) { n.positions = {selected}; }));
    // A change of what is computed thaws.
    noise.frozen = true;
    const CommandList thawing = pressed(with_noise(noise), ImVec2(900, 400));
    for (const Command& command : thawing)
        if (const auto* wish = std::get_if<SetDecodeNoise>(&command)) {
            EXPECT_FALSE(wish->frozen);
        }
    noise.frozen = false;
    noise.positions = {1, selected};
    const CommandList chosen = pressed(with_noise(noise), ImVec2(900, 400));
    EXPECT_TRUE(std::ranges::any_of(chosen, [&](const Command& command) {
        const auto* wish = std::get_if<SetDecodeNoise>(&command);
        return wish != nullptr && wish->positions == std::vector<int>{1};
    })) << "the selected character is taken out";
}

TEST(TwinPanel, DrawsEveryKindOfFrame) {
    for (const Frames& frames : {synthetic::empty(), synthetic::tiny(), synthetic::not_finite(),
                                 synthetic::wide(), synthetic::largest()})
        for (const ImVec2 size : {ImVec2(220, 160), ImVec2(1200, 260)}) {
            Interface interface(size);
            for (int i = 0; i < 3; ++i) interface.draw_panel(frames, draw);
            EXPECT_EQ(interface.words().find("nan"), std::string::npos);
            EXPECT_EQ(interface.too_wide(), "");
        }
}

TEST(TwinPanel, ALongTextCostsWhatIsInSight) {
    const Frames frames = synthetic::largest();
    ASSERT_GT(frames.twin->cells.size(), 3000u);
    Interface interface(ImVec2(1200, 260));
    for (int i = 0; i < 3; ++i) interface.draw_panel(frames, draw);
    EXPECT_LT(interface.last_vertices(), 12000);
}

}  // namespace
}  // namespace marginscope
