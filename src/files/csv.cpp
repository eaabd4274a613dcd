// CSV text.
#include "files/csv.h"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "files/atomic_file.h"

namespace marginscope {

namespace {

template <typename T>
std::string shortest(T value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char buffer[64];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, result.ptr};
}

void append_quoted(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n#") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

struct CellWriter {
    std::string& out;
    void operator()(std::monostate) const {}
    void operator()(double value) const { out += number_text(value); }
    void operator()(float value) const { out += number_text(value); }
    void operator()(std::int64_t value) const { out += std::to_string(value); }
    void operator()(const std::string& value) const { append_quoted(out, value); }
};

}  // namespace

std::string number_text(double value) { return shortest(value); }
std::string number_text(float value) { return shortest(value); }

CsvTable::CsvTable(std::vector<std::string> columns) : columns_(columns.size()) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) text_ += ',';
        append_quoted(text_, columns[i]);
    }
    text_ += '\n';
}

void CsvTable::add_row(const std::vector<CsvCell>& cells) {
    if (cells.size() != columns_) {
        throw std::logic_error("CsvTable: " + std::to_string(cells.size()) + " cells for " +
                               std::to_string(columns_) + " columns");
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) text_ += ',';
        std::visit(CellWriter{text_}, cells[i]);
    }
    text_ += '\n';
}

void CsvTable::save(const std::filesystem::path& path) const { write_file_atomically(path, text_); }

}  // namespace marginscope
