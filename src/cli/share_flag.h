// A share on the command line: "2%" or "0.02".
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/common_options.h"
#include "core/error.h"

namespace marginscope {

/// Non-negative. UserError (exit code 2) names `flag`; `example` is what it shows.
inline double share_of(const std::string& flag, const std::string& text,
                       const std::string& example) {
    const bool percent = !text.empty() && text.back() == '%';
    const std::vector<double> numbers =
        number_list(flag, percent ? text.substr(0, text.size() - 1) : text);
    if (numbers.size() != 1)
        throw UserError(flag + " takes one number, as in " + example + ".", kExitWrongUse);
    return percent ? numbers[0] / 100 : numbers[0];
}

}  // namespace marginscope
