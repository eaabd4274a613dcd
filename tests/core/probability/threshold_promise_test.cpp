// What is promised is kept, where the true risk of every threshold is known.
#include "core/probability/threshold_promise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/probability/binomial.h"

namespace marginscope {
namespace {

// Trust is uniform on [0, 1] and an item of trust t is wrong with probability slope (1 - t) +
// floor: the risk of what is kept by threshold s is slope (1 - s) / 2 + floor.
struct World {
    double slope, floor;
    double risk(double threshold) const {
        return 0.5 * slope * (1.0 - std::clamp(threshold, 0.0, 1.0)) + floor;
    }
};

struct Items {
    std::vector<double> trust;
    std::vector<std::uint8_t> wrong;
    LabelledTrust view() const { return {trust, wrong}; }
};

Items draw_items(const World& world, std::size_t count, std::mt19937& rng) {
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    Items items;
    for (std::size_t k = 0; k < count; ++k) {
        items.trust.push_back(unit(rng));
        items.wrong.push_back(unit(rng) < world.slope * (1.0 - items.trust.back()) + world.floor);
    }
    return items;
}

TEST(ThresholdPromise, IsKeptIn95OfAHundredCalibrations) {
    std::mt19937 rng(1);
    PromiseSettings settings;
    settings.error = 0.1;
    for (const World world : {World{0.6, 0.0}, World{0.3, 0.05}, World{0.0, 0.1001}}) {
        int held = 0, made = 0;
        double kept = 0.0;
        for (int round = 0; round < 200; ++round) {
            const Items tuning = draw_items(world, 500, rng);
            const Items calibration = draw_items(world, 2000, rng);
            const auto threshold =
                promise_threshold(tuning.view(), calibration.view(), settings).threshold();
            made += threshold ? 1 : 0;
            held += !threshold || world.risk(*threshold) <= settings.error ? 1 : 0;
            kept += threshold ? 1.0 - std::max(*threshold, 0.0) : 0.0;
        }
        EXPECT_GE(held, 184) << world.slope;
        if (world.slope == 0.6) {  // what can be promised is: a third of all could be kept
            EXPECT_GE(made, 180);
            EXPECT_GE(kept / made, 0.12);
        }
    }
}

TEST(ThresholdPromise, SaysWhereNoThresholdKeepsIt) {
    std::mt19937 rng(2);
    const World world{0.1, 0.4};
    const Items tuning = draw_items(world, 500, rng), calibration = draw_items(world, 2000, rng);
    const ThresholdPromise promise =
        promise_threshold(tuning.view(), calibration.view(), PromiseSettings{});
    EXPECT_FALSE(promise.chosen);
    EXPECT_FALSE(promise.tests.empty());
    EXPECT_TRUE(promise_threshold({}, {}, PromiseSettings{}).tests.empty());
}

TEST(ThresholdPromise, TestsInTheOrderOfTheTuningPartUntilTheFirstFailure) {
    std::mt19937 rng(3);
    const World world{0.4, 0.0};
    const Items tuning = draw_items(world, 500, rng), calibration = draw_items(world, 2000, rng);
    PromiseSettings settings;
    settings.error = 0.1;
    const ThresholdPromise promise = promise_threshold(tuning.view(), calibration.view(), settings);
    ASSERT_TRUE(promise.chosen);
    double before = 0.0, loosest = INFINITY;
    bool failed = false;
    for (const ThresholdTest& test : promise.tests) {
        std::size_t kept = 0, wrong = 0;
        for (std::size_t k = 0; k < calibration.trust.size(); ++k) {
            if (calibration.trust[k] < test.threshold) continue;
            ++kept;
            wrong += calibration.wrong[k];
        }
        EXPECT_EQ(test.calibration.kept, kept);
        EXPECT_EQ(test.calibration.wrong, wrong);
        EXPECT_DOUBLE_EQ(test.p_value,
                         binomial_cdf(static_cast<int>(wrong), static_cast<int>(kept), 0.1));
        const double sure = binomial_cdf(static_cast<int>(test.tuning.wrong),
                                         static_cast<int>(test.tuning.kept), 0.1);
        EXPECT_GE(sure, before);
        before = sure;
        EXPECT_EQ(test.passed, !failed && test.p_value <= 0.05);
        failed = failed || !test.passed;
        if (test.passed) loosest = std::min(loosest, test.threshold);
    }
    EXPECT_TRUE(failed);
    EXPECT_EQ(promise.threshold(), loosest);
}

TEST(ThresholdPromise, TheGridKeepsEvenSharesStrictestFirst) {
    const std::vector<double> trust = {5, 1, 4, 2, 3, NAN, 4, 4, 0, 6};  // nine numbers
    EXPECT_EQ(threshold_grid(trust, 3), (std::vector<double>{4, 3, 0}));
    EXPECT_EQ(threshold_grid(trust, 9), (std::vector<double>{6, 5, 4, 3, 2, 1, 0}));
    const KeptItems kept = kept_items(trust, std::vector<std::uint8_t>(10, 1), 4);
    EXPECT_EQ(kept.kept, 5u);
    EXPECT_EQ(kept.wrong, 5u);
}

}  // namespace
}  // namespace marginscope
