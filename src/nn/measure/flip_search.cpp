// All coarse rungs at once, then three bisections.
#include "nn/measure/flip_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace marginscope {

double FlipLadder::strength(int rung) const {
    return most * std::exp2(static_cast<double>(rung - (kRungs - 1)) / kOctave);
}

std::vector<std::vector<int>> first_flips(std::size_t places, int directions,
                                          const FlipOracle& flipped) {
    std::vector<FlipQuestion> questions;
    for (std::size_t place = 0; place < places; ++place)
        for (int direction = 0; direction < directions; ++direction)
            for (int rung = 0; rung < FlipLadder::kRungs; rung += FlipLadder::kFine)
                questions.push_back({place, direction, rung});
    std::vector<std::vector<int>> high(
        places, std::vector<int>(static_cast<std::size_t>(directions), FlipLadder::kRungs));
    const auto of = [&](const FlipQuestion& at) -> int& {
        return high[at.place][static_cast<std::size_t>(at.direction)];
    };
    std::vector<char> answers = flipped(questions);
    for (std::size_t k = 0; k < questions.size(); ++k)
        if (answers[k]) of(questions[k]) = std::min(of(questions[k]), questions[k].rung);
    for (int step = FlipLadder::kFine / 2; step > 0; step /= 2) {
        questions.clear();
        for (std::size_t place = 0; place < places; ++place)
            for (int direction = 0; direction < directions; ++direction) {
                const int found = high[place][static_cast<std::size_t>(direction)];
                if (found > 0 && found < FlipLadder::kRungs)
                    questions.push_back({place, direction, found - step});
            }
        answers = flipped(questions);
        for (std::size_t k = 0; k < questions.size(); ++k)
            if (answers[k]) of(questions[k]) = questions[k].rung;
    }
    return high;
}

double median_strength(const FlipLadder& ladder, std::vector<int> rungs) {
    std::sort(rungs.begin(), rungs.end());
    const std::size_t upper = rungs.size() / 2, lower = (rungs.size() - 1) / 2;
    if (rungs[upper] >= FlipLadder::kRungs) return std::numeric_limits<double>::infinity();
    return 0.5 * (ladder.strength(rungs[lower]) + ladder.strength(rungs[upper]));
}

}  // namespace marginscope
