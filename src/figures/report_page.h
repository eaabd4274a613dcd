// A report of numbers as one page that needs nothing else: a verdict, facts, and sections of words,
// a picture and a table each.
//
// Pure; any thread. Everything given is escaped.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "figures/figure.h"

namespace marginscope {

struct ReportSection {
    std::string title, words;
    Figure figure;    // empty: none
    TextTable table;  // of no rows: none
};

struct ReportPage {
    std::string title;
    std::string verdict;  // first of all
    std::vector<std::pair<std::string, std::string>> facts;
    std::vector<ReportSection> sections;
    std::vector<std::string> notes;
    std::string command;  // that makes the page again
};

std::string report_page(const ReportPage& page);

}  // namespace marginscope
