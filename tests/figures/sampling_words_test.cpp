// Flags of a decoding: nothing where nothing is set, each setting as the flag that makes it.
#include "figures/decode/sampling_words.h"

#include <gtest/gtest.h>

namespace marginscope {
namespace {

TEST(SamplingWords, SayOnlyWhatIsSet) {
    EXPECT_EQ(sampling_flags({}), "");
    SamplingSettings settings;
    settings.temperature = 1.25;
    settings.seed = 9;
    settings.min_margin = -2;
    settings.min_margin_kind = MarginKind::singular;
    settings.allow_beyond = true;
    EXPECT_EQ(sampling_flags(settings),
              " --temperature 1.25 --min-margin -2 --kind singular --allow-beyond --seed 9");
}

TEST(SamplingWords, KnowEveryChooser) {
    SamplingSettings settings;
    settings.chooser = {.margin_weight = 0.5,
                        .noise_draws = 8,
                        .noise_sigma = 0.25,
                        .noise_relative = true,
                        .abstain_margin = 0.0,
                        .abstain_entropy = 2.5,
                        .abstain_information = 0.125,
                        .abstain_probability = 0.5,
                        .best_of = 4,
                        .best_by = BestBy::both};
    EXPECT_EQ(sampling_flags(settings),
              " --margin-weight 0.5 --noise-draws 8 --noise-sigma 0.25 --relative --abstain-margin "
              "0 --abstain-entropy 2.5 --abstain-probability 0.5 --abstain-information 0.125 "
              "--best-of 4 --best-by both");
}

// What a command would refuse is not said: sigma without draws, a rule for one continuation.
TEST(SamplingWords, SayNothingThatWouldBeRefused) {
    SamplingSettings settings;
    settings.chooser = {.noise_sigma = 0.25, .abstain_information = 1.0, .best_by = BestBy::margin};
    EXPECT_EQ(sampling_flags(settings), "");
}

TEST(SamplingWords, GoOnWhereTheTextEnds) {
    DecodeFrame decode;
    decode.model_path = "my model/run";
    decode.text = "It's\n";
    decode.sampling.top_k = 5;
    EXPECT_EQ(
        decode_command(decode, 40),
        "marginscope decode --model 'my model/run' --prompt $'It\\'s\\012' --tokens 40 --top-k 5");
}

}  // namespace
}  // namespace marginscope
