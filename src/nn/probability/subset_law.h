// The law of what is asked for in a text, given what is fixed: by enumeration of everything that is
// free, exact or with a rigorous bound on what was left out.
//
//     p(asked | fixed) = sum over open of p(text) / sum over open and asked of p(text),
//     p(text) = product over i of p(x_i | the window before x_i)
//
// The free positions form a tree; it is walked depth first in chunks, so that memory grows with its
// depth and not with its leaves. Sums are in float64 and in log space, of log_softmax in float64 of
// the model's logits. One thread, the model's.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <vector>

#include "nn/probability/subset_problem.h"

namespace marginscope {

class LanguageModel;

/// One way to fill the asked positions.
struct SubsetText {
    std::vector<int> tokens;  // in the order of SubsetProblem::asked
    double logprob = 0.0;     // of all of them together
    double error = 0.0;       // standard error of logprob; 0 when enumerated
};

struct SubsetProbability {
    double prob = 0.0;
    double error = 0.0;
};

struct SubsetLaw {
    std::vector<SubsetText> law;  // likeliest first; what has no probability is not there
    std::vector<std::vector<SubsetProbability>> marginals;  // an entry for each asked, V in each
    double evidence = 0.0;  // log p(fixed | what is only conditioned on)
    double evidence_error = 0.0;
    /// No probability above is further than this from the true one: 0 when nothing was left out.
    /// Of an enumeration only.
    double bound = 0.0;
    double token_steps = 0.0;  // that were done
    bool stopped = false;
};

/// Tokens that passed through the model so far, and how many it will be.
using SubsetProgress = std::function<void(double done, double total)>;

struct EnumerationSettings {
    std::size_t texts_at_once = 512;
    /// Beginnings of a text with a smaller log p than this, what is fixed included, are left out.
    double drop_below = -std::numeric_limits<double>::infinity();
};

/// Largest joint law that is tabled.
inline constexpr double kLargestTable = 1 << 20;

/// `work.table` of the plan is at most kLargestTable. A stop ends it early: what was not read
/// counts as left out, so the bound still holds.
SubsetLaw enumerate_subset(const LanguageModel& model, const SubsetPlan& plan,
                           const EnumerationSettings& settings = {},
                           const SubsetProgress& on_progress = {}, std::stop_token stop = {});

}  // namespace marginscope
