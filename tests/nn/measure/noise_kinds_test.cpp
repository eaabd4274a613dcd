// Noise on some tokens only, spoilt characters, and curves less each other, against passes made one
// by one.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/stage/stage.h"
#include "nn/measure/evaluate.h"
#include "nn/measure/evaluated_text.h"
#include "nn/measure/noise.h"
#include "nn/measure/noise_difference.h"
#include "nn/measure/noisy_places.h"
#include "nn/measure/probes.h"
#include "nn/tiny_model.h"
#include "text/letter_case.h"
#include "text/spoilt_text.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

constexpr std::size_t kContext = 12;

class NoiseKinds : public testing::Test {
protected:
    std::filesystem::path saved(const Model& model, const std::string& name = "model.safetensors") {
        save_model(model, folder_.path() / name);
        return folder_.path() / name;
    }
    TemporaryFolder folder_;
};

at::Tensor row_of(const std::vector<int>& ids) {
    return at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong).unsqueeze(0);
}

double loss_at(const at::Tensor& logits, std::int64_t k, int target) {
    return -at::log_softmax(logits[0][k].to(at::kDouble), -1)[target].item<double>();
}

TEST_F(NoiseKinds, OnlySupportTokensGetTheNoiseTheyGetAnyway) {
    const Model model = tiny_model();
    const std::string text = random_text(60, 3);
    const NoiseRequest request{.model = saved(model),
                               .text = text,
                               .whole_text = true,
                               .sigmas = {0.0, 0.7},
                               .tokens = NoisyTokens::support,
                               .support = 3,
                               .draws = 2,
                               .seed = 4,
                               .threads = 1};
    const NoiseCurve curve = evaluate_noise(request);
    EXPECT_EQ(curve.tokens, "support");
    ASSERT_EQ(curve.windows, 4u);
    const std::vector<int> ids = model.vocabulary.encode(text);
    const at::NoGradGuard no_grad;
    double places = 0;
    for (std::uint64_t w = 0; w < 4; ++w) {
        const std::vector<int> read(ids.begin() + static_cast<std::ptrdiff_t>(w * kContext),
                                    ids.begin() + static_cast<std::ptrdiff_t>((w + 1) * kContext));
        const Stage stage(stage_embeddings(model.gpt, read), stage_weights(model));
        std::vector<std::pair<double, std::int64_t>> order;
        for (int i = 2; i < 12; ++i) order.emplace_back(stage.log_det(i).value, i);
        std::sort(order.begin(), order.end());
        const at::Tensor u = model.gpt.embed(row_of(read));
        double ce = 0;
        for (std::uint64_t draw = 0; draw < 2; ++draw) {
            const std::vector<std::uint64_t> windows = {w};
            const at::Tensor all = standard_noise({.seed = 4, .draw = draw}, windows, 12, 8);
            at::Tensor some = at::zeros_like(all);
            for (int k = 0; k < 3; ++k)
                some[0][order[static_cast<std::size_t>(k)].second] =
                    all[0][order[static_cast<std::size_t>(k)].second];
            const at::Tensor logits = model.gpt.logits_from_embeddings(u + 0.7 * some);
            for (int t = 0; t < 12; ++t)
                ce += loss_at(logits, t, ids[w * kContext + static_cast<std::size_t>(t) + 1]) / 24;
        }
        EXPECT_NEAR(curve.points[1].window_ce[w], ce, 1e-5);
        for (int k = 0; k < 3; ++k)
            places += static_cast<double>(order[static_cast<std::size_t>(k)].second) / 12;
    }
    EXPECT_EQ(curve.noisy_tokens, 3.0);
    EXPECT_NEAR(curve.noisy_place, places, 1e-12);
    NoiseRequest clean = request;
    clean.tokens = NoisyTokens::all;
    EXPECT_EQ(evaluate_noise(clean).points[0].window_ce, curve.points[0].window_ce);
}

TEST_F(NoiseKinds, RandomTokensAreAsManyAndOthersForEachDraw) {
    const NoiseRequest request{.model = saved(tiny_model()),
                               .text = random_text(600, 5),
                               .whole_text = true,
                               .tokens = NoisyTokens::random,
                               .support = 4};
    const EvaluatedText text(request);
    NoisyPlaces random(text, 0, NoisyTokens::random, 4, 9),
        support(text, 0, NoisyTokens::support, 4, 9);
    random.read(text.windows());
    support.read(text.windows());
    const at::Tensor first = random.mask(0), second = random.mask(1), chosen = support.mask(0);
    EXPECT_TRUE(at::equal(first.sum(at::IntArrayRef({1, 2})), chosen.sum(at::IntArrayRef({1, 2}))));
    EXPECT_TRUE(at::equal(chosen, support.mask(1)));
    EXPECT_FALSE(at::equal(first, second));
    EXPECT_TRUE(at::equal(first, random.mask(0)));
    EXPECT_EQ(first.narrow(1, 0, 2).sum().item<double>(), 0.0) << "no margin there";
    // Each of the ten places that have a margin is drawn about as often: 40 % of 49 windows and 40
    // draws, five standard errors.
    at::Tensor count = at::zeros({12});
    for (std::uint64_t draw = 0; draw < 40; ++draw)
        count += random.mask(draw).sum(at::IntArrayRef({0, 2}));
    const double trials = 40.0 * static_cast<double>(text.windows().size());
    for (int place = 2; place < 12; ++place)
        EXPECT_NEAR(count[place].item<double>() / trials, 0.4, 5 * std::sqrt(0.24 / trials));
}

TEST_F(NoiseKinds, AllThatCouldBeSupportTokensAreTheSameAsAllRandomOnes) {
    NoiseRequest request{.model = saved(tiny_model()),
                         .text = random_text(900, 6),
                         .sigmas = {0.5},
                         .where = NoisePlace::residual,
                         .tokens = NoisyTokens::support,
                         .support = 1000,
                         .draws = 2};
    const NoiseCurve support = evaluate_noise(request);
    request.tokens = NoisyTokens::random;
    EXPECT_EQ(evaluate_noise(request).points[0].window_ce, support.points[0].window_ce);
    request.tokens = NoisyTokens::all;
    EXPECT_NE(evaluate_noise(request).points[0].window_ce, support.points[0].window_ce);
    EXPECT_EQ(support.noisy_tokens, 10.0);
    request.model = saved(tiny_model(false, false), "no-stage.safetensors");
    EXPECT_NO_THROW(evaluate_noise(request));
    request.tokens = NoisyTokens::random;
    EXPECT_THROW(evaluate_noise(request), UserError);
}

// The pass of a spoilt text by itself, of its own length, asked where it has a counterpart.
TEST_F(NoiseKinds, SpoiltCharactersAreJudgedAtTheirCounterparts) {
    const Model model =
        tiny_model(false, false, 5, Vocabulary::from_text("abcdefABC .\n"));  // no D, E, F
    const std::string text = random_text(160, 7);
    const std::vector<int> ids = model.vocabulary.encode(text);
    std::vector<int> other(static_cast<std::size_t>(model.vocabulary.size()));
    for (int id = 0; id < model.vocabulary.size(); ++id) {
        const std::string symbol = model.vocabulary.symbol(id);
        std::string changed;
        append_utf8(
            id == 0 ? kReplacementCharacter : other_case(static_cast<unsigned char>(symbol[0])),
            changed);
        other[static_cast<std::size_t>(id)] = model.vocabulary.encode(changed)[0];
    }
    const at::NoGradGuard no_grad;
    for (const auto change : {CharacterChange::swap, CharacterChange::drop, CharacterChange::insert,
                              CharacterChange::letter_case}) {
        const NoiseCurve curve = evaluate_noise({.model = saved(model),
                                                 .text = text,
                                                 .whole_text = true,
                                                 .characters = change,
                                                 .rates = {0.0, 0.3},
                                                 .draws = 3,
                                                 .seed = 2,
                                                 .threads = 1});
        EXPECT_EQ(curve.points[0].ce, *curve.points[0].clean_ce);
        EXPECT_EQ(curve.points[0].flips, 0.0);
        EXPECT_GT(*curve.points[1].share_changed, 0.05);
        double flips = 0, judged = 0;
        ASSERT_EQ(curve.windows, 13u);
        for (std::uint64_t w = 0; w < 13; ++w) {
            const std::size_t begin = w * kContext;
            const std::vector<int> read(
                ids.begin() + static_cast<std::ptrdiff_t>(begin),
                ids.begin() + static_cast<std::ptrdiff_t>(begin + kContext));
            const at::Tensor clean =
                model.gpt.logits_from_embeddings(model.gpt.embed(row_of(read)));
            double of_window = 0;
            int draws = 0;
            for (std::uint64_t draw = 0; draw < 3; ++draw) {
                SpoiltText spoilt = spoil(
                    read, {change, 0.3, {2, DrawPurpose::characters, draw, w, 0}, ids, other});
                spoilt.ids.resize(std::min(spoilt.ids.size(), kContext));
                if (spoilt.ids.empty()) continue;
                const at::Tensor logits =
                    model.gpt.logits_from_embeddings(model.gpt.embed(row_of(spoilt.ids)));
                double sum = 0, flipped = 0, count = 0;
                for (std::size_t k = 0; k < spoilt.ids.size(); ++k) {
                    const int p = spoilt.place[k];
                    if (p < 0) continue;
                    const auto at = static_cast<std::int64_t>(k);
                    sum += loss_at(logits, at, ids[begin + static_cast<std::size_t>(p) + 1]);
                    flipped += logits[0][at].argmax().item<std::int64_t>() !=
                               clean[0][p].argmax().item<std::int64_t>();
                    ++count;
                }
                judged += count / (13 * 3 * 12);
                if (count == 0) continue;
                of_window += sum / count;
                flips += flipped / count / (13 * 3);
                ++draws;
            }
            EXPECT_NEAR(curve.points[1].window_ce[w], of_window / draws, 1e-4);
        }
        EXPECT_NEAR(curve.points[1].flips, flips, 1e-9);
        EXPECT_NEAR(*curve.points[1].share_judged, judged, 1e-12);
    }
}

TEST_F(NoiseKinds, SpoiltTextsAreSharedByModelsAndRatesAreChecked) {
    NoiseRequest request{.model = saved(tiny_model(false, false, 5), "a.safetensors"),
                         .text = random_text(900, 8),
                         .characters = CharacterChange::drop,
                         .rates = {0.1},
                         .draws = 2};
    const NoiseCurve a = evaluate_noise(request);
    request.model = saved(tiny_model(false, false, 6), "b.safetensors");
    const NoiseCurve b = evaluate_noise(request);
    EXPECT_NE(a.points[0].ce, b.points[0].ce);
    EXPECT_EQ(a.points[0].share_changed, b.points[0].share_changed);
    EXPECT_EQ(a.points[0].share_judged, b.points[0].share_judged);
    for (const double wrong : {-0.1, 0.6, std::nan("")}) {
        request.rates = {wrong};
        EXPECT_THROW(evaluate_noise(request), UserError);
    }
}

TEST_F(NoiseKinds, DifferencesArePairedByWindow) {
    NoiseRequest request{.model = saved(tiny_model(false, true, 5), "a.safetensors"),
                         .text = random_text(2000, 9),
                         .sigmas = {0.0, 0.4},
                         .draws = 2};
    const NoiseCurve a = evaluate_noise(request);
    request.model = saved(tiny_model(false, true, 6), "b.safetensors");
    const NoiseCurve b = evaluate_noise(request);
    const auto difference = noise_difference(b, a, 0);
    ASSERT_TRUE(difference);
    for (std::size_t k = 0; k < 2; ++k) {
        const DifferencePoint& point = (*difference)[k];
        EXPECT_NEAR(point.ce.value, b.points[k].ce - a.points[k].ce, 1e-12);
        EXPECT_NEAR(point.flips.value, b.points[k].flips - a.points[k].flips, 1e-12);
        EXPECT_LT(point.ce.low, point.ce.value);
        EXPECT_GT(point.ce.high, point.ce.value);
        EXPECT_EQ(point.ce.count, static_cast<int>(a.windows));
    }
    for (const DifferencePoint& point : *noise_difference(a, a, 0)) {
        EXPECT_EQ(point.ce.low, 0.0);
        EXPECT_EQ(point.ce.high, 0.0);
    }
    request.max_windows = 5;
    EXPECT_FALSE(noise_difference(evaluate_noise(request), a, 0));
    request.max_windows = 0;
    request.sigmas = {0.0, 0.5};
    EXPECT_FALSE(noise_difference(evaluate_noise(request), a, 0));
}

}  // namespace
}  // namespace marginscope
