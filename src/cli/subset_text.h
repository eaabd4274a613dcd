// The law of a subset as a terminal shows it: no digit that it does not have.
#pragma once

#include <cstddef>
#include <string>

#include "nn/probability/subset_run.h"

namespace marginscope {

/// What will be done and what it will take, in one sentence.
std::string subset_cost_text(const SubsetReport& report);

/// The `most` likeliest ways to fill what is asked for, then each position's own law.
std::string subset_law_text(const SubsetReport& report, std::size_t most);

/// The asked characters of one entry, in the order of their positions in the request.
std::string subset_entry_text(const SubsetReport& report, const SubsetText& text);

}  // namespace marginscope
