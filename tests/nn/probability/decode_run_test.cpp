// Continuations as a whole: each token against the rules applied by hand to what was listed, the
// best of several, abstentions, and the passes that were counted.
#include "nn/probability/decode_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/error.h"
#include "core/probability/best_of.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::TemporaryFolder;
using testing_support::tiny_model;

class Decoding : public ::testing::Test {
protected:
    void SetUp() override {
        save_model(tiny_model(), folder_.path() / "model.safetensors");
        save_model(tiny_model(false, false), folder_.path() / "no_stage.safetensors");
    }
    DecodeRequest request(ChooserSettings chooser = {}, int tokens = 25) {
        DecodeRequest made{.model = folder_.path() / "model.safetensors",
                           .prompt = "abc",
                           .tokens = tokens,
                           .sampling = {}};
        made.sampling.seed = 11;
        made.sampling.chooser = chooser;
        return made;
    }
    int refused(DecodeRequest wish) {
        try {
            run_decode(wish);
        } catch (const UserError& error) {
            return error.exit_code();
        }
        return 0;
    }
    TemporaryFolder folder_;
};

TEST_F(Decoding, CostsThePassesThatAreStated) {
    for (const ChooserSettings& chooser :
         {ChooserSettings{}, ChooserSettings{.noise_draws = 3, .noise_sigma = 0.1},
          ChooserSettings{.best_of = 4},
          ChooserSettings{.margin_weight = 0.5,
          .noise_draws = 2,
          .noise_sigma = 0.1,
          .best_of = 3,
          .best_by = BestBy::both}}) {
        const DecodeResult result = run_decode(request(chooser));
        EXPECT_EQ(result.tokens.size(), 25u);
        EXPECT_EQ(result.passes, passes_of(chooser, 25));
    }
}

TEST_F(Decoding, TheBestIsOneOfWhatTheSeedsBranchesWrite) {
    ChooserSettings chooser{.best_of = 6};
    DecodeRequest wish = request(chooser);
    const DecodeResult plain = run_decode(request());
    for (const BestBy by : {BestBy::logprob, BestBy::margin, BestBy::both}) {
        wish.sampling.chooser.best_by = by;
        const DecodeResult result = run_decode(wish);
        ASSERT_EQ(result.continuations.size(), 6u);
        EXPECT_EQ(result.continuations[0].text, plain.text) << "the first is the plain one";
        EXPECT_NE(result.continuations[1].text, plain.text);
        std::vector<ContinuationScore> scores;
        for (const Continuation& one : result.continuations) {
            double sum = 0, lowest = INFINITY;
            for (const DecodedToken& token : one.tokens) {
                sum += token.logprob;
                lowest = std::min(lowest, token.margin.value_or(INFINITY));
            }
            scores.push_back({sum / static_cast<double>(one.tokens.size()), lowest, true});
            EXPECT_NEAR(*one.logprob, scores.back().logprob, 1e-12);
            EXPECT_EQ(*one.lowest_margin, lowest);
        }
        EXPECT_EQ(result.best, best_of(scores, by));
        EXPECT_EQ(result.text, result.continuations[result.best].text);
    }
}

TEST_F(Decoding, AbstainsAtTheFirstPlaceThatPassesTheThreshold) {
    const ChooserSettings noise{.noise_draws = 4, .noise_sigma = 0.4};
    const DecodeResult whole = run_decode(request(noise, 40));
    using Value = double (*)(const DecodedToken&);
    struct Case {
        const char* by;
        std::optional<double> ChooserSettings::*limit;
        Value value;
        bool above;
    };
    for (const Case& one : {Case{"entropy", &ChooserSettings::abstain_entropy,
                                 [](const DecodedToken& t) { return t.entropy; }, true},
                            Case{"information", &ChooserSettings::abstain_information,
                                 [](const DecodedToken& t) { return *t.mutual_information; }, true},
                            Case{"margin", &ChooserSettings::abstain_margin,
                                 [](const DecodedToken& t) { return *t.margin; }, false}}) {
        std::vector<double> values;
        for (const DecodedToken& token : whole.tokens) values.push_back(one.value(token));
        std::ranges::sort(values);
        const double limit = values[one.above ? 30 : 9];
        DecodeRequest wish = request(noise, 40);
        wish.sampling.allow_beyond = true;
        wish.sampling.chooser.*one.limit = limit;
        const DecodeResult result = run_decode(wish);
        const auto at = std::ranges::find_if(whole.tokens, [&](const DecodedToken& token) {
            return one.above ? one.value(token) > limit : one.value(token) < limit;
        });
        ASSERT_EQ(result.stopped, "abstained");
        ASSERT_TRUE(result.abstention);
        EXPECT_EQ(result.abstention->by, one.by);
        EXPECT_EQ(result.abstention->limit, limit);
        EXPECT_NEAR(result.abstention->found, one.value(*at), 1e-9);
        EXPECT_FALSE(result.abstention->sentence.empty());
        EXPECT_EQ(result.tokens.size(), static_cast<std::size_t>(at - whole.tokens.begin()));
    }
}

TEST_F(Decoding, AbstainsByTheProbabilityOfTheLikeliest) {
    DecodeRequest wish = request({.abstain_probability = 0.5}, 40);
    wish.candidates = true;
    const DecodeResult result = run_decode(wish);
    for (const DecodedToken& token : result.tokens)
        EXPECT_GE(std::exp(token.candidates.front().logprob), 0.5);
    ASSERT_EQ(result.stopped, "abstained");
    EXPECT_LT(std::exp(result.abstention->candidates.front().logprob), 0.5);
}

TEST_F(Decoding, WithoutNoiseNothingIsSaidOfTheDraws) {
    const DecodeResult result = run_decode(request());
    EXPECT_FALSE(result.tokens.front().mutual_information);
    EXPECT_TRUE(result.tokens.front().candidates.empty());
    EXPECT_TRUE(result.continuations.empty());
}

TEST_F(Decoding, EqualSeedsWriteEqualTexts) {
    const ChooserSettings chooser{
        .margin_weight = 1, .noise_draws = 3, .noise_sigma = 0.3, .best_of = 3};
    const DecodeResult first = run_decode(request(chooser));
    EXPECT_EQ(first.text, run_decode(request(chooser)).text);
    DecodeRequest other = request(chooser);
    other.sampling.seed = 12;
    EXPECT_NE(first.text, run_decode(other).text);
}

TEST_F(Decoding, SettingsThatDoNotGoTogetherAreRefused) {
    EXPECT_EQ(refused(request({.noise_draws = 3})), 2);
    EXPECT_EQ(refused(request({.noise_sigma = 0.1})), 2);
    EXPECT_EQ(refused(request({.noise_relative = true})), 2);
    EXPECT_EQ(refused(request({.abstain_information = 0.1})), 2);
    EXPECT_EQ(refused(request({.best_by = BestBy::margin})), 2);
    EXPECT_EQ(refused(request({.best_of = 0})), 2);
    EXPECT_EQ(refused(request({.abstain_probability = 1.2})), 2);
    for (const ChooserSettings& chooser :
         {ChooserSettings{.margin_weight = 1}, ChooserSettings{.best_of = 2}}) {
        DecodeRequest greedy = request(chooser);
        greedy.sampling.temperature = 0;
        EXPECT_EQ(refused(greedy), 2);
    }
    for (const ChooserSettings& chooser :
         {ChooserSettings{.margin_weight = 1}, ChooserSettings{.abstain_margin = 0.0},
          ChooserSettings{.best_of = 2, .best_by = BestBy::both}}) {
        DecodeRequest without = request(chooser);
        without.model = folder_.path() / "no_stage.safetensors";
        EXPECT_THROW(run_decode(without), UserError);
    }
}

}  // namespace
}  // namespace marginscope
