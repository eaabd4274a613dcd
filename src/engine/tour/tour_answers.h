// What is so: the answer of a tour's question, from the numbers of the moment and of earlier steps.
//
// Any thread; pure.
#pragma once

#include <array>
#include <map>
#include <optional>

#include "core/messages/frames.h"
#include "files/tour_file.h"

namespace marginscope {

/// One number for each quantity; empty where it is not known.
using TourNumbers = std::array<std::optional<double>, kTourQuantities>;

TourNumbers tour_numbers(const Frames& frames);

/// By step, from 0: what the numbers were when it was last looked at.
using SeenNumbers = std::map<int, TourNumbers>;

/// Empty while one of its numbers is not known.
std::optional<double> value_of(const TourValue& value, const TourNumbers& now,
                               const SeenNumbers& seen);

struct TourVerdict {
    std::optional<double> answer;    // an option's index, a number, a character's index; empty:
                                     // no option is true
    std::optional<double> measured;  // the number behind it
    TourValue of;                    // what that is
    bool right = false;
};

/// Whether `given` is right; empty while what decides it is not known. The first option that is
/// true is the answer; a number is right within its tolerance, a character when it is one of those
/// the quantity names, or as near to it.
std::optional<TourVerdict> verdict_of(const TourAsk& ask, double given, const Frames& frames,
                                      const SeenNumbers& seen);

}  // namespace marginscope
