// A text with its margins as one page that needs nothing else: no network, no script, readable in
// light and dark and on paper.
//
// Pure; any thread. Whatever stands in the text is shown, never obeyed: everything is escaped.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "figures/figure.h"

namespace marginscope {

struct ReportCharacter {
    std::string text;      // as it stands in the text
    std::string numbers;   // shown when the mouse rests on it
    double nearness = -1;  // 1 at the boundary, 0 far away; below 0: no margin here
    bool beyond = false;
    bool support = false;
    bool after_gap = false;  // what stands before it was not measured
};

struct TextReport {
    std::string title;
    std::vector<std::pair<std::string, std::string>> facts;  // model, stage, kind, windows, counts
    std::vector<ReportCharacter> text;
    Figure traces;                   // empty: none
    TextTable support;               // with a row for each support token
    std::vector<std::string> notes;  // paragraphs that say what the words mean
    std::string command;             // that makes the page again
};

std::string text_report_page(const TextReport& report);

}  // namespace marginscope
