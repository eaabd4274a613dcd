// Points and ranks.
#include "figures/robustness/fragility_points.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"

namespace marginscope {
namespace {

constexpr double kDecades = 30;  // from where on values are spread out by their logarithm

std::string signed_number(double value) {
    return (value >= 0 ? "+" : "") + format_number(value, 2);
}

const char* strength(double rho) {
    const double size = std::abs(rho);
    return size < 0.1 ? "hardly" : size < 0.3 ? "weakly" : size < 0.6 ? "moderately" : "strongly";
}

}  // namespace

std::optional<std::size_t> predictor_named(const FragilityFrame& frame, const std::string& name) {
    for (std::size_t k = 0; k < frame.predictors.size(); ++k)
        if (frame.predictors[k].name == name) return k;
    if (frame.best_margin) return frame.best_margin;
    if (frame.best_rival) return frame.best_rival;
    if (frame.predictors.empty()) return std::nullopt;
    return 0;
}

FragilePoints fragile_points(const FragilityFrame& frame, std::size_t predictor) {
    FragilePoints all;
    const std::vector<double>& values = frame.predictors[predictor].values;
    double least = INFINITY, most = -INFINITY;
    for (std::size_t k = 0; k < frame.places.size(); ++k) {
        const double value = values[k];
        if (std::isnan(value) || std::isnan(frame.places[k].sigma)) {
            ++all.undefined;
            continue;
        }
        if (std::isinf(value)) {
            ++all.unbounded;
            continue;
        }
        const bool never = std::isinf(frame.places[k].sigma);
        all.points.push_back(
            {k, value, never ? frame.settings.max_sigma : frame.places[k].sigma, never});
        least = std::min(least, value);
        most = std::max(most, value);
    }
    // log|det J| is a logarithm already.
    all.log_value = least > 0 && most > kDecades * least &&
                    !frame.predictors[predictor].name.ends_with("determinant");
    return all;
}

std::string rho_words(const Interval& rho) {
    if (std::isnan(rho.value)) return "no rank correlation: too few differ";
    std::string words = "rho " + signed_number(rho.value);
    words += std::isnan(rho.low)
                 ? ", too few windows for an interval"
                 : " (95 % " + signed_number(rho.low) + " … " + signed_number(rho.high) + ")";
    return words + ", " + strength(rho.value);
}

std::vector<std::size_t> ranked_predictors(const FragilityFrame& frame, bool rival) {
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < frame.predictors.size(); ++k)
        if (frame.predictors[k].rival == rival) order.push_back(k);
    const auto weight = [&](std::size_t k) {
        const double rho = frame.predictors[k].rho.value;
        return std::isnan(rho) ? -1.0 : std::abs(rho);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
    return order;
}

std::string predictor_axis(const FragilityPredictor& predictor) {
    const std::string& name = predictor.name;
    if (name.ends_with("determinant")) return name + " margin log|det J|, nats";
    if (name.ends_with("singular")) return name + " margin sigma_min";
    if (name.ends_with("geometric")) return name + " margin, a distance";
    if (name == "top probability") return name;
    return name + ", nats";
}

std::string measured_words(const FragilityFrame& frame) {
    const RobustnessSettings& settings = frame.settings;
    return std::to_string(frame.places.size()) + " characters in " + std::to_string(frame.windows) +
           " windows, " + (settings.whole_text ? "" : "last tenth of ") + frame.text_label +
           "; noise on the " + (settings.own_token ? "last token read" : "whole window") +
           " along " + std::to_string(settings.directions) + " directions up to " +
           format_number(settings.max_sigma, 3) + " × RMS, seed " + std::to_string(settings.seed) +
           "; " + std::to_string(frame.censored) + " never flip.";
}

}  // namespace marginscope
