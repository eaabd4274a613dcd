// Tables as CSV (RFC 4180): CRLF-free lines, quotes where needed, numbers that read back exactly.
// Numbers that are not finite are nan, inf, -inf; a missing value is an empty cell. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace marginscope {

// std::monostate is a missing value.
using CsvCell = std::variant<std::monostate, double, float, std::int64_t, std::string>;

// Shortest text that reads back as the same number; independent of the locale.
std::string number_text(double value);
std::string number_text(float value);

class CsvTable {
public:
    explicit CsvTable(std::vector<std::string> columns);

    // As many cells as columns (std::logic_error otherwise).
    void add_row(const std::vector<CsvCell>& cells);
    const std::string& text() const noexcept { return text_; }
    void save(const std::filesystem::path& path) const;  // atomically; UserError

private:
    std::size_t columns_;
    std::string text_;
};

}  // namespace marginscope
