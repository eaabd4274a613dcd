// The branches of the decoding's tree, each as a line with its numbers, and two of them side by
// side.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/margin_kind.h"
#include "core/messages/no_value.h"

namespace marginscope {

/// A branch begins where its parent has another continuation too (or at the first character) and
/// goes on, along what was last walked, to its end. Pruned ones are not listed.
struct BranchRow {
    int node = 0;   // its first
    int level = 0;  // branches it lies in
    int index = 0;  // of its first character in the text
    int length = 0;
    std::string text;          // its beginning, UTF-8
    std::string name;          // the user's
    float logprob = kNoValue;  // of its characters, summed, nats; NaN while some are pending
    float entropy = kNoValue;  // mean over them, nats
    float margin = kNoValue;   // the lowest of the chosen kind; NaN: none measured
    int margin_index = -1;     // where, in the text
    int crossings = 0;         // of that one
    int pending = 0;           // characters whose numbers are still to come
    int children = 0;          // branches that begin in it
    bool on_line = false;
    bool folded = false;  // its branches are not listed
};

struct ComparedCell {
    std::string symbol;
    float logprob = kNoValue;
    float entropy = kNoValue;
    float margin = kNoValue;  // of the chosen kind
    int crossings = 0;
    bool support = false;  // among the nearest of its own text
};

/// The shown text and another, from where they part.
struct BranchComparison {
    int node = -1;    // first of the branch that is compared; -1: none
    int begin = 0;    // index of the first character shown: some before the parting
    int parting = 0;  // index of the first that differs
    std::vector<ComparedCell> here, there;
};

struct BranchFrame {
    std::uint64_t version = 0;
    MarginKind kind = MarginKind::determinant;
    std::vector<BranchRow> rows;  // depth first: a branch, then those in it
    int pending = 0;              // nodes of the tree whose numbers are still to come
    BranchComparison comparison;
};

// the branch that begins at the node beside the shown text; -1 ends it
struct CompareBranch {
    static constexpr std::string_view kName = "compare_branch";
    int node = -1;
    static void fields(auto& self, auto&& visit) { visit("node", self.node); }
};

}  // namespace marginscope
