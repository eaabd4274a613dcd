// Several scores made one: the log odds of being wrong as a weighted sum, fitted on some items and
// used on others.
//
// Pure functions, any thread. Features are standardised by the mean and standard deviation of the
// items fitted (one that never changes weighs nothing); what is not a number counts as the mean,
// what lies outside of the range fitted (infinities too) as its end.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace marginscope {

struct LogisticFit {
    std::vector<double> center, scale, low, high, weights;  // of each feature
    double intercept = 0.0;

    /// log p / (1 - p), p the chance that the item of these features is wrong.
    double log_odds(std::span<const double> features) const;
};

/// features[f][k] of item k. Minimises the mean negative log-likelihood + ridge |weights|² / (2 n)
/// over standardised features, the intercept free, by Newton's method.
LogisticFit fit_logistic(std::span<const std::vector<double>> features,
                         std::span<const std::uint8_t> wrong, double ridge = 1.0);

}  // namespace marginscope
