// Several models with one vocabulary that predict together: the samples of a posterior, trainings
// of other seeds.
//
// One thread, the models'.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nn/model/checkpoint.h"

namespace marginscope {

struct Ensemble {
    std::vector<Model> members;
    std::vector<std::string> files;  // of each, as reports call them

    const Model& first() const { return members.front(); }
    int context() const { return first().config.model.context; }
};

/// Loads them all. UserError where two differ in vocabulary or context, or one cannot be read.
Ensemble load_ensemble(const std::vector<std::filesystem::path>& models);

}  // namespace marginscope
