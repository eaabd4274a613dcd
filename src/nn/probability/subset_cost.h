// What finding the law of a subset will take on this machine, said before it starts. Measures for
// some tens of milliseconds. One thread, the model's.
#pragma once

#include "nn/probability/subset_problem.h"

namespace marginscope {

class LanguageModel;

struct SubsetCost {
    SubsetWork work;               // of enumerating everything
    double passes = 0.0;           // of the model, about
    double gemm_flop_per_s = 0.0;  // of products of the model's width, at best
    double floor_secs = 0.0;       // work.flop at that rate
    double token_secs = 0.0;       // a token as it is really read, at the level where most are
    double predicted_secs = 0.0;   // work.token_steps of them
};

SubsetCost measure_cost(const LanguageModel& model, const SubsetPlan& plan);

}  // namespace marginscope
