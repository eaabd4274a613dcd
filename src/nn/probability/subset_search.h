// The law of a subset by branch and bound: only beginnings that matter are read, and what the
// others could weigh at most is known. One thread, the model's.
#pragma once

#include <stop_token>
#include <vector>

#include "nn/probability/subset_law.h"

namespace marginscope {

/// A likely text: the best that a search finds which keeps `width` beginnings at each free
/// position.
struct LikelyText {
    std::vector<int> tokens;  // what is only conditioned on included
    double logprob = 0.0;     // of all that is not
};
LikelyText likely_text(const LanguageModel& model, const SubsetPlan& plan, std::size_t width = 8);

/// Enumerates what is left when unlikely beginnings are dropped, with a limit that falls until the
/// bound is at most `share`. A beginning that weighs p can add no more than p, since what follows
/// it has a probability of at most 1: so the bound holds whatever the model. Stopped early: the law
/// so far and its bound.
SubsetLaw enumerate_leaving_out(const LanguageModel& model, const SubsetPlan& plan, double share,
                                const SubsetProgress& on_progress = {}, std::stop_token stop = {});

}  // namespace marginscope
