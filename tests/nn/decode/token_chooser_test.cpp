// The rule of the least margin, against stages made anew for each candidate.
#include "nn/decode/token_chooser.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/error.h"
#include "core/stage/stage.h"
#include "nn/measure/probes.h"
#include "nn/probability/decode_run.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

// Margins of `token` after `text`, in the window it would stand in, by a stage made for it alone.
PositionMargins margins_after(const Model& model, std::vector<int> text, int token,
                              MarginKind kind) {
    text.push_back(token);
    const std::size_t begin =
        decode_window_begin(text.size(), static_cast<std::size_t>(model.config.model.context));
    const Stage stage(stage_embeddings(model.gpt, std::span(text).subspan(begin)),
                      stage_weights(model));
    PositionMargins margins = stage.margins(stage.positions() - 1);
    if (kind == MarginKind::geometric)
        margins.geometric = stage.geometric_margin(stage.positions() - 1);
    return margins;
}

TEST(TokenChooser, KeepsTheLeastMarginOfEveryKindInItsUnit) {
    const Model model = tiny_model();
    for (const MarginKind kind :
         {MarginKind::determinant, MarginKind::singular, MarginKind::geometric})
        for (unsigned seed = 0; seed < 6; ++seed) {
            const std::vector<int> text = model.vocabulary.encode(random_text(9 + 2 * seed, seed));
            Decoder decoder(model.gpt);
            decoder.append(text);
            TokenChooser chooser(model, decoder);
            SamplingSettings settings;
            settings.min_margin_kind = kind;
            std::vector<double> values;
            std::vector<bool> beyond;
            for (int token = 0; token < model.vocabulary.size(); ++token) {
                const PositionMargins margins = margins_after(model, text, token, kind);
                values.push_back(margin_value(margins, kind));
                beyond.push_back(margins.beyond());
            }
            std::vector<double> sorted = values;
            std::sort(sorted.begin(), sorted.end());
            settings.min_margin = 0.5 * (sorted[3] + sorted[4]);
            for (const bool allow : {false, true}) {
                settings.allow_beyond = allow;
                std::vector<int> expected, found;
                for (int token = 0; token < model.vocabulary.size(); ++token) {
                    if (values[static_cast<std::size_t>(token)] >= *settings.min_margin &&
                        (allow || !beyond[static_cast<std::size_t>(token)]))
                        expected.push_back(token);
                }
                double sum = 0;
                for (const Candidate& one : chooser.candidates(settings)) {
                    found.push_back(one.token);
                    sum += one.probability;
                }
                std::sort(found.begin(), found.end());
                EXPECT_EQ(found, expected);
                if (!found.empty()) EXPECT_NEAR(sum, 1.0, 1e-12);
                EXPECT_EQ(static_cast<bool>(chooser.choose(settings)), !expected.empty());
            }
        }
}

// p of each candidate becomes p m^W / sum: m by stages made anew.
TEST(TokenChooser, WeighsCandidatesByTheirMargins) {
    const Model model = tiny_model();
    for (const MarginKind kind :
         {MarginKind::determinant, MarginKind::singular, MarginKind::geometric})
        for (unsigned seed = 0; seed < 4; ++seed) {
            const std::vector<int> text = model.vocabulary.encode(random_text(8 + 3 * seed, seed));
            Decoder decoder(model.gpt);
            decoder.append(text);
            TokenChooser chooser(model, decoder);
            SamplingSettings settings;
            settings.top_k = 6;
            settings.min_margin_kind = kind;
            const std::vector<Candidate> before = chooser.candidates(settings);
            for (const double w : {-0.7, 1.5}) {
                settings.chooser.margin_weight = w;
                const std::vector<Candidate> after = chooser.candidates(settings);
                ASSERT_EQ(after.size(), before.size());
                std::vector<double> mass;
                double sum = 0;
                for (const Candidate& one : before) {
                    const PositionMargins at = margins_after(model, text, one.token, kind);
                    const double log_margin =
                        kind == MarginKind::determinant ? at.logdet.value
                        : kind == MarginKind::singular
                            ? std::log(at.sigma_min)
                            : std::log(at.geometric->value.value_or(at.geometric->searched_radius));
                    mass.push_back(one.probability * std::exp(w * log_margin));
                    sum += mass.back();
                }
                for (std::size_t k = 0; k < after.size(); ++k) {
                    EXPECT_EQ(after[k].token, before[k].token);
                    EXPECT_NEAR(after[k].probability, mass[k] / sum, 1e-6);
                }
            }
        }
}

TEST(TokenChooser, AWeightNeedsAStageAndWithoutAMarginGainsNothing) {
    const Model bare = tiny_model(false, false), model = tiny_model();
    Decoder without(bare.gpt), decoder(model.gpt);
    without.append(bare.vocabulary.encode("abc"));
    decoder.append(model.vocabulary.encode("a"));
    SamplingSettings settings;
    TokenChooser chooser(model, decoder);
    const std::vector<Candidate> plain = chooser.candidates(settings);
    settings.chooser.margin_weight = 1;
    EXPECT_THROW(TokenChooser(bare, without).choose(settings), UserError);
    const std::vector<Candidate> weighted = chooser.candidates(settings);
    for (std::size_t k = 0; k < plain.size(); ++k)
        EXPECT_NEAR(weighted[k].probability, plain[k].probability, 1e-15);
}

TEST(TokenChooser, WithoutALeastMarginNothingIsRefused) {
    const Model model = tiny_model();
    Decoder decoder(model.gpt);
    decoder.append(model.vocabulary.encode("abc"));
    TokenChooser chooser(model, decoder);
    EXPECT_EQ(chooser.candidates({}).size(), static_cast<std::size_t>(model.vocabulary.size()));
}

TEST(TokenChooser, ALeastMarginNeedsAStage) {
    const Model model = tiny_model(false, false);
    Decoder decoder(model.gpt);
    decoder.append(model.vocabulary.encode("abc"));
    TokenChooser chooser(model, decoder);
    SamplingSettings settings;
    EXPECT_TRUE(chooser.choose(settings));
    settings.min_margin = -1;
    EXPECT_THROW(chooser.choose(settings), UserError);
}

TEST(TokenChooser, WhereThereIsNoMarginYetNothingIsRefused) {
    const Model model = tiny_model();
    Decoder decoder(model.gpt);
    decoder.append(model.vocabulary.encode("a"));
    TokenChooser chooser(model, decoder);
    SamplingSettings settings;
    settings.min_margin = 1e9;
    EXPECT_EQ(chooser.candidates(settings).size(),
              static_cast<std::size_t>(model.vocabulary.size()));
}

TEST(TokenChooser, PredictionsThatAreNoNumbersAreNotDrawnFrom) {
    Model model = tiny_model();
    const at::NoGradGuard no_grad;
    model.gpt.parameters()[0].value.fill_(std::nan(""));
    Decoder decoder(model.gpt);
    decoder.append(std::vector<int>{1, 2});
    TokenChooser chooser(model, decoder);
    EXPECT_FALSE(chooser.finite());
    EXPECT_THROW(chooser.choose({}), UserError);
}

TEST(TokenChooser, TheCommandDrawsTheSameTokens) {
    const Model model = tiny_model();
    TemporaryFolder folder;
    save_model(model, folder.path() / "model.safetensors");
    DecodeRequest request{.model = folder.path() / "model.safetensors",
                          .prompt = "abc",
                          .tokens = 30,
                          .sampling = {}};
    request.kind = MarginKind::singular;
    request.sampling.min_margin = 0.05;
    request.sampling.allow_beyond = true;
    const DecodeResult result = run_decode(request);
    Decoder decoder(model.gpt);
    TokenChooser chooser(model, decoder);
    decoder.append(model.vocabulary.encode("abc"));
    SamplingSettings settings = request.sampling;
    settings.min_margin_kind = request.kind;
    for (const DecodedToken& token : result.tokens) {
        const auto chosen = chooser.choose(settings);
        ASSERT_TRUE(chosen);
        EXPECT_EQ(model.vocabulary.symbol(chosen->token), token.token);
        EXPECT_EQ(chosen->logprob, token.logprob);
        EXPECT_GE(*token.margin, 0.05);
        const auto margins = margins_after(model, decoder.ids(), chosen->token, request.kind);
        EXPECT_NEAR(*token.margin, margins.sigma_min, 1e-9);
        EXPECT_EQ(*token.crossings, margins.crossings);
        decoder.append(std::span(&chosen->token, 1));
    }
}

TEST(TokenChooser, ATextMayBeginWithoutALineBreak) {
    EXPECT_EQ(opening_token(Vocabulary::from_text("a\n")), 1);
    EXPECT_EQ(opening_token(Vocabulary::from_text("ab")), 1) << "not with the unknown";
    EXPECT_EQ(opening_token(Vocabulary::from_symbols({"A", "C"})), 0);
}

// The token that was asked about last joins the text with noise on its embedding: the next
// candidates stand behind it as it is there.
TEST(TokenChooser, MarginsFollowAMovedTokenThatJoined) {
    const Model model = tiny_model();
    const std::vector<int> text = model.vocabulary.encode(random_text(9, 4));
    Decoder walked(model.gpt);
    walked.append(text);
    TokenChooser walking(model, walked);
    Decoder fresh(model.gpt);
    fresh.append(text);
    for (int step = 0; step < 8; ++step) {
        const int token = step % model.vocabulary.size();
        ASSERT_TRUE(walking.margins_of(token, MarginKind::singular));
        const at::Tensor delta =
            step % 2 == 0 ? 0.3 * at::ones({1, model.config.model.width}) : at::Tensor();
        walked.append(std::span(&token, 1), delta);
        fresh.append(std::span(&token, 1), delta);
        TokenChooser anew(model, fresh);
        for (const int next : {0, 2}) {
            const auto found = walking.margins_of(next, MarginKind::singular);
            const auto expected = anew.margins_of(next, MarginKind::singular);
            EXPECT_NEAR(found->logdet.value, expected->logdet.value, 1e-9) << step;
            EXPECT_NEAR(found->sigma_min, expected->sigma_min, 1e-9) << step;
        }
    }
}

}  // namespace
}  // namespace marginscope
