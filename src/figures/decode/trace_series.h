// The curves along the text: what the panel of traces and its figure show.
//
// Pure functions, any thread; the series point into the frames they were made of.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/messages/frames.h"

namespace marginscope {

enum class TraceKind {
    margin,
    lowest_head,
    entropy,
    logprob,
    divergence,
    mean_logprob,
    expected_entropy,
    mutual_information
};

struct TraceSeries {
    TraceKind kind;
    std::string name;
    std::string unit;                 // "" when it has none
    std::function<float(int)> value;  // of a character; NaN: a gap
};

/// The curves there are numbers for: the margin of the shown kind, the lowest head, entropy,
/// log-probability; by the mean of models that were opened together too; the divergence under noise
/// where there is a twin; and, where characters are drawn from a law averaged over noise, several
/// models were opened, or there is a twin, the two parts of that mean law's entropy: what each is
/// unsure of, and what they disagree in. `frames` must live as long as they are asked.
std::vector<TraceSeries> trace_series(const Frames& frames);

}  // namespace marginscope
