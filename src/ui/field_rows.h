// Rows of a form for fields of the table of a run: name with its help, and a control of its type.
//
// Main thread, inside a frame.
#pragma once

#include <functional>
#include <string>

#include "core/run/run_config.h"
#include "ui/theme.h"

namespace marginscope {

struct FieldRows {
    const char* id;
    std::function<bool(const Field&)> shown;
    std::function<bool(const Field&)> fixed = {};        // shown, not to be changed; empty: none
    std::function<std::string(const Field&)> mark = {};  // a word after its name, or ""
};

/// In the order of the table; a value that the table refuses is left as it was, and `problem` says
/// why in a sentence.
void draw_field_rows(const FieldRows& rows, RunConfig& config, std::string& problem,
                     const Theme& theme);

/// One row of such a form around a control of the caller's: "Seeds ....... [2]". Between begin and
/// end the next item fills the second column.
bool begin_form(const char* id);
void form_row(const Theme& theme, const char* label, bool changed, const std::string& hint);
void end_form();

}  // namespace marginscope
