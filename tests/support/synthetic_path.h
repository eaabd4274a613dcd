// Paths made of formulas.
#pragma once

#include <memory>
#include <random>

#include "core/messages/path.h"

namespace marginscope::synthetic {

/// As it is while it runs: the last seed of the larger lambda is still to come.
std::shared_ptr<PathFrame> make_path(int lambda_count, int seeds, std::mt19937& generator);

/// All done, in as many recipes (head and sigma), one row of rivals trained with noise in the
/// first; with paired differences of every loss, a lambda whose seeds split, and an open proposal.
std::shared_ptr<PathFrame> finished_path(int lambda_count, int seeds, int recipes);

}  // namespace marginscope::synthetic
