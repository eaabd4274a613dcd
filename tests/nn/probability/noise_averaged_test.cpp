// The averaged law against one decoder a draw, along texts that grow, go back and are moved; its
// passes counted.
#include "nn/probability/noise_averaged.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nn/measure/noise.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::tiny_model;

/// log p after `text` under each draw: a decoder for each, which reads the text anew.
std::vector<std::vector<double>> by_decoders(const Model& model, const std::vector<int>& text,
                                             const at::Tensor& deltas, double scale,
                                             std::uint64_t seed, int draws) {
    std::vector<std::vector<double>> all;
    for (int draw = 0; draw < draws; ++draw) {
        const TwinNoise noise{NoisePlace::embeddings, {scale}, seed, draws, {}};
        Decoder decoder(model.gpt);
        decoder.perturb([&](const at::Tensor& u, std::size_t first, ForwardOptions& options) {
            return noise.added(u, draw, static_cast<std::int64_t>(first), options);
        });
        const at::Tensor logits = decoder.append(text, deltas);
        const at::Tensor law = at::log_softmax(logits.to(at::kDouble), -1);
        all.emplace_back(law.const_data_ptr<double>(), law.const_data_ptr<double>() + law.numel());
    }
    return all;
}

void expect_draws(const NextLaw& law, const std::vector<std::vector<double>>& expected) {
    ASSERT_EQ(law.draws.size(), expected.size());
    std::vector<double> mean(expected[0].size());
    for (std::size_t k = 0; k < expected.size(); ++k)
        for (std::size_t x = 0; x < mean.size(); ++x) {
            EXPECT_NEAR(law.draws[k][x], expected[k][x], 5e-4);
            mean[x] += std::exp(law.draws[k][x]) / static_cast<double>(expected.size());
        }
    for (std::size_t x = 0; x < mean.size(); ++x)
        EXPECT_NEAR(std::exp(law.distribution.logprob[x]), mean[x], 1e-12);
}

TEST(NoiseAveraged, IsADecoderForEachDraw) {
    const Model model = tiny_model();
    std::mt19937 rng(4);
    Decoder text(model.gpt);
    NoiseAveraged average(model.gpt);
    SamplingSettings settings;
    settings.seed = 9;
    settings.chooser = {.noise_draws = 3, .noise_sigma = 0.2};
    text.append(std::vector<int>{1, 2, 3, 4});
    for (int step = 0; step < 30; ++step) {
        expect_draws(average.law(text, settings), by_decoders(model, text.ids(), {}, 0.2, 9, 3));
        if (rng() % 5 == 0 && text.length() > 4) {
            text.truncate(text.length() - 1 - rng() % 3);
        } else {
            std::vector<int> more(1 + rng() % 2);
            for (int& one : more) one = static_cast<int>(rng() % 9);
            text.append(more);
        }
    }
    EXPECT_GT(text.window_begin(), 0u) << "the window should have moved";
}

TEST(NoiseAveraged, ReadsEachTokenOnceForEachDraw) {
    const Model model = tiny_model();
    Decoder text(model.gpt);
    NoiseAveraged average(model.gpt);
    SamplingSettings settings;
    settings.chooser = {.noise_draws = 5, .noise_sigma = 0.1};
    text.append(std::vector<int>{1, 2, 3});
    for (int step = 0; step < 4; ++step) {
        average.law(text, settings);
        average.law(text, settings);
        EXPECT_EQ(average.passes(), 5 * (step + 1)) << "the same text costs nothing";
        text.append(std::vector<int>{step});
    }
    settings.seed += 1;
    average.law(text, settings);
    EXPECT_EQ(average.passes(), 25);
}

TEST(NoiseAveraged, FollowsATokenThatWasMoved) {
    const Model model = tiny_model();
    const std::vector<int> ids = {1, 2, 3, 4, 5};
    NoiseAveraged average(model.gpt);
    SamplingSettings settings;
    settings.chooser = {.noise_draws = 2, .noise_sigma = 0.1};
    for (const double amount : {0.0, 0.4, -0.3}) {
        at::Tensor deltas = at::zeros({5, model.gpt.shape().width});
        deltas[1].fill_(amount);
        Decoder text(model.gpt);
        text.append(ids, deltas);
        expect_draws(average.law(text, settings),
                     by_decoders(model, ids, deltas, 0.1, settings.seed, 2));
    }
}

TEST(NoiseAveraged, RelativeNoiseIsInUnitsOfAllTokens) {
    const Model model = tiny_model();
    std::vector<int> all;
    for (int id = 0; id < model.gpt.vocabulary(); ++id) all.push_back(id);
    const double rms = token_embedding_rms(model.gpt, all);
    Decoder text(model.gpt);
    text.append(std::vector<int>{3, 1});
    NoiseAveraged average(model.gpt);
    SamplingSettings settings;
    settings.chooser = {.noise_draws = 4, .noise_sigma = 0.5, .noise_relative = true};
    expect_draws(average.law(text, settings),
                 by_decoders(model, text.ids(), {}, 0.5 * rms, settings.seed, 4));
}

TEST(NoiseAveraged, ItsEntropyIsSplit) {
    const Model model = tiny_model();
    Decoder text(model.gpt);
    text.append(std::vector<int>{3, 1, 4});
    NoiseAveraged average(model.gpt);
    SamplingSettings settings;
    settings.chooser = {.noise_draws = 6, .noise_sigma = 0.5};
    const NextLaw law = average.law(text, settings);
    double expected = 0, divergence = 0;
    for (const auto& draw : law.draws)
        for (std::size_t x = 0; x < draw.size(); ++x) {
            expected -= std::exp(draw[x]) * draw[x] / 6;
            divergence += std::exp(draw[x]) * (draw[x] - law.distribution.logprob[x]) / 6;
        }
    EXPECT_NEAR(*law.expected_entropy, expected, 1e-10);
    EXPECT_NEAR(*law.mutual_information(), divergence, 1e-10);
    EXPECT_GT(divergence, 1e-3);
}

}  // namespace
}  // namespace marginscope
