// A threshold on a score that keeps the share of wrong items among those kept below a stated error,
// with a stated confidence: "learn then test" (Angelopoulos, Bates, Candès, Jordan, Lei 2021).
//
// Three parts of independent items. Of the first (*tuning*) come a grid of thresholds and the order
// in which they are tried; on the second (*calibration*) threshold after threshold is tested in
// that order, each at level 1 - confidence, until the first that fails (fixed-sequence testing, the
// order split off as there). Whatever thresholds passed, all at once, the chance that any of them
// keeps more wrong items than promised is at most 1 - confidence:
//     p(t) = P(Binomial(kept(t), error) <= wrong(t)),      t passes when p(t) <= 1 - confidence
// exact, because the items kept by a threshold that was fixed before are independent draws. The
// loosest that passed is chosen. Pure functions, any thread. Trust as in risk_coverage.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace marginscope {

struct PromiseSettings {
    double error = 0.05;
    double confidence = 0.95;
    int grid = 25;  // thresholds at most
};

/// Items whose trust is at least a threshold, and how many of them are wrong.
struct KeptItems {
    std::size_t kept = 0, wrong = 0;
};
KeptItems kept_items(std::span<const double> trust, std::span<const std::uint8_t> wrong,
                     double threshold);

/// The trusts at shares 1/count, 2/count … 1 of the items kept, strictest first, each once.
std::vector<double> threshold_grid(std::span<const double> trust, int count);

struct ThresholdTest {
    double threshold = 0.0;
    KeptItems tuning, calibration;
    double p_value = 1.0;  // on the calibration part
    bool passed = false;
};

struct ThresholdPromise {
    std::vector<ThresholdTest> tests;  // in the order tried, those after the first failure included
    std::optional<std::size_t> chosen;  // of tests; nothing: no threshold keeps the promise
    std::optional<double> threshold() const {
        return chosen ? std::optional(tests[*chosen].threshold) : std::nullopt;
    }
};

struct LabelledTrust {
    std::span<const double> trust;
    std::span<const std::uint8_t> wrong;
};

ThresholdPromise promise_threshold(const LabelledTrust& tuning, const LabelledTrust& calibration,
                                   const PromiseSettings& settings);

}  // namespace marginscope
