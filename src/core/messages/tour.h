// Where a tour stands: what its step says, asks and points at. Commands: tour_commands.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/tour_quantity.h"

namespace marginscope {

enum class TourQuestion { none, choice, number, point };

/// A mistake in a tour's file, in a sentence; `line` counts from 1.
struct TourFault {
    int line = 0;
    std::string sentence;
    bool operator==(const TourFault&) const = default;
};

/// A tour that can be begun.
struct TourSummary {
    std::string file;
    std::string title;
    std::string teaches;
    int steps = 0;
    std::vector<TourFault> faults;  // it cannot be begun while there are some
    bool operator==(const TourSummary&) const = default;
};

/// A quantity of the moment; `before` is what it was when the step before this one was left, where
/// that is known. Empty: not computed yet, or there is none.
struct TourNumber {
    TourQuantity quantity = TourQuantity::characters;
    std::optional<double> value;
    std::optional<double> before;
    bool operator==(const TourNumber&) const = default;
};

/// The question of a step, what was answered, and what is so. The answer comes from the frames,
/// when something was answered and its numbers are there.
struct TourPrediction {
    TourQuestion kind = TourQuestion::none;
    std::string question;
    std::vector<std::string> options;  // of a choice
    TourQuantity quantity = TourQuantity::characters;
    double tolerance = 0;            // of a number or a point
    std::optional<double> given;     // an option's index, a number, a character's index
    bool known = false;              // the rest is there
    std::optional<double> answer;    // as `given`; empty where no option is true
    std::optional<double> measured;  // the number behind it
    bool difference = false;         // against an earlier step, or another quantity
    bool right = false;
    std::string after;  // said when the answer is known
    bool operator==(const TourPrediction&) const = default;
};

struct TourFrame {
    std::uint64_t version = 0;
    std::vector<TourSummary> shelf;  // those that ship, and those that were opened
    bool on = false;                 // a tour runs; the rest is of it
    std::string file;
    std::string title;
    std::vector<std::string> steps;  // their titles
    int step = 0;
    std::uint64_t entered =
        0;  // counts entries into steps: the window then shows what the step says
    std::string text;
    std::string workspace;            // "": whichever is shown
    std::vector<std::string> panels;  // to look at; empty: all
    std::vector<TourNumber> numbers;  // none until the question, if there is one, is answered
    TourPrediction prediction;
    std::vector<TourFault> faults;  // of the file as it is now; the last good state is shown
    std::string trouble;            // why the step's state could not be set
    bool operator==(const TourFrame&) const = default;
};

}  // namespace marginscope
