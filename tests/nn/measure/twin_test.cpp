// Twins of blocks against float64 passes and sums written out here.
#include "nn/measure/twin.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/random.h"
#include "nn/measure/probes.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::tiny_model;

struct Text {
    Model model = tiny_model(true);
    CharGpt exact = model.gpt.clone(at::kCPU, at::kDouble);
    std::vector<int> ids;

    explicit Text(std::size_t length, unsigned seed = 3)
        : ids(model.vocabulary.encode(random_text(length, seed))) {}

    at::Tensor u(const TextBlock& block) const {
        at::Tensor window =
            at::empty({1, static_cast<std::int64_t>(block.end - block.begin)}, at::kLong);
        for (std::size_t k = block.begin; k < block.end; ++k)
            window.data_ptr<std::int64_t>()[k - block.begin] = ids[k];
        return exact.embed(window);
    }
    std::vector<TextBlock> blocks(WindowRule rule = WindowRule::half) const {
        return text_blocks(ids.size(), 12, rule, ids.size());
    }
    TwinOfBlock twin(const TextBlock& block, const TwinNoise& noise,
                     const TwinMargins* margins = nullptr) const {
        TwinPass pass(exact, u(block), block, noise, margins);
        double before = 0;
        while (pass.step()) {
            EXPECT_GE(pass.progress(), before);
            before = pass.progress();
        }
        EXPECT_EQ(pass.progress(), 1.0);
        return pass.take();
    }
};

TwinNoise noise_at(NoisePlace where, std::vector<double> scales, int draws = 3) {
    return {
        .where = where, .scales = std::move(scales), .seed = 17, .draws = draws, .positions = {}};
}

/// x with one draw's noise, number by number from the keys as they are described.
at::Tensor with_noise(const at::Tensor& x, const TwinNoise& noise, int draw, int layer,
                      std::size_t begin) {
    at::Tensor out = x.contiguous().clone();
    double* number = out.data_ptr<double>();
    for (std::int64_t t = 0; t < x.size(1); ++t, number += x.size(2)) {
        const std::uint64_t place = begin + static_cast<std::uint64_t>(t);
        if (!noise.positions.empty() && std::ranges::count(noise.positions, place) == 0) continue;
        CounterRng rng({noise.seed, DrawPurpose::decode_noise, static_cast<std::uint64_t>(draw), 0,
                        place + (static_cast<std::uint64_t>(layer + 1) << 32)});
        const double scale =
            noise.scales[noise.scales.size() > 1 ? static_cast<std::size_t>(layer) : 0];
        for (std::int64_t c = 0; c < x.size(2); ++c) number[c] += scale * rng.normal();
    }
    return out;
}

/// Probabilities of what follows each place of the window, (n, V).
std::vector<std::vector<double>> probabilities(const Text& text, const TextBlock& block,
                                               const TwinNoise* noise, int draw) {
    at::Tensor u = text.u(block);
    ForwardOptions options;
    const auto hook = [&](int layer, const at::Tensor& x) {
        return with_noise(x, *noise, draw, layer, block.begin);
    };
    if (noise != nullptr && noise->where == NoisePlace::embeddings)
        u = with_noise(u, *noise, draw, -1, block.begin);
    else if (noise != nullptr)
        (noise->where == NoisePlace::attention ? options.on_attention_input : options.on_residual) =
            hook;
    const at::Tensor logits = text.exact.logits_from_embeddings(u, options)[0].contiguous();
    std::vector<std::vector<double>> all;
    for (std::int64_t row = 0; row < logits.size(0); ++row) {
        std::vector<double>& p = all.emplace_back();
        double sum = 0;
        for (std::int64_t v = 0; v < logits.size(1); ++v) {
            p.push_back(std::exp(logits.data_ptr<double>()[row * logits.size(1) + v]));
            sum += p.back();
        }
        for (double& one : p) one /= sum;
    }
    return all;
}

double entropy(const std::vector<double>& p) {
    double sum = 0;
    for (const double one : p) sum -= one * std::log(one);
    return sum;
}

int likeliest(const std::vector<double>& p) {
    return static_cast<int>(std::ranges::max_element(p) - p.begin());
}

void expect_as_written_out(const Text& text, const TextBlock& block, const TwinNoise& noise) {
    const TwinOfBlock twin = text.twin(block, noise);
    const auto clean = probabilities(text, block, nullptr, 0);
    std::vector<std::vector<double>> mean(clean.size(), std::vector<double>(clean[0].size()));
    std::vector<double> expected(clean.size());
    for (int draw = 0; draw < noise.draws; ++draw) {
        const auto noisy = probabilities(text, block, &noise, draw);
        for (std::size_t i = block.first; i < block.end; ++i) {
            const std::size_t k = i - block.first;
            const TwinNumbers& told = twin.draws[static_cast<std::size_t>(draw)][k];
            if (i == block.begin) {
                EXPECT_EQ(told.likeliest, -1);
                EXPECT_TRUE(std::isnan(told.kl));
                continue;
            }
            const std::size_t row = i - 1 - block.begin;
            double kl = 0;
            for (std::size_t v = 0; v < clean[row].size(); ++v) {
                kl += clean[row][v] * std::log(clean[row][v] / noisy[row][v]);
                mean[row][v] += noisy[row][v] / noise.draws;
            }
            expected[row] += entropy(noisy[row]) / noise.draws;
            EXPECT_NEAR(told.kl, kl, 1e-11) << i;
            EXPECT_EQ(told.likeliest, likeliest(noisy[row])) << i;
            EXPECT_EQ(twin.clean[k], likeliest(clean[row])) << i;
        }
    }
    for (std::size_t i = std::max(block.first, block.begin + 1); i < block.end; ++i) {
        const std::size_t row = i - 1 - block.begin;
        const TwinAverage& told = twin.average[i - block.first];
        EXPECT_NEAR(told.entropy, entropy(mean[row]), 1e-11);
        EXPECT_NEAR(told.expected, expected[row], 1e-11);
        EXPECT_GE(told.mutual_information(), 0.0);
        ASSERT_EQ(told.tokens.size(), 8u);
        for (std::size_t k = 0; k < 8; ++k) {
            const auto token = static_cast<std::size_t>(told.tokens[k].token);
            EXPECT_NEAR(told.tokens[k].mean, mean[row][token], 1e-12);
            EXPECT_NEAR(told.tokens[k].clean, clean[row][token], 1e-12);
            if (k > 0) EXPECT_GE(told.tokens[k - 1].mean, told.tokens[k].mean);
        }
        EXPECT_EQ(told.tokens[0].token, likeliest(mean[row]));
    }
}

TEST(Twin, IsWhatItsDefinitionSaysAtAllThreePlaces) {
    const Text text(40);
    for (const TextBlock& block : text.blocks()) {
        expect_as_written_out(text, block, noise_at(NoisePlace::embeddings, {0.3}));
        expect_as_written_out(text, block, noise_at(NoisePlace::attention, {0.2, 0.5}));
        expect_as_written_out(text, block, noise_at(NoisePlace::residual, {0.6, 0.1}));
        TwinNoise some = noise_at(NoisePlace::attention, {0.4});
        some.positions = {3, 9, 21};
        expect_as_written_out(text, block, some);
    }
}

TEST(Twin, WithoutNoiseIsTheTextExactly) {
    const Text text(30);
    const TwinMargins margins{stage_weights(text.model), MarginKind::determinant};
    for (const NoisePlace where :
         {NoisePlace::embeddings, NoisePlace::attention, NoisePlace::residual})
        for (const TextBlock& block : text.blocks()) {
            const TwinOfBlock twin = text.twin(block, noise_at(where, {0.0}), &margins);
            for (const auto& draw : twin.draws)
                for (std::size_t k = 0; k < draw.size(); ++k) {
                    EXPECT_EQ(draw[k].likeliest, twin.clean[k]);
                    if (twin.clean[k] >= 0) EXPECT_EQ(draw[k].kl, 0.0);
                    if (block.first + k >= block.begin + 2) EXPECT_EQ(draw[k].margin_gap, 0.0);
                }
            for (const TwinAverage& average : twin.average)
                if (!average.tokens.empty()) {
                    EXPECT_NEAR(average.mutual_information(), 0.0, 1e-12);
                    EXPECT_NEAR(average.tokens[0].mean, average.tokens[0].clean, 1e-12);
                }
        }
}

TEST(Twin, GapsAreOfTheStageOverTheNoisyEmbeddings) {
    const Text text(30);
    const TwinNoise noise = noise_at(NoisePlace::embeddings, {0.2});
    for (const MarginKind kind :
         {MarginKind::determinant, MarginKind::singular, MarginKind::geometric}) {
        const TwinMargins margins{stage_weights(text.model), kind};
        for (const TextBlock& block : text.blocks()) {
            if (kind == MarginKind::geometric && block.begin > 0) continue;  // one is slow enough
            const TwinOfBlock twin = text.twin(block, noise, &margins);
            const auto stage_of = [&](const at::Tensor& u) {
                Matrix rows(u.size(1), u.size(2));
                for (std::int64_t t = 0; t < u.size(1); ++t)
                    for (std::int64_t c = 0; c < u.size(2); ++c)
                        rows(t, c) = u[0][t][c].item<double>();
                return Stage(rows, margins.weights);
            };
            const auto margin_of = [&](const Stage& stage, int i) {
                PositionMargins found = stage.margins(i);
                if (kind == MarginKind::geometric) found.geometric = stage.geometric_margin(i);
                return margin_value(found, kind);
            };
            const Stage clean = stage_of(text.u(block));
            for (int draw = 0; draw < noise.draws; ++draw) {
                const Stage noisy =
                    stage_of(with_noise(text.u(block), noise, draw, -1, block.begin));
                for (std::size_t i = block.first; i < block.end; ++i) {
                    const double told =
                        twin.draws[static_cast<std::size_t>(draw)][i - block.first].margin_gap;
                    const auto t = static_cast<int>(i - block.begin);
                    if (t < 2) {
                        EXPECT_TRUE(std::isnan(told)) << i;
                        continue;
                    }
                    const double gap = margin_of(noisy, t) - margin_of(clean, t);
                    if (std::isfinite(gap))
                        EXPECT_NEAR(told, gap, 1e-9 * std::max(1.0, std::abs(gap))) << i;
                    else
                        EXPECT_FALSE(std::isfinite(told)) << i;
                }
            }
        }
    }
}

TEST(Twin, NoiseInsideTheModelLeavesTheStageAsItIs) {
    const Text text(12);
    const TwinMargins margins{stage_weights(text.model), MarginKind::singular};
    const TextBlock block = text.blocks()[0];
    const TwinOfBlock twin = text.twin(block, noise_at(NoisePlace::residual, {0.5}), &margins);
    EXPECT_GT(twin.draws[0][5].kl, 0.0);
    for (const auto& draw : twin.draws)
        for (std::size_t k = 2; k < draw.size(); ++k) EXPECT_EQ(draw[k].margin_gap, 0.0);
}

TEST(Twin, WhatACharacterGetsDependsNeitherOnWindowsNorOnOtherDraws) {
    const TwinNoise noise = noise_at(NoisePlace::residual, {0.2, 0.4}, 9);
    for (const int layer : {-1, 0, 1}) {
        const at::Tensor all = noise.standard(layer, 0, 9, 0, 40, 8);
        EXPECT_TRUE(
            at::equal(noise.standard(layer, 4, 3, 25, 7, 8), all.narrow(0, 4, 3).narrow(1, 25, 7)));
        EXPECT_NEAR(all.mean().item<double>(), 0.0, 0.05);
        EXPECT_NEAR(all.square().mean().item<double>(), 1.0, 0.05);
    }
    EXPECT_FALSE(at::equal(noise.standard(0, 0, 1, 0, 4, 8), noise.standard(1, 0, 1, 0, 4, 8)));
    // A longer text and more draws change nothing of what was there.
    const Text shorter(20), longer(33);
    ASSERT_TRUE(std::ranges::equal(shorter.ids, std::span(longer.ids).first(20)));
    TwinNoise few = noise, many = noise;
    few.draws = 2;
    many.draws = 120;  // more than one pass takes
    const TextBlock end = shorter.blocks().back(), same = longer.blocks()[2];
    ASSERT_EQ(end.begin, same.begin);
    const TwinOfBlock a = shorter.twin(end, few), b = longer.twin(same, many);
    for (std::size_t draw = 0; draw < 2; ++draw)
        for (std::size_t k = 0; k < a.clean.size(); ++k)
            EXPECT_NEAR(a.draws[draw][k].kl, b.draws[draw][k].kl, 1e-12);
}

TEST(Twin, OnlyChosenCharactersGetNoise) {
    const Text text(12);
    TwinNoise noise = noise_at(NoisePlace::embeddings, {0.5});
    noise.positions = {6, 8};
    const TextBlock block = text.blocks()[0];
    const TwinOfBlock twin = text.twin(block, noise);
    for (const auto& draw : twin.draws) {
        for (std::size_t i = 1; i <= 6; ++i)  // the prediction of 6 does not see it
            EXPECT_NEAR(draw[i].kl, 0.0, 1e-13) << i;
        for (std::size_t i = 7; i < 12; ++i) EXPECT_GT(draw[i].kl, 1e-9) << i;
    }
    for (const std::int64_t t : {0, 5, 7})
        EXPECT_EQ(noise.standard(-1, 0, 2, 0, 12, 8).select(1, t).abs().max().item<double>(), 0.0);
}

TEST(Twin, UnitsInsideTheModelAreEachLayersOwn) {
    const Text text(40);
    for (const NoisePlace where : {NoisePlace::attention, NoisePlace::residual}) {
        NoiseUnit unit(text.exact, where, true, text.ids, WindowRule::half);
        while (unit.step()) {
        }
        std::vector<double> sums(2, 0.0);
        double count = 0;
        for (const TextBlock& block : text.blocks()) {
            Tap tap;
            ForwardOptions options;
            options.tap = &tap;
            std::vector<at::Tensor> residual;
            options.on_residual = [&](int, const at::Tensor& x) {
                residual.push_back(x);
                return x;
            };
            text.exact.hidden_from_embeddings(text.u(block), options);
            for (std::size_t layer = 0; layer < 2; ++layer) {
                const at::Tensor& x =
                    where == NoisePlace::attention ? tap.layers[layer].u : residual[layer];
                for (std::size_t i = block.first; i < block.end; ++i)
                    sums[layer] += x[0][static_cast<std::int64_t>(i - block.begin)]
                                       .square()
                                       .sum()
                                       .item<double>();
            }
            count += static_cast<double>((block.end - block.first) * 8);
        }
        ASSERT_EQ(unit.rms().size(), 2u);
        for (std::size_t layer = 0; layer < 2; ++layer)
            EXPECT_NEAR(unit.rms()[layer], std::sqrt(sums[layer] / count), 1e-12);
    }
}

}  // namespace
}  // namespace marginscope
