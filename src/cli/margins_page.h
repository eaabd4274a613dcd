// The report of `margins --html`: what was measured, as a page.
//
// Any thread, pure.
#pragma once

#include <string>

#include "core/stage/margin_report_types.h"

namespace marginscope {

/// `text` is what was measured, `text_name` its name, `command` makes the page again. A character
/// the model does not know stands as it is in the text.
std::string margins_page(const MarginReport& report, const std::string& text,
                         const std::string& text_name, const std::string& command);

}  // namespace marginscope
