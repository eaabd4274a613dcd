// The report on items whose truth is known: a margin that knows something, and one that does not.
#include "core/probability/selective_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace marginscope {
namespace {

// Wrong where ease + hidden + noise < 0. Entropy sees the ease, the margin `share` of the hidden
// part.
SelectiveItems items(std::size_t count, double share, std::mt19937& rng, bool margins = true) {
    std::normal_distribution<double> normal;
    SelectiveItems out;
    out.scores = {{"log p", ScoreFamily::probability, true, {}},
                  {"entropy", ScoreFamily::entropy, false, {}}};
    if (margins) out.scores.push_back({"margin", ScoreFamily::margin, true, {}});
    for (std::size_t k = 0; k < count; ++k) {
        const double ease = normal(rng), hidden = normal(rng);
        out.scores[0].values.push_back(ease + normal(rng));
        out.scores[1].values.push_back(3.0 - ease);
        if (margins) out.scores[2].values.push_back(share * hidden + (1.0 - share) * normal(rng));
        out.wrong.push_back(ease + hidden + 0.3 * normal(rng) < -0.5 ? 1 : 0);
    }
    return out;
}

SelectiveParts parts(double share, std::mt19937& rng, bool margins = true,
                     std::size_t calibrations = 1) {
    return {items(500, share, rng, margins), items(1000 * calibrations, share, rng, margins),
            items(2000, share, rng, margins), calibrations};
}

SelectiveSettings quick() {
    SelectiveSettings settings;
    settings.draws = 300;
    settings.promise.error = 0.1;
    return settings;
}

const JudgedScore& find(const SelectiveReport& report, const std::string& name) {
    for (const JudgedScore& judged : report.scores)
        if (judged.score.name == name) return judged;
    throw std::logic_error(name);
}

TEST(SelectiveReport, FindsWhatAMarginKnowsAndDoesNotFindWhatItDoesNot) {
    std::mt19937 rng(21);
    const SelectiveReport knows = selective_report(parts(0.9, rng), quick());
    EXPECT_LT(knows.beside_entropy->high, 0.0);
    EXPECT_LT(knows.beside_all->high, 0.0);
    EXPECT_EQ(knows.sentence.find("The margin adds something"), 0u) << knows.sentence;
    const SelectiveReport noise = selective_report(parts(0.0, rng), quick());
    EXPECT_GT(noise.beside_entropy->high, 0.0);
    EXPECT_EQ(noise.sentence.find("The margin adds nothing"), 0u) << noise.sentence;
}

TEST(SelectiveReport, ACombinationOfOneScoreIsThatScore) {
    std::mt19937 rng(22);
    const SelectiveReport report = selective_report(parts(0.5, rng), quick());
    const JudgedScore &alone = find(report, "entropy"), &fitted = find(report, "entropy, fitted");
    EXPECT_GT(fitted.fit.weights.at(0), 0.0) << "more entropy, more often wrong";
    EXPECT_NEAR(fitted.curve.area.value, alone.curve.area.value, 2e-4);
    EXPECT_EQ(fitted.made, (std::vector<std::string>{"entropy"}));
    EXPECT_EQ(find(report, "all, fitted").made.size(), 3u);
}

TEST(SelectiveReport, PromisesAreKeptOnFreshItems) {
    std::mt19937 rng(23);
    const SelectiveParts all = parts(0.5, rng, true, 20);
    const SelectiveReport report = selective_report(all, quick());
    for (const JudgedScore& judged : report.scores) {
        EXPECT_LE(judged.broken, 3u) << judged.score.name;
        EXPECT_EQ(judged.promise.chosen.has_value(), judged.kept.kept > 0);
    }
    const JudgedScore& best = find(report, "all, fitted");
    EXPECT_GE(best.promised, 15u);
    std::size_t kept = 0, wrong = 0;
    for (std::size_t k = 0; k < all.fresh.size(); ++k) {
        if (best.score.values[k] > -*best.promise.threshold()) continue;
        ++kept;
        wrong += all.fresh.wrong[k];
    }
    EXPECT_EQ(best.kept.kept, kept);
    EXPECT_EQ(best.kept.wrong, wrong);
}

TEST(SelectiveReport, TheBestOfKIsTheMostTrustedOfEachKInARow) {
    std::mt19937 rng(24);
    SelectiveParts all = parts(0.5, rng);
    all.fresh = items(403, 0.5, rng);
    const SelectiveReport report = selective_report(all, quick());
    ASSERT_EQ(report.best_of.size(), 3 * report.scores.size());
    for (const BestOf& best : report.best_of) {
        EXPECT_EQ(best.groups, 403u / static_cast<std::size_t>(best.k));
        const JudgedScore& judged = report.scores[best.score];
        std::size_t wrong = 0;
        for (std::size_t g = 0; g < best.groups; ++g) {
            std::size_t top = g * static_cast<std::size_t>(best.k);
            for (std::size_t j = 1; j < static_cast<std::size_t>(best.k); ++j)
                if (judged.trusts[g * static_cast<std::size_t>(best.k) + j] > judged.trusts[top])
                    top = g * static_cast<std::size_t>(best.k) + j;
            wrong += all.fresh.wrong[top];
        }
        EXPECT_EQ(best.wrong, wrong);
        EXPECT_LE(best.bounds.low, static_cast<double>(wrong) / static_cast<double>(best.groups));
        EXPECT_NEAR(best.threshold.value,
                    RiskOrder(judged.trusts, all.fresh.wrong).curve({{1.0 / best.k}}).risk[0],
                    1e-12);
    }
}

TEST(SelectiveReport, SaysThatAModelHasNoMargins) {
    std::mt19937 rng(25);
    const SelectiveReport report = selective_report(parts(0.0, rng, false), quick());
    EXPECT_FALSE(report.beside_entropy);
    EXPECT_EQ(report.scores.size(), 4u);
    EXPECT_NE(report.sentence.find("no fitted stage"), std::string::npos);
}

TEST(SelectiveReport, AreaLiesBetweenThePerfectOneAndTheBaseRate) {
    std::mt19937 rng(26);
    const SelectiveReport report = selective_report(parts(0.5, rng), quick());
    for (const JudgedScore& judged : report.scores) {
        EXPECT_GT(judged.curve.area.value, report.perfect);
        EXPECT_LT(judged.curve.area.value, report.base * 1.05);
        EXPECT_NEAR(judged.curve.risk.back().value, report.base, 1e-12);
    }
}

}  // namespace
}  // namespace marginscope
