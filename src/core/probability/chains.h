// Whether several Markov chains tell of the same law, and how many independent draws they are worth
// (Vehtari, Gelman, Simpson, Carpenter, Bürkner 2021).
//
// Pure functions, any thread. A chain is one quantity at equally spaced steps; all chains have the
// same length.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace marginscope {

struct ChainDiagnosis {
    /// The larger of two: of the ranks' normal scores (place), and of the distances from the median
    /// (spread). Each chain counts as its two halves. Near 1: halves and chains agree.
    double r_hat = 0.0;
    /// Bulk effective sample size: of the normal scores, autocorrelations summed by Geyer's initial
    /// monotone sequence.
    double ess = 0.0;
};

/// Nothing where no answer is defined: chains of unequal length or below four draws, a value that
/// is not finite, all values equal.
std::optional<ChainDiagnosis> diagnose(std::span<const std::vector<double>> chains);

/// The z with P(Z <= z) = p of a standard normal Z; p in (0, 1).
double normal_quantile(double p);

}  // namespace marginscope
