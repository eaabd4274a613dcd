// What several scores of the same items are worth for selective generation: curves, areas, a
// threshold with its promise, the best of several draws at equal cost, and whether margins add
// anything beside entropy.
//
// Items come in three parts, drawn independently: on *tuning* combinations are fitted and
// thresholds laid out, on *calibration* thresholds are tested, *fresh* is only looked at: curves,
// areas and what became of the promises are of it alone. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/probability/binomial.h"
#include "core/probability/logistic.h"
#include "core/probability/risk_coverage.h"
#include "core/probability/threshold_promise.h"

namespace marginscope {

enum class ScoreFamily { probability, entropy, margin };

struct SelectiveScore {
    std::string name;
    ScoreFamily family = ScoreFamily::probability;
    bool high_is_sure = true;    // kept first: the largest values, or the smallest
    std::vector<double> values;  // of each item, in the score's own unit

    std::vector<double> trust() const;  // as risk_coverage.h wants it
};

struct SelectiveItems {
    std::vector<SelectiveScore> scores;
    std::vector<std::uint8_t> wrong;  // 0 or 1
    std::vector<std::size_t> groups;  // items that belong together; empty: each its own

    std::size_t size() const { return wrong.size(); }
    SelectiveItems part(std::size_t begin, std::size_t end) const;
};

struct SelectiveParts {
    SelectiveItems tuning, calibration, fresh;
    std::size_t calibrations = 1;  // the calibration part is so many of equal size, one by one
};

struct SelectiveSettings {
    PromiseSettings promise;
    std::uint64_t seed = 0;  // of the bootstrap
    int draws = kBootstrapDraws;
    std::vector<int> best_of = {2, 4, 8};  // empty: items are not draws of one thing
};

/// Coverages at which risks are told: 1/20, 2/20 … 1, and 1/8.
std::vector<double> told_coverages();

struct JudgedScore {
    SelectiveScore score;           // its values on the fresh part
    std::vector<std::string> made;  // of which scores, where it is a combination
    LogisticFit fit;                // and how: the values are log odds of being wrong
    ScoredCurve curve;
    ThresholdPromise promise;    // of the first calibration; thresholds are trusts
    KeptItems kept;              // of the fresh part, by the chosen threshold
    std::size_t promised = 0;    // calibrations in which some threshold passed …
    std::size_t broken = 0;      // … whose share of wrong items on the fresh part is above error
    std::vector<double> trusts;  // of the fresh part
};

/// The most trusted of each K items in a row, against as many passes spent on a threshold.
struct BestOf {
    int k = 0;
    std::size_t score = 0;  // of SelectiveReport::scores
    std::size_t groups = 0, wrong = 0;
    ShareBounds bounds;  // of the share of wrong ones, 95 %
    Interval threshold;  // risk of the same score at coverage 1/k
};

struct SelectiveReport {
    std::vector<JudgedScore> scores;  // the items' own, then combinations
    double base = 0.0;                // share of wrong items, all kept
    double perfect = 0.0;             // area of a score that knows the truth
    // Areas of combinations, with margins less without; nothing: the items have no margins.
    std::optional<Interval> beside_entropy, beside_all;
    std::vector<BestOf> best_of;
    std::string sentence;  // whether margins add anything beside entropy
};

SelectiveReport selective_report(const SelectiveParts& parts, const SelectiveSettings& settings);

}  // namespace marginscope
