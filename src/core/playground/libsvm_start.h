// LIBSVM's solution of a linear SVM, where the exact one begins. Its header stays in the source.
//
// Any thread. Both classes are there.
#pragma once

#include <vector>

#include "core/playground_document.h"

namespace marginscope {

/// alpha of each point, to about 1e-6 of C.
std::vector<double> libsvm_alphas(const SvmSet& set);

}  // namespace marginscope
