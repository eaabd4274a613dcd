// Means of laws, in log space.
#include "core/probability/mean_law.h"

#include <cassert>
#include <cmath>

#include "core/probability/log_space.h"

namespace marginscope {

double entropy_of(std::span<const double> logprob) {
    double entropy = 0.0;
    for (const double one : logprob)
        if (one > -INFINITY) entropy -= std::exp(one) * one;
    return entropy;
}

MeanLaw mean_law(std::span<const std::vector<double>> laws) {
    assert(!laws.empty());
    MeanLaw mean;
    const auto count = static_cast<double>(laws.size());
    std::vector<double> of_all(laws.size());
    for (std::size_t token = 0; token < laws[0].size(); ++token) {
        for (std::size_t k = 0; k < laws.size(); ++k) of_all[k] = laws[k][token];
        mean.logprob.push_back(log_sum_exp(of_all) - std::log(count));
    }
    mean.entropy = entropy_of(mean.logprob);
    for (const std::vector<double>& law : laws) mean.expected_entropy += entropy_of(law) / count;
    return mean;
}

}  // namespace marginscope
