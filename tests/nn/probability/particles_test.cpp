// Particles against the law itself, summed over every text.
#include "nn/probability/particles.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"
#include "nn/decode/decoder.h"
#include "nn/decode/token_chooser.h"
#include "nn/model/device.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

// Ten tokens of the context of twelve stand before what is added: its window moves on meanwhile.
const std::vector<int> kPrompt = {1, 2, 3, 1, 1, 2, 3, 3, 2, 1};
constexpr int kTokens = 4;
constexpr double kNone = -std::numeric_limits<double>::infinity();

Model small_model(bool with_stage = true) {
    set_compute_threads(1);  // so little work is not worth a second one's attention
    return testing_support::tiny_model(false, with_stage, 5, Vocabulary::from_text("abc"));
}

struct Text {
    double logprob = 0.0, logdet = 0.0, least = std::numeric_limits<double>::infinity();
    bool beyond = false;
};
using Law = std::map<std::vector<int>, Text>;

// By the decoder and its margins, one text after the other.
void enumerate(const Model& model, Decoder& decoder, TokenChooser& chooser, std::vector<int>& text,
               const Text& so_far, Law& law) {
    if (text.size() == kTokens) {
        law[text] = so_far;
        return;
    }
    const at::Tensor logits = decoder.logits().contiguous();
    const TokenDistribution next =
        distribution({logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.numel())});
    for (int token = 0; token < model.gpt.vocabulary(); ++token) {
        Text one = so_far;
        one.logprob += next.logprob[static_cast<std::size_t>(token)];
        if (const auto margins = chooser.margins_of(token, MarginKind::determinant)) {
            one.logdet += margins->logdet.value;
            one.least = std::min(one.least, margins->logdet.value);
            one.beyond = one.beyond || margins->beyond();
        }
        decoder.append(std::span(&token, 1));
        text.push_back(token);
        enumerate(model, decoder, chooser, text, one, law);
        text.pop_back();
        decoder.truncate(decoder.length() - 1);
    }
}

Law law_of(const Model& model) {
    Decoder decoder(model.gpt);
    TokenChooser chooser(model, decoder);
    decoder.append(kPrompt);
    std::vector<int> text;
    Law law;
    enumerate(model, decoder, chooser, text, {}, law);
    return law;
}

double mass(const Text& text, const ParticleSettings& settings) {
    const SamplingSettings& sampling = settings.sampling;
    if (sampling.min_margin &&
        (text.least < *sampling.min_margin || (text.beyond && !sampling.allow_beyond)))
        return 0.0;
    return std::exp(text.logprob + settings.barrier_weight * text.logdet);
}

ParticleSettings settings_of(double weight, int particles) {
    ParticleSettings settings;
    settings.particles = particles;
    settings.tokens = kTokens;
    settings.barrier_weight = weight;
    settings.sampling.temperature = 1.0;
    return settings;
}

// The estimate of Z, and that of the unnormalised share of texts that begin with each token, over
// many runs: all unbiased.
void expect_unbiased(const Model& model, ParticleSettings settings, int runs) {
    const Law law = law_of(model);
    double z = 0.0;
    std::vector<double> first(static_cast<std::size_t>(model.gpt.vocabulary()), 0.0);
    for (const auto& [text, one] : law) {
        z += mass(one, settings);
        first[static_cast<std::size_t>(text[0])] += mass(one, settings);
    }
    ASSERT_GT(z, 0.0);
    const auto test = [&](double truth, double sum, double squares, const std::string& what) {
        const double mean = sum / runs;
        const double error = std::sqrt((squares / runs - mean * mean) / runs);
        EXPECT_NEAR(mean, truth, 3.5 * error + 1e-6 * z) << what << " over " << runs << " runs";
    };
    double sum = 0.0, squares = 0.0;
    std::vector<double> sums(first.size(), 0.0), all_squares(first.size(), 0.0);
    int resampled = 0;
    for (int run = 0; run < runs; ++run) {
        settings.sampling.seed = static_cast<std::uint64_t>(run);
        const ParticleCloud cloud = write_particles(model, kPrompt, settings);
        const double estimate = std::exp(cloud.log_z);
        sum += estimate;
        squares += estimate * estimate;
        std::vector<double> share(first.size(), 0.0);
        for (const Particle& one : cloud.particles)
            share[static_cast<std::size_t>(one.tokens[0])] += estimate * one.weight;
        for (std::size_t k = 0; k < share.size(); ++k) {
            sums[k] += share[k];
            all_squares[k] += share[k] * share[k];
        }
        resampled += static_cast<int>(cloud.resampled.size());
    }
    test(z, sum, squares, "Z");
    for (std::size_t k = 0; k < first.size(); ++k)
        test(first[k], sums[k], all_squares[k], "first token " + std::to_string(k));
    EXPECT_GT(resampled, 0) << "else the half of it was not tried";
}

TEST(Particles, TheConstantIsUnbiasedUnderABarrier) {
    expect_unbiased(small_model(), settings_of(3.0, 8), 1000);
}

TEST(Particles, TheConstantIsUnbiasedUnderACondition) {
    ParticleSettings settings = settings_of(0.0, 8);
    settings.sampling.min_margin = 0.5;
    expect_unbiased(small_model(), settings, 1000);
    settings.sampling.allow_beyond = true;
    expect_unbiased(small_model(), settings, 300);
}

TEST(Particles, WithoutWeightOrConditionTheyAreSamples) {
    const Model model = small_model();
    const Law law = law_of(model);
    const ParticleSettings settings = settings_of(0.0, 4000);
    const ParticleCloud cloud = write_particles(model, kPrompt, settings);
    EXPECT_NEAR(cloud.log_z, 0.0, 1e-12);
    EXPECT_TRUE(cloud.resampled.empty());
    std::map<std::vector<int>, int> seen;
    for (const Particle& one : cloud.particles) {
        EXPECT_DOUBLE_EQ(one.weight, 1.0 / 4000);
        ++seen[one.tokens];
    }
    double chi = 0.0, rest = 0.0, rest_seen = 0.0;
    int cells = 0;
    const auto add = [&](double expected, double count) {
        chi += (count - expected) * (count - expected) / expected;
        ++cells;
    };
    for (const auto& [text, one] : law) {
        const double expected = 4000 * std::exp(one.logprob);
        if (expected >= 5.0) {
            add(expected, seen[text]);
        } else {
            rest += expected;
            rest_seen += seen[text];
        }
    }
    if (rest > 0.0) add(rest, rest_seen);
    const double freedom = cells - 1;
    EXPECT_GE(cells, 10);
    EXPECT_LE(chi, freedom + 3.3 * std::sqrt(2 * freedom)) << cells << " cells";
}

TEST(Particles, TheFirstIsTheTextThatDecodingWrites) {
    const Model model = small_model();
    ParticleSettings settings = settings_of(0.0, 3);
    settings.sampling.temperature = 0.7;
    settings.sampling.top_k = 3;
    settings.tokens = 30;
    const ParticleCloud cloud = write_particles(model, kPrompt, settings);
    Decoder decoder(model.gpt);
    TokenChooser chooser(model, decoder);
    decoder.append(kPrompt);
    double logprob = 0.0, barrier = 0.0;
    for (int k = 0; k < settings.tokens; ++k) {
        const auto chosen = chooser.choose(settings.sampling);
        ASSERT_TRUE(chosen);
        EXPECT_EQ(cloud.particles[0].tokens[static_cast<std::size_t>(k)], chosen->token) << k;
        logprob += chosen->logprob;
        barrier -= chooser.margins_of(chosen->token, MarginKind::determinant)->logdet.value;
        decoder.append(std::span(&chosen->token, 1));
    }
    EXPECT_NEAR(cloud.particles[0].logprob, logprob, 1e-4);
    EXPECT_NEAR(cloud.particles[0].barrier, barrier, 1e-9 * std::abs(barrier) + 1e-9);
}

TEST(Particles, EqualTextsAreReadOnce) {
    const Model model = small_model();
    ParticleSettings settings = settings_of(0.0, 500);
    const ParticleCloud cloud = write_particles(model, kPrompt, settings);
    EXPECT_LE(cloud.distinct, 4 + 16 + 64 + 256) << "of " << 500 * kTokens;
    settings.sampling.temperature = 0.0;
    EXPECT_EQ(write_particles(model, kPrompt, settings).distinct, kTokens) << "all are one text";
}

TEST(Particles, TheStatedErrorIsTheScatterOfRuns) {
    const Model model = small_model();
    const Law law = law_of(model);
    ParticleSettings settings = settings_of(0.5, 64);
    double z = 0.0, squares = 0.0, told = 0.0;
    for (const auto& [text, one] : law) z += mass(one, settings);
    constexpr int kRuns = 200;
    int known = 0;
    for (int run = 0; run < kRuns; ++run) {
        settings.sampling.seed = 1000 + static_cast<std::uint64_t>(run);
        const ParticleCloud cloud = write_particles(model, kPrompt, settings);
        const double off = std::exp(cloud.log_z) / z - 1.0;
        squares += off * off / kRuns;
        if (cloud.log_z_error) told += *cloud.log_z_error * *cloud.log_z_error, ++known;
    }
    ASSERT_GT(known, kRuns / 2);
    const double ratio = std::sqrt(told / known / squares);
    EXPECT_GE(ratio, 0.7);
    EXPECT_LE(ratio, 2.0) << "systematic draws vary less than the formula's";
}

TEST(Particles, WhereNoneKeepsTheConditionZIsNothing) {
    const Model model = small_model();
    ParticleSettings settings = settings_of(0.0, 16);
    settings.sampling.min_margin = 1e6;
    const ParticleCloud cloud = write_particles(model, kPrompt, settings);
    EXPECT_EQ(cloud.log_z, kNone);
    EXPECT_FALSE(cloud.drawn);
    EXPECT_FALSE(cloud.log_z_error);
    for (const Particle& one : cloud.particles) EXPECT_EQ(one.weight, 0.0);
}

TEST(Particles, WithoutAStageOnlyAPlainLaw) {
    const Model model = small_model(false);
    ParticleSettings settings = settings_of(0.0, 4);
    EXPECT_EQ(write_particles(model, kPrompt, settings).particles[0].barrier, 0.0);
    settings.barrier_weight = 1.0;
    EXPECT_THROW(write_particles(model, kPrompt, settings), UserError);
}

TEST(Particles, StopsBetweenTokens) {
    const Model model = small_model();
    std::stop_source source;
    const ParticleCloud cloud = write_particles(
        model, kPrompt, settings_of(0.5, 4),
        [&](int done) {
            if (done == 2) source.request_stop();
        },
        source.get_token());
    EXPECT_TRUE(cloud.interrupted);
    for (const Particle& one : cloud.particles) EXPECT_EQ(one.tokens.size(), 2u);
}

}  // namespace
}  // namespace marginscope
