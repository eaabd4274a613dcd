// The numbers behind a tour's questions, against the same counted another way.
#include "engine/tour/tour_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/messages/tour_words.h"
#include "engine/tour/tour_answers.h"

namespace marginscope {
namespace {

// A text of 80 characters with all its margins, or with none that is a number.
Frames measured(bool finite = true) {
    constexpr int kCharacters = 80;
    auto decode = std::make_shared<DecodeFrame>();
    auto margins = std::make_shared<MarginFrame>();
    auto symbols = std::make_shared<std::vector<std::string>>();
    for (char letter = 'a'; letter <= 'z'; ++letter) symbols->emplace_back(1, letter);
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    const auto number = [&] { return finite ? normal(random) : kNoValue; };
    decode->symbols = symbols;
    decode->cursor = kCharacters;
    decode->selected = 11;
    decode->next_entropy = number();
    margins->has_stage = true;
    margins->share_beyond = finite ? 0.3125 : std::nan("");
    margins->support = {40, 7, 63};
    for (int i = 0; i < kCharacters; ++i) {
        decode->line.push_back({i % 26, i, -std::abs(number()), number()});
        MarginCell cell;
        cell.valid = random() % 9 != 0 || i == 40;
        cell.logdet = number();
        cell.sigma_min = std::abs(number());
        margins->cells.push_back(cell);
    }
    Frames frames;
    frames.decode = decode;
    frames.margins = margins;
    return frames;
}

TEST(TourValues, OfTheTextAreThoseOfItsFrames) {
    const Frames frames = measured();
    double sum = 0;
    int count = 0;
    std::vector<float> sigmas;
    for (const MarginCell& cell : frames.margins->cells) {
        if (!cell.valid) continue;
        sum += cell.logdet;
        ++count;
        sigmas.push_back(cell.sigma_min);
    }
    EXPECT_NEAR(*tour_value(TourQuantity::mean_logdet, frames), sum / count, 1e-6);
    std::ranges::sort(sigmas);
    const std::size_t half = sigmas.size() / 2;
    const float middle =
        sigmas.size() % 2 == 1 ? sigmas[half] : (sigmas[half - 1] + sigmas[half]) / 2;
    EXPECT_NEAR(*tour_value(TourQuantity::median_sigma_min, frames), middle, 1e-6);
    double loss = 0;
    for (int i = 1; i < frames.decode->cursor; ++i)
        loss -= frames.decode->line[static_cast<std::size_t>(i)].logprob;
    EXPECT_NEAR(*tour_value(TourQuantity::text_loss, frames), loss / (frames.decode->cursor - 1),
                1e-6);
    const int nearest = frames.margins->support.front();
    EXPECT_EQ(tour_value(TourQuantity::support_token, frames), nearest);
    EXPECT_EQ(tour_values(TourQuantity::support_tokens, frames).size(),
              frames.margins->support.size());
    EXPECT_NEAR(*tour_value(TourQuantity::share_beyond, frames), 100 * frames.margins->share_beyond,
                1e-9);
}

TEST(TourValues, AreNotKnownBeforeAllOfTheTextIsMeasured) {
    Frames frames = measured();
    auto margins = std::make_shared<MarginFrame>(*frames.margins);
    margins->pending = 1;
    frames.margins = margins;
    for (const TourQuantity quantity :
         {TourQuantity::share_beyond, TourQuantity::support_token, TourQuantity::mean_logdet}) {
        EXPECT_FALSE(tour_value(quantity, frames).has_value());
        EXPECT_TRUE(tour_values(quantity, frames).empty());
    }
    EXPECT_TRUE(tour_value(TourQuantity::characters, frames).has_value());
}

// Nothing is known of frames that are not there, and nothing is ever not a number.
TEST(TourValues, AreFiniteOrNotThere) {
    for (const Frames& frames : {Frames{}, measured(false), measured()})
        for (const auto& number : tour_numbers(frames))
            if (number) {
                EXPECT_TRUE(std::isfinite(*number));
            }
    EXPECT_FALSE(tour_value(TourQuantity::mean_logdet, measured(false)).has_value());
    for (const auto& number : tour_numbers(Frames{})) EXPECT_FALSE(number.has_value());
}

TEST(TourValues, OfAPathAreThoseOfItsLargestLambda) {
    auto path = std::make_shared<PathFrame>();
    for (const double lambda : {0.0, 0.01, 0.05})
        for (int seed = 0; seed < 4; ++seed) {
            PathCell cell;
            cell.lambda = lambda;
            cell.seed = seed;
            cell.status = CellStatus::done;
            cell.clean_ce = 1.0;
            cell.share_beyond = 0.4 - 5 * lambda + 0.01 * seed;
            cell.embedding_rms = 0.1 - lambda + 0.001 * seed;
            path->cells.push_back(cell);
        }
    const auto told = [&](double lambda, const char* quantity, double mean, double high) {
        path->paired.push_back({lambda, 0, quantity, 4, mean, mean - 0.1, high, 0.1, {}});
    };
    told(0.01, "clean", 0.01, 0.02);
    told(0.01, "noise 0.5 RMS", -0.02, 0.01);
    told(0.05, "clean", 0.07, 0.1);
    told(0.05, "noise 0.25 RMS", -0.5, -0.4);
    told(0.05, "noise 0.5 RMS", -0.6, -0.5);
    told(0.05, "noise 0.1", 0.2, 0.3);
    told(0.05, "noise 0.02", 0.1, 0.3);
    Frames frames;
    frames.path = path;
    const auto value = [&](TourQuantity quantity) { return tour_value(quantity, frames).value(); };
    EXPECT_EQ(value(TourQuantity::path_seeds), 4);
    EXPECT_NEAR(value(TourQuantity::path_plain_beyond), 41.5, 1e-9);
    EXPECT_NEAR(value(TourQuantity::path_most_beyond), 16.5, 1e-9);
    EXPECT_NEAR(value(TourQuantity::path_clean_change), 7, 1e-9);
    EXPECT_NEAR(value(TourQuantity::path_relative_change), -60, 1e-9);
    EXPECT_NEAR(value(TourQuantity::path_absolute_change), 20, 1e-9);
    EXPECT_EQ(value(TourQuantity::path_first_lambda), 0.05);
    EXPECT_NEAR(value(TourQuantity::path_plain_rms), 0.1015, 1e-9);
    EXPECT_NEAR(value(TourQuantity::path_most_rms), 0.0515, 1e-9);
}

TEST(TourAnswers, OfAChoiceIsTheFirstOptionThatIsTrue) {
    const Frames frames = measured();
    const double share = *tour_value(TourQuantity::share_beyond, frames);
    TourAsk ask;
    ask.kind = TourQuestion::choice;
    ask.options = {{"less", {TourQuantity::share_beyond}, {}, share - 1},
                   {"about", {TourQuantity::share_beyond}, share - 1, share + 1},
                   {"more", {TourQuantity::share_beyond}, share - 1, {}}};
    const auto verdict = verdict_of(ask, 1, frames, {});
    ASSERT_TRUE(verdict.has_value());
    EXPECT_EQ(verdict->answer, 1);
    EXPECT_EQ(verdict->measured, share);
    EXPECT_TRUE(verdict->right);
    EXPECT_FALSE(verdict_of(ask, 2, frames, {})->right);
    ask.options.resize(1);
    EXPECT_FALSE(verdict_of(ask, 0, frames, {})->answer.has_value());
    EXPECT_FALSE(verdict_of(ask, 0, frames, {})->right);
}

TEST(TourAnswers, AgainstAnEarlierStepNeedBothNumbers) {
    const Frames frames = measured();
    TourAsk ask;
    ask.kind = TourQuestion::number;
    ask.value = {TourQuantity::mean_logdet, 0};
    ask.tolerance = 0.05;
    EXPECT_FALSE(verdict_of(ask, 0, frames, {}).has_value());
    SeenNumbers seen;
    seen[0][static_cast<std::size_t>(TourQuantity::mean_logdet)] =
        *tour_value(TourQuantity::mean_logdet, frames) - 2;
    EXPECT_TRUE(verdict_of(ask, 2.04, frames, seen)->right);
    EXPECT_FALSE(verdict_of(ask, 2.06, frames, seen)->right);
    EXPECT_NEAR(*verdict_of(ask, 0, frames, seen)->answer, 2, 1e-6);
}

TEST(TourAnswers, OfAPointIsAnyOfTheSupportTokens) {
    const Frames frames = measured();
    TourAsk ask;
    ask.kind = TourQuestion::point;
    ask.value = {TourQuantity::support_tokens};
    for (int index = 0; index < frames.decode->cursor; ++index) {
        const bool support = std::ranges::count(frames.margins->support, index) > 0;
        EXPECT_EQ(verdict_of(ask, index, frames, {})->right, support) << index;
    }
    ask.value = {TourQuantity::support_token};
    EXPECT_FALSE(verdict_of(ask, frames.margins->support.back(), frames, {})->right);
}

TEST(TourAnswers, AreSaidWithTheirUnit) {
    const Frames frames = measured();
    EXPECT_EQ(value_words(TourQuantity::share_beyond, 31.25, frames), "31.2 %");
    EXPECT_EQ(value_words(TourQuantity::support_logdet, {}, frames), "…");
    const std::string symbol =
        (*frames.decode->symbols)[static_cast<std::size_t>(frames.decode->line[3].token)];
    EXPECT_EQ(value_words(TourQuantity::support_token, 3.0, frames),
              "character 3, \"" + symbol + "\"");
}

}  // namespace
}  // namespace marginscope
