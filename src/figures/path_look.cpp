// A look at a path as text.
#include "figures/path_look.h"

#include <charconv>
#include <cmath>

#include "core/error.h"
#include "core/run/run_config.h"
#include "core/shell_word.h"

namespace marginscope {
namespace {

template <typename Number>
bool read_number(const std::string& text, Number& value) {
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc() && read.ptr == end;
}

/// What stands before the next colon; `rest` goes on behind it.
std::string next_word(std::string& rest) {
    const std::size_t colon = rest.find(':');
    std::string word = rest.substr(0, colon);
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    return word;
}

}  // namespace

std::string choice_text(const PathChoice& choice) {
    std::string text = format_value(choice.lambda);
    if (choice.train_noise > 0) text += ":noise:" + format_value(choice.train_noise);
    if (choice.seed) text += ":seed:" + std::to_string(*choice.seed);
    return text;
}

PathChoice choice_from(const std::string& text) {
    PathChoice choice;
    std::string rest = text;
    bool good = read_number(next_word(rest), choice.lambda) && std::isfinite(choice.lambda);
    while (good && !rest.empty()) {
        const std::string name = next_word(rest), value = next_word(rest);
        if (name == "noise") {
            good = read_number(value, choice.train_noise) && std::isfinite(choice.train_noise);
        } else {
            std::int64_t seed = 0;
            good = name == "seed" && read_number(value, seed);
            choice.seed = seed;
        }
    }
    if (good) return choice;
    throw UserError(
        "A lambda of a path is given as 0.02, as 0.02:seed:1337 or as "
        "0.02:noise:0.1:seed:1337, not \"" +
            text + "\".",
        2);
}

PathRecipe recipe_from(const std::string& text) {
    std::string rest = text;
    const std::string head = next_word(rest);
    if ((head != "tied" && head != "own") || rest.empty())
        throw UserError(
            "A head and sigma are given as own:learned:0.2 or tied:closed, not \"" + text + "\".",
            2);
    return {head == "tied", format_value(parse_value(*find_field("stage.sigma"), rest))};
}

std::string path_look_flags(const PathLook& look) {
    const PathLook usual;
    std::string words;
    if (look.recipe)
        words += std::string(" --recipe ") + (look.recipe->tied ? "tied:" : "own:") +
                 look.recipe->stage_sigma;
    if (!look.seed_lines) words += " --means-only";
    if (look.weighed != usual.weighed) words += " --weighed " + std::to_string(look.weighed);
    if (look.changed != usual.changed) words += " --changed " + shell_word(look.changed);
    if (look.first) words += " --first " + choice_text(*look.first);
    if (look.second) words += " --second " + choice_text(*look.second);
    return words;
}

}  // namespace marginscope
