// Words for numbers and answers.
#include "cli/tour_handout.h"

#include "core/messages/tour.h"
#include "core/messages/tour_words.h"

namespace marginscope {
namespace {

std::string answer_words(const Frames& frames, const TourPrediction& asked) {
    if (!asked.known) return "It could not be computed.";
    std::string words;
    if (asked.kind == TourQuestion::choice) {
        if (!asked.answer) return "None of these.";
        words = asked.options[static_cast<std::size_t>(*asked.answer)] +
                (asked.difference ? ". The difference: " : ". Measured: ") +
                measured_words(asked, frames) + ".";
    } else {
        words = "It is " + measured_words(asked, frames) + ".";
    }
    words[0] =
        words[0] >= 'a' && words[0] <= 'z' ? static_cast<char>(words[0] - 'a' + 'A') : words[0];
    return words;
}

}  // namespace

TourPageStep handout_step(const TourStepPicture& picture) {
    const TourFrame& tour = *picture.frames.tour;
    TourPageStep step;
    step.title = tour.steps[static_cast<std::size_t>(tour.step)];
    step.text = tour.text;
    step.png = picture.png;
    for (const TourNumber& number : tour.numbers) {
        std::string value = value_words(number.quantity, number.value, picture.frames);
        if (number.before && number.before != number.value)
            value += " (in the step before: " +
                     value_words(number.quantity, number.before, picture.frames) + ")";
        step.numbers.emplace_back(words_of(number.quantity).name, value);
    }
    if (tour.prediction.kind == TourQuestion::none) return step;
    step.question = tour.prediction.question;
    step.options = tour.prediction.options;
    step.answer = answer_words(picture.frames, tour.prediction);
    step.after = tour.prediction.after;
    return step;
}

}  // namespace marginscope
