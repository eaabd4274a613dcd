// Whether predictions are right as often as they claim: reliability diagram and expected
// calibration error (ECE) of the most likely token.
//
// No shared state; any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace marginscope {

/// One prediction: the probability of the most likely token, and whether it came.
struct Judged {
    double confidence = 0.0;  // in [0, 1]
    bool right = false;
};

struct ReliabilityBin {
    double low = 0.0, high = 0.0;  // confidences in [low, high); the last one holds 1 too
    std::size_t count = 0;
    double confidence = 0.0;  // mean; 0 of an empty bin, as is
    double accuracy = 0.0;    // the share that was right
};

struct Calibration {
    std::vector<ReliabilityBin> bins;
    std::size_t count = 0;
    /// Sum over bins of their share times |accuracy - confidence|: the plug-in value. An absolute
    /// value never averages out, so it lies above the truth wherever bins are finite.
    double ece = 0.0;
    /// What the plug-in value would be on average if every prediction were right as often as it
    /// claims (de Moivre's mean deviation of a binomial, independent predictions): its bias there.
    double ece_if_calibrated = 0.0;
    /// The plug-in value less its estimated bias: each bin's mean |gap + chance| over |gap|, chance
    /// normal with the binomial's standard deviation s. What is left is +0.47 s where there is no
    /// gap (0.6 of ece_if_calibrated) and within 0.1 s once the gap is as large as s.
    double ece_debiased = 0.0;
    /// The same with squares, sum of share times (gap² - a (1 - a) / (n - 1)) with accuracy a: free
    /// of bias whatever the gaps, and negative now and then where there are none. Bins of one
    /// prediction are left out.
    double squared_unbiased = 0.0;
};

inline constexpr int kReliabilityBins = 15;

/// Predictions one by one, in bins of equal width.
class Reliability {
public:
    explicit Reliability(int bins = kReliabilityBins);

    void add(const Judged& one);
    /// Of all so far. Nothing judged: all zero.
    Calibration calibration() const;

private:
    std::vector<ReliabilityBin> bins_;  // with sums where the means will be
};

Calibration calibration_of(std::span<const Judged> judged, int bins = kReliabilityBins);

}  // namespace marginscope
