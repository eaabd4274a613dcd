// Tours: short guided paths over live state. What the window asks of one. Frames: tour.h.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

/// Ids of the panels of each workspace, for the check of what a tour points at.
using TourPlaces = std::map<std::string, std::vector<std::string>>;

// a file, or the name of one that ships: "support-tokens"; everything until end_tour is done to a
// copy of what the user has
struct StartTour {
    static constexpr std::string_view kName = "start_tour";
    std::string tour;
    static void fields(auto& self, auto&& visit) { visit("tour", self.tour); }
};
// as it was left, or anew as the tour says
struct GoToTourStep {
    static constexpr std::string_view kName = "go_to_tour_step";
    int step = 0;
    bool anew = false;
    static void fields(auto& self, auto&& visit) {
        visit("step", self.step);
        visit("anew", self.anew);
    }
};
// an option's index, a number, or a character's index
struct AnswerPrediction {
    static constexpr std::string_view kName = "answer_prediction";
    double answer = 0;
    static void fields(auto& self, auto&& visit) { visit("answer", self.answer); }
};
// what the user had is given back
struct EndTour {
    static constexpr std::string_view kName = "end_tour";
    static void fields(auto&, auto&&) {}
};

}  // namespace marginscope
