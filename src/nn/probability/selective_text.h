// The predictions of a held-out text, each with what the model's own numbers say of it beforehand
// and whether what follows was a surprise. Torch-free.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/probability/selective_report.h"

namespace marginscope {

struct TextItemsRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string text;             // UTF-8; its last tenth is measured unless `whole_text`
    bool whole_text = false;
    double surprise = 2.0;               // nats: wrong where -log p of what follows is above
    std::size_t max_positions = 12'000;  // in evenly spaced windows
    int threads = 2;
};

struct TextItems {
    SelectiveParts parts;  // thirds of the windows, in the order of the text; groups are windows
    std::string model;
    bool has_stage = false;
    std::size_t windows = 0, unknown = 0;
    bool stopped = false;  // then the parts are empty
};

/// Windows by the rule `half` (core/text_windows.h); an item is a character read that has two or
/// more before it in its window and one after it in the text. Scores: log p of the likeliest next
/// character and entropy, nats; with a fitted stage the determinant margin (nats), the singular
/// margin and whether it is beyond the boundary, of the character read, float64 by core. Throws
/// UserError: no such model, fewer than six windows.
TextItems measure_text_items(const TextItemsRequest& request,
                             const std::function<void(std::size_t, std::size_t)>& progress = {},
                             std::stop_token stop = {});

}  // namespace marginscope
