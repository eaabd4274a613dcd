// Numbers of the branches that are not shown: a second computation beside the shown text's, which
// walks the tree's ends one after the other while nothing else is to be done. Internal to engine;
// the worker's thread only.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "engine/decode/decode_computation.h"
#include "engine/decode/decode_document.h"

namespace marginscope {

class BranchSurvey {
public:
    /// Computes for about `budget` what is missing of branches that are not pruned; true while
    /// something is. What it finds lies in `shown`'s known positions. The same document and weights
    /// as `shown` follows.
    bool work(const DecodeDocument& document, DecodeComputation& shown,
              std::chrono::milliseconds budget);
    /// Counts what was found: a frame of branches is late when it differs.
    std::uint64_t found() const { return found_; }

private:
    /// An end of the tree before which something is missing; -1 when there is none.
    int next_end(const DecodeDocument& document, DecodeComputation& shown);

    std::unique_ptr<DecodeComputation> walker_;  // null until something is missing
    DecodeDocument walked_;                      // with the cursor at the end that is computed
    DecodeTree seen_;                            // the tree it was made from
    std::uint64_t epoch_ = 0;                    // the walker's weights
    std::vector<int> given_up_;  // ends whose missing numbers do not come (dragged in another text)
    std::uint64_t found_ = 0;
};

}  // namespace marginscope
