// What marginscope throws when a file, a value or an argument given by its user is wrong.
//
// Any thread. The message is one sentence: what was expected, what was found, what to do. The exit
// code is what the command line returns: 1 failed, 2 wrong use. Bugs are asserts, not UserErrors,
// and numeric trouble (a singular J, a NaN) is data, not an error.
#pragma once

#include <stdexcept>
#include <string>

namespace marginscope {

class UserError : public std::runtime_error {
public:
    explicit UserError(const std::string& sentence, int exit_code = 1)
        : std::runtime_error(sentence), exit_code_(exit_code) {}

    int exit_code() const { return exit_code_; }

private:
    int exit_code_;
};

}  // namespace marginscope
