// The parameters of a CharGpt as a list of names, sizes and first values: what a file must hold and
// what a new model draws, known before any memory is taken. Any thread. Torch-free.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/run/run_config.h"

namespace marginscope {

enum class FirstValue {
    normal,    // N(0, 0.02²)
    residual,  // the same divided by sqrt(2 L): what a block adds to the stream
    ones,
    zeros,
};

struct ParameterInfo {
    std::string name;  // nanoGPT's
    std::vector<std::int64_t> sizes;
    FirstValue first = FirstValue::normal;
};

/// In nanoGPT's order, which is also the order of the draws.
std::vector<ParameterInfo> parameter_list(const ModelConfig& shape, int vocabulary);

}  // namespace marginscope
