// Whether the laws of a model's subsets fit together, as those of one process must, and by how much
// the process changes where the window of the context moves. One thread, the model's.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "nn/probability/subset_law.h"
#include "nn/probability/subset_sampling.h"

namespace marginscope {

struct SubsetCheck {
    /// summed_out: the joint law with this position summed out, against the law computed without
    /// it: the largest difference of two probabilities. one_longer: the same with the position
    /// behind the text's last, asked for too and summed out. seam: the law of this position, of the
    /// likeliest text, under the window before it moves and after: KL(before || after) in nats,
    /// which is not 0 in a consistent model either.
    enum class Kind { summed_out, one_longer, seam };
    Kind kind = Kind::summed_out;
    std::size_t position = 0;
    double value = 0.0;
    /// Of sampled laws only. Probabilities that were compared (of one
    /// position each, from kLeastCompared to 1 - kLeastCompared), their largest difference in
    /// standard errors, and what the largest of so many stays below in 95 of 100 runs if the laws
    /// are one.
    bool sampled = false;
    int compared = 0;
    double in_errors = 0.0, by_chance = 0.0;
};

inline constexpr double kLeastCompared = 0.02;

std::string_view name_of(SubsetCheck::Kind kind);

/// Of an enumerated law of `problem`. What would take more than `most_token_steps` tokens or a
/// table beyond kLargestTable is not checked.
std::vector<SubsetCheck> check_consistency(const LanguageModel& model, const SubsetProblem& problem,
                                           const SubsetLaw& law, double most_token_steps,
                                           std::stop_token stop = {});

/// Of a sampled law of `problem`: the others are sampled too, by as many particles of seeds of
/// their own, and position by position compared.
std::vector<SubsetCheck> check_sampled(const LanguageModel& model, const SubsetProblem& problem,
                                       const SubsetLaw& law, const SubsetSampling& sampling,
                                       std::stop_token stop = {});

/// Of the seams up to the end of the text.
std::vector<SubsetCheck> seams(const LanguageModel& model, const SubsetProblem& problem);

}  // namespace marginscope
