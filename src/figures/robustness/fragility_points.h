// A margin of each character against the smallest noise that flips its prediction: points, words,
// and how well each predictor does.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/messages/robustness.h"

namespace marginscope {

/// The predictor of that name; "" or an unknown one: the best margin, else the best rival.
std::optional<std::size_t> predictor_named(const FragilityFrame& frame, const std::string& name);

struct FragilePoint {
    std::size_t place = 0;  // of FragilityFrame::places
    double value = 0;       // of the predictor
    double sigma = 0;       // × RMS; of one that none flips: max_sigma
    bool never = false;
};
struct FragilePoints {
    std::vector<FragilePoint> points;
    std::size_t undefined = 0;  // the predictor is not defined there
    std::size_t unbounded = 0;  // no boundary was found there
    bool log_value = false;     // all are above 0 and spread over decades
};
FragilePoints fragile_points(const FragilityFrame& frame, std::size_t predictor);

/// "rho +0.31 (95 % +0.24 … +0.38), weakly"; says where there is none or no interval.
std::string rho_words(const Interval& rho);
/// Margins by |rho|, the strongest first, then rivals likewise; those without a rho last.
std::vector<std::size_t> ranked_predictors(const FragilityFrame& frame, bool rival);
/// "stage determinant, nats": what is on the axis.
std::string predictor_axis(const FragilityPredictor& predictor);
/// How it was measured.
std::string measured_words(const FragilityFrame& frame);

}  // namespace marginscope
