// Finds the law of a subset with a model that a user names: the numbers of `marginscope subset`.
// Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/probability/subset_checks.h"
#include "nn/probability/subset_cost.h"
#include "nn/probability/subset_sampling.h"

namespace marginscope {

class Tokenizer;

/// Characters that are fixed, the first at `position`.
struct SubsetFixed {
    std::size_t position = 0;
    std::string text;
};

struct SubsetRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string before;           // UTF-8: what stands before position 0
    std::size_t length = 0;
    std::vector<SubsetFixed> fixed;
    std::vector<std::size_t> asked;
    bool sampled = false;  // even where enumerating would do
    SubsetSampling sampling;
    double leave_out = 0.0;       // above 0: branch and bound until this is the bound
    double max_work_secs = 30.0;  // what an enumeration may take by prediction, and a search by the
                                  // clock
    bool check = false;           // also check_consistency() and seams()
    int threads = 2;
};

enum class SubsetMethod { enumerated, bounded, sampled };

struct SubsetReport {
    std::string model;
    std::vector<std::string> symbols;  // of each token
    SubsetProblem problem;
    SubsetMethod method = SubsetMethod::enumerated;
    SubsetCost cost;
    double most_token_steps = 0.0;  // what `method` can take at most
    SubsetLaw law;
    SubsetPopulation population;  // when sampled
    std::vector<SubsetCheck> checks;
    double secs = 0.0;
};

struct SubsetCallbacks {
    /// Once, before the work: `law` is still empty.
    std::function<void(const SubsetReport&)> on_start;
    SubsetProgress on_progress;
};

/// Everything on the calling thread. Throws UserError.
SubsetReport run_subset(const SubsetRequest& request, const SubsetCallbacks& callbacks = {},
                        std::stop_token stop = {});

/// What `request` asks of a model whose characters are those of `tokenizer`. UserError (exit code
/// 2) as check_subset(), and for what the model does not know.
SubsetProblem subset_problem(const SubsetRequest& request, const Tokenizer& tokenizer);

}  // namespace marginscope
