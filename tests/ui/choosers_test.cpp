// The choosers beside temperature: folded away, unfolded by a click, each change a whole setting,
// and the command that does the same.
#include <gtest/gtest.h>

#include <string>

#include "drawn_text.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/decode/controls.h"
#include "ui/decode/decode_view.h"

namespace marginscope {
namespace {

void draw(const Frames& frames, UiState& state, PanelContext& context) {
    draw_sampling(frames, state.view<DecodeView>().controls, context);
}

class Choosers : public ::testing::Test {
protected:
    void SetUp() override {
        frames = synthetic::usual();
        auto decode = std::make_shared<DecodeFrame>(*frames.decode);
        decode->model_path = "a.safetensors";
        frames.decode = decode;
        for (int i = 0; i < 3; ++i) interface.draw_panel(frames, draw);
    }
    bool shows(const char* words) const {
        return interface.words().find(words) != std::string::npos;
    }
    void unfold() {
        for (float y = 10; y < 780 && !shows("Margin weight"); y += 8) {
            interface.click(frames, ImVec2(16, y));
            below_ = y + 24;
        }
        ASSERT_TRUE(shows("Margin weight"));
        interface.take_commands();
    }
    /// Clicks down a column of the panel until a setting is sent that `wanted` says yes to; the
    /// frames follow what is sent.
    bool click_until(float x, const std::function<bool(const SamplingSettings&)>& wanted) {
        for (float y = below_; y < 880; y += 6) {
            interface.click(frames, ImVec2(x, y));
            for (const Command& command : interface.take_commands())
                if (const auto* set = std::get_if<SetSampling>(&command))
                    if (wanted(set->settings)) return take(set->settings), true;
        }
        return false;
    }
    void take(const SamplingSettings& settings) {
        auto decode = std::make_shared<DecodeFrame>(*frames.decode);
        decode->sampling = settings;
        frames.decode = decode;
        // What a hand holds in one frame follows in the next.
        for (int i = 0; i < 2; ++i) interface.draw_panel(frames, draw);
    }

    float below_ = 100;  // where the unfolded group begins
    Interface interface { ImVec2(420, 900) };
    Frames frames;
};

TEST_F(Choosers, AreFoldedAwayAndSayWhatTheyCost) {
    EXPECT_TRUE(shows("Choosers"));
    EXPECT_FALSE(shows("Margin weight"));
    unfold();
    EXPECT_TRUE(shows("Costs 1 pass of the model a token."));
    EXPECT_FALSE(shows("Stop: disagree")) << "without draws there is nothing to disagree in";
    SamplingSettings averaged = frames.decode->sampling;
    averaged.chooser = {.noise_draws = 8, .noise_sigma = 0.25, .noise_relative = true};
    take(averaged);
    EXPECT_TRUE(shows("Costs 9 passes of the model a token"));
    EXPECT_TRUE(shows("Stop: disagree")) << interface.words();
}

TEST_F(Choosers, FoldedTheyStillSayWhatIsOn) {
    SamplingSettings on = frames.decode->sampling;
    on.chooser.margin_weight = 0.5;
    take(on);
    EXPECT_TRUE(shows("--margin-weight 0.5"));
}

TEST_F(Choosers, ALeastMarginIsOfTheShownKind) {
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    decode->view.kind = MarginKind::singular;
    frames.decode = decode;
    unfold();
    ASSERT_TRUE(
        click_until(40, [](const SamplingSettings& s) { return s.min_margin.has_value(); }));
    EXPECT_EQ(frames.decode->sampling.min_margin_kind, MarginKind::singular);
    EXPECT_TRUE(shows("singular one"));
}

TEST_F(Choosers, ADragChangesTheWholeSettingAndNothingElse) {
    unfold();
    SamplingSettings sent = frames.decode->sampling;
    for (float y = 150; y < 880 && sent.chooser.margin_weight == 0.0; y += 5) {
        interface.drag(frames, ImVec2(150, y), ImVec2(230, y));
        for (const Command& command : interface.take_commands())
            if (const auto* set = std::get_if<SetSampling>(&command))
                if (set->settings.chooser.margin_weight > 0.0) sent = set->settings;
    }
    ASSERT_GT(sent.chooser.margin_weight, 0.0);
    EXPECT_EQ(sent.chooser.noise_draws, 0);
    EXPECT_EQ(sent.temperature, frames.decode->sampling.temperature);
}

// Everything on, unfolded as a session brings it, in every width and scale.
TEST(ChoosersReflow, NoTextOverlapsOrIsCut) {
    Frames frames = synthetic::usual();
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    decode->sampling.min_margin = -1.25;
    decode->sampling.chooser = {.margin_weight = 0.625,
                                .noise_draws = 32,
                                .noise_sigma = 0.25,
                                .noise_relative = true,
                                .abstain_margin = -12.5,
                                .abstain_entropy = 2.125,
                                .abstain_information = 0.375,
                                .abstain_probability = 0.0625,
                                .best_of = 12,
                                .best_by = BestBy::both};
    frames.decode = decode;
    for (const float scale : {1.0F, 2.0F, 3.0F})
        for (const float width : {230.0F, 300.0F, 420.0F, 900.0F}) {
            Interface interface(ImVec2(width * scale, 1400 * scale), ThemeKind::dark, scale);
            for (int i = 0; i < 4; ++i) interface.draw_panel(frames, draw);
            TextRecorder recorder;
            interface.draw_panel(frames, draw);
            ASSERT_NE(interface.words().find("Turn all off"), std::string::npos);
            for (const std::string& text : overlaps(recorder.texts()))
                ADD_FAILURE() << text << " at " << scale << ", " << width;
            for (const std::string& text : cuts(recorder.texts()))
                ADD_FAILURE() << text << " at " << scale << ", " << width;
        }
}

}  // namespace
}  // namespace marginscope
