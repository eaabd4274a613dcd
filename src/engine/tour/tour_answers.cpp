// Compares.
#include "engine/tour/tour_answers.h"

#include <cmath>

#include "engine/tour/tour_values.h"

namespace marginscope {
namespace {

const std::optional<double>& of(const TourNumbers& numbers, TourQuantity quantity) {
    return numbers[static_cast<std::size_t>(quantity)];
}

bool holds(const TourOption& option, double value) {
    return (!option.from || value >= *option.from) && (!option.below || value < *option.below);
}

std::optional<TourVerdict> of_choice(const TourAsk& ask, double given, const TourNumbers& now,
                                     const SeenNumbers& seen) {
    TourVerdict verdict;
    for (std::size_t k = 0; k < ask.options.size(); ++k) {
        const auto value = value_of(ask.options[k].value, now, seen);
        if (!value) return std::nullopt;
        verdict.measured = value;
        verdict.of = ask.options[k].value;
        if (!holds(ask.options[k], *value)) continue;
        verdict.answer = static_cast<double>(k);
        verdict.right = given == *verdict.answer;
        return verdict;
    }
    return verdict;
}

}  // namespace

TourNumbers tour_numbers(const Frames& frames) {
    TourNumbers numbers;
    for (std::size_t k = 0; k < kTourQuantities; ++k)
        numbers[k] = tour_value(static_cast<TourQuantity>(k), frames);
    return numbers;
}

std::optional<double> value_of(const TourValue& value, const TourNumbers& now,
                               const SeenNumbers& seen) {
    std::optional<double> result = of(now, value.quantity);
    const auto less = [&](const std::optional<double>& other) {
        if (!result || !other)
            result.reset();
        else
            *result -= *other;
    };
    if (value.minus) less(of(now, *value.minus));
    if (value.since >= 0) {
        const auto then = seen.find(value.since);
        less(then == seen.end() ? std::nullopt : of(then->second, value.quantity));
    }
    return result;
}

std::optional<TourVerdict> verdict_of(const TourAsk& ask, double given, const Frames& frames,
                                      const SeenNumbers& seen) {
    const TourNumbers now = tour_numbers(frames);
    if (ask.kind == TourQuestion::choice) return of_choice(ask, given, now, seen);
    const auto value = value_of(ask.value, now, seen);
    if (!value) return std::nullopt;
    TourVerdict verdict{value, value, ask.value, std::abs(given - *value) <= ask.tolerance};
    if (ask.kind == TourQuestion::point)
        for (const double one : tour_values(ask.value.quantity, frames))
            verdict.right = verdict.right || std::abs(given - one) <= ask.tolerance;
    return verdict;
}

}  // namespace marginscope
