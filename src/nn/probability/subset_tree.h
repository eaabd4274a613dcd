// Steps down the tree of texts that enumeration and sampling share: the beginning, and a free
// position with the fixed tokens after it. One thread, the model's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/probability/sequence_batch.h"

namespace marginscope {

/// A text of the level above, by its number in the batch, and what follows it.
struct SubsetChild {
    std::int64_t parent = 0;
    int token = 0;
};

struct SubsetStep {
    SequenceBatch texts;              // a text for each child, read to the end of what was asked
    std::vector<double> run_logprob;  // log p(run | text and token) of each child
};

/// Reads each child's token and of `run` all (`whole`) or all but the last, whose law is known
/// without reading it.
SubsetStep read_children(const SequenceBatch& parents, std::span<const SubsetChild> children,
                         std::span<const int> run, bool whole);

/// Each text goes on with the same `tokens`, of which all (`whole`) or all but the last are read.
/// log p(tokens | text) of each.
std::vector<double> read_on(SequenceBatch& texts, std::span<const int> tokens, bool whole);

/// A batch of one text that has read `ids`, and the log p of those from `conditioned` on.
SubsetStep read_beginning(const LanguageModel& model, std::span<const int> ids,
                          std::size_t conditioned);

/// log p of what follows, row by row: size() · V numbers.
std::vector<double> next_logprobs(const SequenceBatch& texts);

/// How many texts of `length` tokens are read at once, at most `most`, so that their caches stay
/// small.
std::size_t children_at_once(const LanguageModel& model, std::size_t length, std::size_t most);

}  // namespace marginscope
