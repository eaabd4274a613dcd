// Words about the items of `selective`, and its command.
#include <cmath>
#include <type_traits>

#include "cli/output.h"
#include "cli/selective_options.h"
#include "core/shell_word.h"
#include "core/words.h"

namespace marginscope {
namespace {

constexpr const char* kArea =
    "Area: the mean share of wrong ones over all coverages, best first; smaller is better. "
    "Intervals: 95 %, 2,000 bootstrap draws of the fresh part, the same draws for all scores.";
constexpr const char* kPromise =
    "The promise: thresholds laid out on the tuning part are tested on the calibration part, "
    "surest "
    "first, each with the exact binomial tail, until one fails (learn then test, fixed sequence). "
    "It holds for independent items like these, all together and not for each single one.";

std::string what_is_written(const StoryItemsRequest& request) {
    if (request.sentences == 0) return "whole stories";
    return request.sentences == 1
               ? "the first sentence of a story"
               : "the first " + std::to_string(request.sentences) + " sentences of a story";
}

template <typename Value>
void add_flag(std::string& words, const char* flag, const Value& value, const Value& usual) {
    if (value == usual) return;
    words += std::string(" ") + flag + " ";
    if constexpr (std::is_floating_point_v<Value>)
        words += number_text(value, 12);
    else if constexpr (std::is_integral_v<Value>)
        words += std::to_string(value);
    else
        words += shell_word(value);
}

}  // namespace

void describe_stories(SelectiveResult& result, const SelectiveOptions& options,
                      const StoryItems& written) {
    const StoryItemsRequest& request = options.stories;
    result.items = "stories";
    result.about = {{"model", written.model},
                    {"kind", "stories"},
                    {"sentences", request.sentences},
                    {"most_characters", request.most_characters},
                    {"temperature", request.sampling.temperature},
                    {"seed", request.sampling.seed},
                    {"characters", written.characters},
                    {"unfinished", written.unfinished},
                    {"first", written.first}};
    const std::string each = std::to_string(options.part);
    const std::string times =
        options.calibrations > 1 ? " (" + std::to_string(options.calibrations) + " times)" : "";
    result.facts = {{"Model", written.model},
                    {"Written", what_is_written(request) + " after a blank line, temperature " +
                                    format_number(request.sampling.temperature) + ", seed " +
                                    std::to_string(request.sampling.seed)},
                    {"Stories", each + " to tune, " + each + " to calibrate" + times + ", " +
                                    std::to_string(options.fresh_stories()) + " fresh"},
                    {"Not finished", std::to_string(written.unfinished) + " in " +
                                         std::to_string(request.most_characters) + " characters"}};
    result.notes = {
        "A story is wrong when a sentence breaks a rule of the built-in stories, or is not "
        "finished. Nobody judges taste.",
        kArea, kPromise,
        "Determinant margin: log|det J| of the model's fitted stage, at the characters written. "
        "Margins are sensitivities, not probabilities."};
}

void describe_text(SelectiveResult& result, const SelectiveOptions& options,
                   const TextItems& measured, const std::string& text_name) {
    const TextItemsRequest& request = options.predictions;
    result.items = "predictions";
    result.about = {{"model", measured.model},      {"kind", "text"},
                    {"surprise", request.surprise}, {"whole", request.whole_text},
                    {"windows", measured.windows},  {"unknown", measured.unknown}};
    result.facts = {
        {"Model", measured.model},
        {"Text", text_name + (request.whole_text ? "" : ", its last tenth")},
        {"Wrong", "what follows has less than exp(-" + format_number(request.surprise) +
                      ") = " + format_percent(std::exp(-request.surprise))},
        {"Predictions", std::to_string(result.parts.tuning.size()) + " to tune, " +
                            std::to_string(result.parts.calibration.size()) + " to calibrate, " +
                            std::to_string(result.parts.fresh.size()) + " fresh, in " +
                            std::to_string(measured.windows) + " windows"}};
    result.notes = {
        kArea, kPromise,
        "Predictions of one window depend on each other, so that here the promise is only "
        "approximate; intervals draw whole windows.",
        "Margins are those of the character read last: log|det J| and sigma_min of the model's "
        "fitted stage. They are sensitivities, not probabilities."};
}

std::string selective_command_words(const SelectiveOptions& options) {
    const SelectiveOptions usual;
    const SamplingSettings &asked = options.stories.sampling, &plain = usual.stories.sampling;
    std::string words = "marginscope selective";
    if (!options.model.empty()) words += " --model " + shell_path(options.model);
    if (!options.text.file.empty()) words += " --text " + shell_path(options.text.file);
    if (options.predictions.whole_text) words += " --whole";
    add_flag(words, "--surprise", options.predictions.surprise, usual.predictions.surprise);
    add_flag(words, "--max-positions", options.predictions.max_positions,
             usual.predictions.max_positions);
    add_flag(words, "--stories", options.part, usual.part);
    add_flag(words, "--fresh", options.fresh, usual.fresh);
    add_flag(words, "--calibrations", options.calibrations, usual.calibrations);
    add_flag(words, "--sentences", options.stories.sentences, usual.stories.sentences);
    add_flag(words, "--characters", options.stories.most_characters, usual.stories.most_characters);
    add_flag(words, "--temperature", asked.temperature, plain.temperature);
    add_flag(words, "--seed", asked.seed, plain.seed);
    add_flag(words, "--error", options.error, usual.error);
    add_flag(words, "--confidence", options.confidence, usual.confidence);
    return words + " --html " + shell_path(options.html);
}

}  // namespace marginscope
