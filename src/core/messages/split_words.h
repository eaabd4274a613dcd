// A split of a path's seeds in words: "at lambda_m 0.02 the seeds split: 3 near 0.31, 2 near -1.9
// in mean log|det J|". Any thread.
#pragma once

#include <string>

#include "core/messages/path.h"
#include "core/words.h"

namespace marginscope {

inline std::string split_words(const SeedSplit& split) {
    const auto group = [](const SeedGroup& one) {
        return std::to_string(one.seeds.size()) + " near " + format_number(one.mean, 3);
    };
    std::string words = "at lambda_m " + format_number(split.lambda);
    if (split.train_noise > 0)
        words += ", trained with noise " + format_number(split.train_noise) + ",";
    words += " the seeds split: " + group(split.low) + ", " + group(split.high) + " in ";
    return words + (split.quantity.starts_with("noise ") ? "loss under " : "") + split.quantity;
}

/// The same as a sentence.
inline std::string split_sentence(const SeedSplit& split) {
    std::string words = split_words(split);
    words.front() = 'A';
    return words + ".";
}

}  // namespace marginscope
