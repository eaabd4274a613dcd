// What `selective` leaves: one JSON document, words for a terminal, and a page.
//
// Any thread, pure. JSON: every item's score and truth, so that all else can be computed again.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/probability/selective_report.h"

namespace marginscope {

struct SelectiveResult {
    SelectiveParts parts;
    SelectiveSettings settings;
    SelectiveReport report;
    nlohmann::json about;  // what the items are: goes first into the document
    std::vector<std::pair<std::string, std::string>> facts;  // the same for people
    std::vector<std::string> notes;
    std::string items;    // "stories"
    std::string command;  // that makes the page again
    bool with_items = true;
};

nlohmann::json selective_json(const SelectiveResult& result);
std::string selective_text(const SelectiveResult& result);
std::string selective_page(const SelectiveResult& result);

/// Of the values in which a score is told: thresholds are kept as trusts.
double threshold_value(const SelectiveScore& score, double trust);
/// "errors below 5 % with 95 % confidence".
std::string promise_words(const PromiseSettings& promise);

}  // namespace marginscope
