// Cases, from what is degenerate to the usual one.
#include "figures/playground/rests_words.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"

namespace marginscope {

std::string rests_words(const LambdaRests& rests, double noise) {
    if (rests.rests.empty()) return "";
    const bool through = rests.rests.front().through;
    if (noise <= 0)
        return "Without noise nothing speaks against a small lambda_m: give the token some (noise, "
               "in Setup).";
    if (!rests.best)
        return std::string("It begins beyond the cliff, and any barrier holds it there") +
               (through ? ": only lambda_m 0 lets it out." : ".");
    if (*rests.best == 0)
        return "No cliff on its way: it rests best without a barrier, and lambda_m only holds it "
               "off.";
    const double best = rests.rests[*rests.best].lambda;
    std::string words = "Best at lambda_m " + format_number(best, 2);
    if (*rests.best + 1 == rests.rests.size()) return words + ", the largest there is.";
    words +=
        ". Less: it rests where noise throws it far. More: it rests far from what the data wants.";
    if (through) words += " At 0 it goes through the cliff.";
    return words;
}

double rests_top(const LambdaRests& rests) {
    double top = 1e-3;
    for (const LambdaRest& rest : rests.rests)
        if (std::isfinite(rest.pull)) top = std::max(top, 1.1 * rest.pull);
    if (rests.best) top = std::max(top, 2 * rests.rests[*rests.best].sum());
    return top;
}

}  // namespace marginscope
