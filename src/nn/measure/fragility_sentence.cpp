// What a fragility report comes to, in words.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "nn/measure/fragility.h"

namespace marginscope {
namespace {

std::string rho_text(const Interval& rho) {
    char text[96];
    if (std::isnan(rho.low))
        std::snprintf(text, sizeof text, "rho %+.2f, from too few windows for an interval",
                      rho.value);
    else
        std::snprintf(text, sizeof text, "rho %+.2f, 95 %% interval %+.2f to %+.2f", rho.value,
                      rho.low, rho.high);
    return text;
}

const char* strength(double rho) {
    const double size = std::abs(rho);
    return size < 0.1 ? "hardly" : size < 0.3 ? "weakly" : size < 0.6 ? "moderately" : "strongly";
}

/// Whether the interval leaves out 0.
bool told(const Interval& rho) { return rho.low > 0.0 || rho.high < 0.0; }

}  // namespace

std::string fragility_sentence(const FragilityReport& report) {
    const auto margin = report.best(false), rival = report.best(true);
    std::string out;
    if (!margin) {
        out = "No margin can be ranked against the noise that flips a prediction here.";
    } else {
        const Predictor& best = report.predictors[*margin];
        const auto of = std::count_if(report.predictors.begin(), report.predictors.end(),
                                      [](const Predictor& one) { return !one.rival; });
        out = told(best.rho)
                  ? "Of " + std::to_string(of) + " margins the " + best.name + " margin predicts " +
                        "best, " + strength(best.rho.value) + ": the larger it is, the " +
                        (best.rho.value > 0 ? "more" : "less") + " noise a prediction bears (" +
                        rho_text(best.rho) + ")."
                  : "No margin is seen to predict how much noise a prediction bears: of " +
                        std::to_string(of) + " the " + best.name + " margin comes nearest (" +
                        rho_text(best.rho) + ").";
    }
    if (rival) {
        const Predictor& best = report.predictors[*rival];
        out += " Without any margin, " + best.name + " predicts it " + strength(best.rho.value) +
               " (" + rho_text(best.rho) + ").";
    }
    return out;
}

}  // namespace marginscope
