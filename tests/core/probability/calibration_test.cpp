// Calibration error against its definition, and its bias against many simulated predictors whose
// true error is known.
#include "core/probability/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace marginscope {
namespace {

/// Predictions in the middles of four of ten bins, right with probability confidence + gap.
std::vector<Judged> simulated(std::mt19937& rng, int count, double gap) {
    constexpr double kConfidences[] = {0.35, 0.55, 0.75, 0.85};
    std::vector<Judged> judged;
    std::uniform_real_distribution<double> uniform;
    for (int k = 0; k < count; ++k) {
        const double confidence = kConfidences[k % 4];
        judged.push_back({confidence, uniform(rng) < confidence + gap});
    }
    return judged;
}

struct Averages {
    double ece = 0.0, if_calibrated = 0.0, debiased = 0.0, squared = 0.0;
};

Averages average(int count, double gap) {
    std::mt19937 rng(11);
    constexpr int kRuns = 4000;
    Averages sum;
    for (int run = 0; run < kRuns; ++run) {
        const Calibration one = calibration_of(simulated(rng, count, gap), 10);
        sum.ece += one.ece / kRuns;
        sum.if_calibrated += one.ece_if_calibrated / kRuns;
        sum.debiased += one.ece_debiased / kRuns;
        sum.squared += one.squared_unbiased / kRuns;
    }
    return sum;
}

TEST(Calibration, IsItsDefinition) {
    const std::vector<Judged> judged = {{0.05, false}, {0.15, true},  {0.12, false},
                                        {0.95, true},  {1.0, true},   {0.91, false},
                                        {0.5, true},   {0.55, false}, {0.0, false}};
    const Calibration found = calibration_of(judged, 10);
    ASSERT_EQ(found.bins.size(), 10U);
    EXPECT_EQ(found.count, 9U);
    EXPECT_EQ(found.bins[0].count, 2U);
    EXPECT_EQ(found.bins[1].count, 2U);
    EXPECT_NEAR(found.bins[1].confidence, 0.135, 1e-15);
    EXPECT_NEAR(found.bins[1].accuracy, 0.5, 1e-15);
    EXPECT_EQ(found.bins[5].count, 2U);
    EXPECT_EQ(found.bins[9].count, 3U);  // 1 belongs to the last
    const double expected = (0.05 + 2 * (0.5 - 0.135) + 2 * (0.525 - 0.5) +
                             3 * std::abs(2.0 / 3.0 - (0.95 + 1.0 + 0.91) / 3.0)) /
                            9.0;
    EXPECT_NEAR(found.ece, expected, 1e-12);
    EXPECT_EQ(calibration_of({}, 10).ece, 0.0);
}

TEST(Calibration, SaysWhatThePlugInValueWouldBeOfACalibratedModel) {
    for (const int count : {20, 100, 1000}) {
        const Averages found = average(count, 0.0);
        EXPECT_NEAR(found.if_calibrated / found.ece, 1.0, 0.02) << count;
        EXPECT_LT(found.debiased, 0.65 * found.ece) << count;
    }
}

TEST(Calibration, TheDebiasedValueIsNearTheTruthWhereThePlugInIsNot) {
    constexpr double kGap = 0.08;
    for (const int count : {160, 640, 4000}) {
        const double chance = std::sqrt(0.21 / (count / 4));  // of a bin, about
        EXPECT_LT(std::abs(average(count, kGap).debiased - kGap), 0.11 * chance) << count;
    }
    // With a gap of half of chance: still nearer than the plug-in value.
    const Averages small = average(160, 0.035);
    EXPECT_LT(std::abs(small.debiased - 0.035), 0.5 * (small.ece - 0.035));
}

TEST(Calibration, TheSquaredErrorHasNoBias) {
    for (const double gap : {0.0, 0.03, 0.1})
        EXPECT_NEAR(average(160, gap).squared, gap * gap, 0.0002) << gap;
}

}  // namespace
}  // namespace marginscope
