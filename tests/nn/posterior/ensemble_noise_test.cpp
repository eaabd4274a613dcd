// Models that predict together under noise, against what each does alone.
#include <gtest/gtest.h>

#include "core/error.h"
#include "nn/measure/evaluate.h"
#include "nn/posterior/predictive.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

class EnsembleNoise : public testing::Test {
protected:
    void SetUp() override {
        for (unsigned seed = 1; seed <= 3; ++seed)
            save_model(tiny_model(false, true, seed), file(seed));
    }
    fs::path file(unsigned seed) const {
        return folder_.path() / ("model-" + std::to_string(seed) + ".safetensors");
    }
    NoiseRequest request(std::vector<fs::path> models) const {
        NoiseRequest made;
        made.text = random_text(900, 7);
        made.whole_text = true;
        made.sigmas = {0.0, 0.3, 0.8};
        made.relative = true;
        made.draws = 2;
        made.seed = 5;
        made.threads = 1;
        made.model = models.size() == 1 ? models.front() : folder_.path();
        if (models.size() > 1) made.together = std::move(models);
        return made;
    }
    NoiseRequest all() const { return request({file(1), file(2), file(3)}); }
    /// Each member is measured by itself, under the same request.
    void expect_means_of_members(const NoiseRequest& asked) const {
        const NoiseCurve together = evaluate_noise(asked);
        ASSERT_EQ(together.members.size(), asked.together.size());
        std::vector<NoiseCurve> alone;
        for (const fs::path& model : asked.together) {
            NoiseRequest one = asked;
            one.together.clear();
            one.model = model;
            alone.push_back(evaluate_noise(one));
        }
        const auto count = static_cast<double>(alone.size());
        double rms = 0.0;
        for (const NoiseCurve& one : alone) rms += one.rms / count;
        EXPECT_NEAR(together.rms, rms, 1e-12);
        for (std::size_t k = 0; k < together.points.size(); ++k) {
            const NoisePoint& point = together.points[k];
            double ce = 0.0, flips = 0.0, errors = 0.0;
            for (const NoiseCurve& one : alone) {
                ce += one.points[k].ce / count;
                flips += one.points[k].flips / count;
                errors += one.points[k].errors.value / count;
            }
            ASSERT_TRUE(point.members.has_value());
            EXPECT_NEAR(point.members->ce.value, ce, 2e-6) << k;
            EXPECT_NEAR(point.members->flips.value, flips, 1e-9) << k;
            EXPECT_NEAR(point.members->errors.value, errors, 1e-9) << k;
            EXPECT_LT(point.members->ce.low, point.members->ce.high);
            // Jensen; they differ, so strictly.
            EXPECT_LT(point.ce, point.members->ce.value - 1e-4) << k;
            EXPECT_LT(point.members->ce.low, point.members->ce.value);
            EXPECT_GT(point.members->ce.high, point.members->ce.value);
        }
    }

    TemporaryFolder folder_;
};

TEST_F(EnsembleNoise, SaysOfItsMembersWhatEachSaysAlone) {
    for (const NoisePlace where : {NoisePlace::embeddings, NoisePlace::residual}) {
        NoiseRequest asked = all();
        asked.where = where;
        expect_means_of_members(asked);
    }
    NoiseRequest absolute = all();
    absolute.relative = false;
    expect_means_of_members(absolute);
}

TEST_F(EnsembleNoise, OnSupportTokensOfEachAndOnSpoiltCharacters) {
    NoiseRequest support = all();
    support.tokens = NoisyTokens::support;
    support.support = 3;
    expect_means_of_members(support);
    NoiseRequest spoilt = all();
    spoilt.characters = CharacterChange::swap;
    spoilt.rates = {0.05, 0.3};
    expect_means_of_members(spoilt);
}

TEST_F(EnsembleNoise, OfOneModelTwiceIsThatModel) {
    const NoiseCurve one = evaluate_noise(request({file(1)}));
    const NoiseCurve twice = evaluate_noise(request({file(1), file(1)}));
    EXPECT_TRUE(one.members.empty());
    for (std::size_t k = 0; k < one.points.size(); ++k) {
        const NoisePoint &a = one.points[k], &b = twice.points[k];
        EXPECT_FALSE(a.members.has_value());
        EXPECT_NEAR(b.ce, b.members->ce.value, 1e-12);
        EXPECT_NEAR(a.ce, b.ce, 1e-6);
        EXPECT_EQ(a.flips, b.flips);
        EXPECT_EQ(b.flips, b.members->flips.value);
        EXPECT_EQ(a.errors.value, b.errors.value);
        EXPECT_NEAR(a.brier.value, b.brier.value, 1e-6);
        EXPECT_NEAR(a.calibration.ece, b.calibration.ece, 1e-5);
    }
    EXPECT_EQ(one.points[0].flips, 0.0);
    EXPECT_GT(one.points[2].flips, 0.0);
}

TEST_F(EnsembleNoise, IsWhatPredictorsTogetherAre) {
    NoiseRequest asked = all();
    asked.draws = 1;
    const NoiseCurve curve = evaluate_noise(asked);
    PredictiveRequest predictors;
    for (const double sigma : asked.sigmas)
        predictors.predictors.push_back({"at a sigma", asked.together, sigma, 1});
    predictors.text = asked.text;
    predictors.whole_text = true;
    predictors.seed = asked.seed;
    predictors.threads = 1;
    const PredictiveReport report = evaluate_predictors(predictors);
    for (std::size_t k = 0; k < asked.sigmas.size(); ++k) {
        const NoisePoint& point = curve.points[k];
        const Predictive& other = report.predictors[k];
        EXPECT_NEAR(point.ce, other.ce.value, 1e-9) << k;
        EXPECT_NEAR(point.members->ce.value, other.members_ce, 1e-9) << k;
        EXPECT_NEAR(point.brier.value, other.brier.value, 1e-9) << k;
        EXPECT_NEAR(point.errors.value, 1.0 - other.accuracy, 1e-9) << k;
        EXPECT_NEAR(point.calibration.ece, other.calibration.ece, 1e-9) << k;
        EXPECT_EQ(point.calibration.count, other.calibration.count) << k;
    }
}

TEST_F(EnsembleNoise, StoppedItJudgesWholeWindowsAlone) {
    NoiseRequest asked = all();
    asked.text = random_text(12 * 70 + 1, 3);  // three batches
    std::stop_source stop;
    const NoiseCurve curve = evaluate_noise(
        asked, [&](std::size_t, std::size_t) { stop.request_stop(); }, stop.get_token());
    EXPECT_TRUE(curve.stopped);
    EXPECT_EQ(curve.windows, 32U);
    for (const NoisePoint& point : curve.points)
        EXPECT_EQ(point.calibration.count, curve.windows * curve.context);
}

TEST_F(EnsembleNoise, RefusesModelsOfOtherCharactersOrContexts) {
    save_model(tiny_model(false, true, 3, Vocabulary::from_text("xyz .\n")), file(4));
    try {
        (void)evaluate_noise(request({file(1), file(4)}));
        ADD_FAILURE();
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("model-4"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("vocabulary"), std::string::npos);
    }
}

}  // namespace
}  // namespace marginscope
