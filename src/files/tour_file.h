// A tour as it is written: a JSON file of steps (docs/tours.md has the form and an example).
//
// Any thread, no state. Reading never throws for what is in the file: every mistake is a fault with
// its line, and all are found at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/command.h"
#include "core/messages/tour.h"

namespace marginscope {

/// A quantity of the moment, less what it was at an earlier step, or less another quantity.
struct TourValue {
    TourQuantity quantity = TourQuantity::characters;
    int since = -1;  // a step, from 0; -1: none
    std::optional<TourQuantity> minus = {};
};

/// True when from <= value < below.
struct TourOption {
    std::string words;
    TourValue value;
    std::optional<double> from = {}, below = {};
};

struct TourAsk {
    TourQuestion kind = TourQuestion::none;
    std::string question;
    std::vector<TourOption> options;  // of a choice; the first that is true is the answer
    TourValue value;                  // of a number or a point
    double tolerance = 0;
    std::string after;
};

struct TourStep {
    std::string title;
    std::string text;  // {share_beyond} stands for that quantity of the moment
    std::string workspace;
    std::vector<std::string> panels;
    std::vector<Command> set;
    std::optional<int> select;                // a character, once the step's state is there
    std::optional<TourQuantity> select_what;  // or the one that a quantity names
    std::vector<TourQuantity> numbers;
    TourAsk ask;
};

struct Tour {
    std::string title;
    std::string teaches;
    std::vector<TourStep> steps;
};

struct TourReading {
    Tour tour;                      // what could be read
    std::vector<TourFault> faults;  // by line
};

/// `places`: the workspaces and panels there are; empty: not checked.
TourReading read_tour(std::string_view text, const TourPlaces& places = {});

/// What stands in a file; UserError when that cannot be read.
std::string tour_text(const std::filesystem::path& file);

/// Quantities that a text names, in order: "{share_beyond}". What stands between braces and is none
/// is put into `unknown`.
std::vector<TourQuantity> quantities_in(std::string_view text,
                                        std::vector<std::string>* unknown = nullptr);
/// The text with `words(quantity)` for each of them.
template <typename Words>
std::string with_quantities(const std::string& text, Words&& words) {
    std::string filled = text;
    for (const TourQuantity quantity : quantities_in(text)) {
        const std::string name =
            "{" + std::string(kEnumNames<TourQuantity>[static_cast<std::size_t>(quantity)]) + "}";
        const auto at = filled.find(name);
        if (at != std::string::npos) filled.replace(at, name.size(), words(quantity));
    }
    return filled;
}

/// Why a tour may not do that, or "": it works on a copy, so files, trainings and running paths,
/// of which there is none, are not its to touch.
std::string_view tour_refusal(const Command& command);

/// The tours that ship, in the order of their names.
std::vector<std::filesystem::path> shipped_tours();
/// The file that a name or path given by the user means: a file as it is, else a shipped tour of
/// that name. UserError when there is neither.
std::filesystem::path tour_path(const std::string& given);

}  // namespace marginscope
