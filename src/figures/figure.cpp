// Small makers of figures' pieces.
#include "figures/figure.h"

#include <cstdio>
#include <memory>

namespace marginscope {

FigureTable table_of(std::vector<std::string> columns, std::vector<std::vector<CsvCell>> rows) {
    FigureTable table;
    table.columns = std::move(columns);
    table.rows = rows.size();
    const auto held = std::make_shared<const std::vector<std::vector<CsvCell>>>(std::move(rows));
    table.cell = [held](std::size_t row, std::size_t column) { return (*held)[row][column]; };
    return table;
}

std::optional<std::size_t> row_with(const FigureTable& table, const CsvCell& key) {
    if (table.key_column < 0 || std::holds_alternative<std::monostate>(key)) return std::nullopt;
    for (std::size_t row = 0; row < table.rows; ++row)
        if (table.cell(row, static_cast<std::size_t>(table.key_column)) == key) return row;
    return std::nullopt;
}

std::string hex_color(Rgb color) {
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", color.r, color.g, color.b);
    return text;
}

}  // namespace marginscope
