// Fresh stories that a model writes, each with what the model's own numbers say of it, and whether
// it keeps the rules of the built-in stories. Torch-free.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/probability/selective_report.h"
#include "core/sampling.h"

namespace marginscope {

struct StoryItemsRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::size_t stories = 0;
    int sentences = 1;          // a story is left after so many; 0: at the blank line that ends it
    int most_characters = 400;  // what is not finished by then is wrong
    SamplingSettings sampling;  // story k's draws: (seed, k, position)
    int threads = 2;
};

struct StoryItems {
    SelectiveItems items;
    std::string model;
    bool has_stage = false;
    std::size_t characters = 0, unfinished = 0;
    double write_secs = 0.0, margin_secs = 0.0;  // of the processor, all threads together
    bool stopped = false;                        // then `items` is empty
    std::vector<std::string> first;              // the first few stories
};

/// Each story begins after a blank line and is written as nn/decode writes, many side by side: the
/// same stories for any number of threads. Scores, over its characters: log p and entropy of the
/// model itself (temperature 1), mean and least or largest, nats; their number; with a fitted stage
/// the determinant margin in the window that the character was decoded in (nats, float64, core),
/// mean and least, and the share beyond the boundary. Wrong: fewer than `sentences` whole
/// sentences, or one that breaks a rule (text/stories/story_checker.h, nothing forgiven). Throws
/// UserError.
StoryItems write_story_items(const StoryItemsRequest& request,
                             const std::function<void(std::size_t, std::size_t)>& progress = {},
                             std::stop_token stop = {});

}  // namespace marginscope
