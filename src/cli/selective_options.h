// What `selective` was asked, and what its items are: for document, words and page.
#pragma once

#include <cstddef>
#include <string>

#include "cli/common_options.h"
#include "cli/selective_output.h"
#include "nn/probability/selective_stories.h"
#include "nn/probability/selective_text.h"

namespace marginscope {

struct SelectiveOptions {
    StoryItemsRequest stories;
    TextItemsRequest predictions;  // of `text`, instead of stories
    TextOption text;
    std::string model;
    std::size_t part = 2000, fresh = 0;  // stories; 0: as many fresh ones
    std::size_t calibrations = 1;
    std::string error = "5%", confidence = "95%";
    bool no_items = false;
    std::string html, json;

    std::size_t fresh_stories() const { return fresh > 0 ? fresh : part; }
};

/// Fills what is told of the items.
void describe_stories(SelectiveResult& result, const SelectiveOptions& options,
                      const StoryItems& written);
void describe_text(SelectiveResult& result, const SelectiveOptions& options,
                   const TextItems& measured, const std::string& text_name);
/// What makes the page again; defaults are left out.
std::string selective_command_words(const SelectiveOptions& options);

}  // namespace marginscope
