// Sampled laws against enumerated ones: within what they say of themselves.
#include "nn/probability/subset_sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/statistics.h"
#include "nn/probability/all_texts.h"

namespace marginscope {
namespace {

using testing_support::float64_model;

constexpr int kVocabulary = 8;

// Three asked, two open between them, fixed tokens of one to three after each: nothing is easy.
SubsetProblem hard_problem() {
    return {{3, 1}, 12, {{1, 2}, {4, 5}, {5, 5}, {6, 0}, {8, 1}, {10, 6}, {11, 7}}, {0, 2, 7}};
}

TEST(SubsetSampling, IntervalsHoldAsOftenAsTheySay) {
    const CharGpt model = float64_model(kVocabulary, 14, 50);
    const SubsetPlan plan = subset_plan(hard_problem());
    const SubsetLaw exact = enumerate_subset(model, plan);
    const double factor = student_quantile(0.975, 31);
    int held = 0, evidence_held = 0;
    // One number of each run: the likeliest token of the asked positions in turn.
    for (int run = 0; run < 100; ++run) {
        const SampledSubset sampled = sample_subset(
            model, plan, {.draws = 1024, .seed = static_cast<std::uint64_t>(run), .look_ahead = 1});
        const std::size_t asked = static_cast<std::size_t>(run) % 3;
        std::size_t likeliest = 0;
        for (std::size_t c = 0; c < kVocabulary; ++c)
            if (exact.marginals[asked][c].prob > exact.marginals[asked][likeliest].prob)
                likeliest = c;
        const SubsetProbability p = sampled.law.marginals[asked][likeliest];
        held += std::abs(p.prob - exact.marginals[asked][likeliest].prob) <= factor * p.error;
        evidence_held +=
            std::abs(sampled.law.evidence - exact.evidence) <= factor * sampled.law.evidence_error;
        EXPECT_EQ(sampled.population.draws, 1024);
    }
    EXPECT_GE(held, 91);
    EXPECT_LE(held, 99);
    EXPECT_GE(evidence_held, 91);
    EXPECT_LE(evidence_held, 99);
}

TEST(SubsetSampling, EstimatesOfTheEvidenceAreUnbiased) {
    const CharGpt model = float64_model(kVocabulary, 14, 51);
    const SubsetPlan plan = subset_plan(hard_problem());
    const double exact = enumerate_subset(model, plan).evidence;
    for (const int look_ahead : {0, 2}) {
        std::vector<double> ratios;
        for (std::uint64_t seed = 0; seed < 400; ++seed)
            ratios.push_back(std::exp(
                sample_subset(model, plan,
                              {.draws = 32, .islands = 4, .seed = seed, .look_ahead = look_ahead})
                    .law.evidence -
                exact));
        const double z = (mean(ratios) - 1.0) / (standard_deviation(ratios) /
                                                 std::sqrt(static_cast<double>(ratios.size())));
        EXPECT_LE(std::abs(z), 3.0) << "look-ahead " << look_ahead << ", mean " << mean(ratios);
    }
}

TEST(SubsetSampling, OneFreePositionIsSummedNotDrawn) {
    const CharGpt model = float64_model(kVocabulary, 14, 52);
    const SubsetPlan plan = subset_plan({{3, 1}, 4, {{0, 2}, {2, 5}, {3, 1}}, {1}});
    const SubsetLaw exact = enumerate_subset(model, plan);
    const SampledSubset sampled = sample_subset(model, plan, {.draws = 64});
    EXPECT_NEAR(sampled.law.evidence, exact.evidence, 1e-12);
    for (std::size_t c = 0; c < kVocabulary; ++c) {
        EXPECT_NEAR(sampled.law.marginals[0][c].prob, exact.marginals[0][c].prob, 1e-12);
        EXPECT_LE(sampled.law.marginals[0][c].error, 1e-12);
    }
}

TEST(SubsetSampling, LookingAheadIsWorthMoreOfTheParticles) {
    const CharGpt model = float64_model(kVocabulary, 14, 53);
    const SubsetPlan plan = subset_plan(hard_problem());
    const auto error_of = [&](int look_ahead) {
        return sample_subset(model, plan, {.draws = 4096, .look_ahead = look_ahead})
            .law.evidence_error;
    };
    EXPECT_LT(error_of(2), 0.5 * error_of(0));
}

TEST(SubsetSampling, EqualSeedsGiveEqualNumbersAndAStopGivesNone) {
    const CharGpt model = float64_model(kVocabulary, 14, 54);
    const SubsetPlan plan = subset_plan(hard_problem());
    const auto law = [&](std::uint64_t seed) {
        return sample_subset(model, plan, {.draws = 256, .seed = seed}).law;
    };
    EXPECT_EQ(law(1).evidence, law(1).evidence);
    EXPECT_NE(law(1).evidence, law(2).evidence);
    std::stop_source source;
    source.request_stop();
    const SampledSubset stopped =
        sample_subset(model, plan, {.draws = 256}, {}, source.get_token());
    EXPECT_TRUE(stopped.law.stopped);
    EXPECT_TRUE(stopped.law.law.empty());
}

TEST(SubsetSampling, NeverTakesMoreTokensThanItSays) {
    const CharGpt model = float64_model(kVocabulary, 5, 55);  // the window moves
    const SubsetPlan plan = subset_plan(hard_problem());
    for (const int draws : {32, 2048}) {
        const SubsetSampling settings{.draws = draws};
        EXPECT_LE(sample_subset(model, plan, settings).law.token_steps,
                  sampling_work(plan, model.shape(), kVocabulary, settings));
    }
}

}  // namespace
}  // namespace marginscope
