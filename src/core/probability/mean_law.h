// The mean of several laws of one thing, and what of its entropy they disagree in. Pure; any
// thread. Nats.
#pragma once

#include <span>
#include <vector>

namespace marginscope {

/// H(mean) = expected + mutual information: what each law is unsure of by itself, and what it does
/// not share with the others.
struct MeanLaw {
    std::vector<double> logprob;         // of the mean law, normalised
    double entropy = 0.0;                // of the mean law
    double expected_entropy = 0.0;       // mean of the laws' own
    double mutual_information() const {  // never below 0, but for rounding
        return entropy < expected_entropy ? 0.0 : entropy - expected_entropy;
    }
};

/// Of log-probabilities, one list a law, all of one length; not empty.
MeanLaw mean_law(std::span<const std::vector<double>> laws);

/// -sum p log p of log-probabilities.
double entropy_of(std::span<const double> logprob);

}  // namespace marginscope
