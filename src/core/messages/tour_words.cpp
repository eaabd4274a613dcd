// Numbers with their unit, characters with their symbol.
#include "core/messages/tour_words.h"

#include "core/words.h"

namespace marginscope {

std::string value_words(TourQuantity quantity, const std::optional<double>& value,
                        const Frames& frames) {
    if (!value) return "…";
    const TourQuantityWords& words = words_of(quantity);
    if (!words.character) {
        const int digits = words.unit == "%" ? 3 : 4;
        const std::string unit(words.unit);
        return format_amount(*value, unit.c_str(), digits);
    }
    std::string named = "character " + format_number(*value);
    const auto index = static_cast<std::size_t>(*value);
    if (frames.decode != nullptr && frames.decode->symbols != nullptr &&
        index < frames.decode->line.size()) {
        const auto token = static_cast<std::size_t>(frames.decode->line[index].token);
        if (token < frames.decode->symbols->size())
            named += ", \"" + (*frames.decode->symbols)[token] + "\"";
    }
    return named;
}

std::string measured_words(const TourPrediction& asked, const Frames& frames) {
    if (!asked.measured || !asked.difference)
        return value_words(asked.quantity, asked.measured, frames);
    const TourQuantityWords& words = words_of(asked.quantity);
    const std::string unit = words.character     ? "characters"
                             : words.unit == "%" ? "points"
                                                 : std::string(words.unit);
    return (*asked.measured > 0 ? "+" : "") + format_amount(*asked.measured, unit.c_str(), 3);
}

}  // namespace marginscope
