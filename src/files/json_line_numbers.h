// Where in a JSON text each value stands, for mistakes that name their line.
//
// Any thread, no state.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

/// The line of each value by its path: "" is the whole, "/steps/0/title" a member; a key stands in
/// its path as it is written between its quotes. Lines count from 1.
class JsonLineNumbers {
public:
    /// `text` must be valid JSON; of any other text the lines mean nothing, but reading it ends.
    explicit JsonLineNumbers(std::string_view text);

    /// Of the value, or of the nearest one around it.
    int line_of(std::string path) const;
    /// Paths that were given twice, of which JSON silently takes the last.
    const std::vector<std::string>& repeated() const { return repeated_; }

private:
    std::map<std::string, int> lines_;
    std::vector<std::string> repeated_;
};

/// The line of a byte of a text.
int line_at(std::string_view text, std::size_t byte);

}  // namespace marginscope
