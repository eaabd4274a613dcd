// A tour as one page that needs nothing else: its words, a picture of each step, the questions with
// their answers folded away. No network, no script, readable in light and dark and on paper.
//
// Pure; any thread. Whatever stands in the tour is shown, never obeyed: everything is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace marginscope {

struct TourPageStep {
    std::string title;
    std::string text;
    std::string png;                                           // the picture's bytes
    std::vector<std::pair<std::string, std::string>> numbers;  // name, value
    std::string question;                                      // "": none
    std::vector<std::string> options;
    std::string answer;  // in words
    std::string after;
};

struct TourPage {
    std::string title;
    std::string teaches;
    std::vector<TourPageStep> steps;
    std::string command;  // that makes the page again
};

std::string tour_page(const TourPage& page);

}  // namespace marginscope
