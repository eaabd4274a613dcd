// Words in the places they get.
#include "figures/text_parts.h"

#include <algorithm>
#include <cmath>

#include "figures/plot_drawing.h"

namespace marginscope {
namespace {

constexpr double kCellWidth = 10, kCellHeight = 25;  // of a strip in usual letters
constexpr double kLeastScale = 0.2;

// Lines of a strip whose cells are `scale` of the usual size.
std::size_t lines_of(const TextStrip& strip, double width, double scale) {
    const auto per_line = static_cast<std::size_t>(std::max(1.0, width / (kCellWidth * scale)));
    return (strip.cells.size() + per_line - 1) / per_line;
}

void draw_cell(const StripCell& cell, CanvasRect at, double scale, Canvas& canvas) {
    const std::string color = cell.faint ? "#aaaaaa" : cell.color;
    const double middle = at.x + at.width / 2, wide = text_width(cell.words, TypeFace::mono, 1);
    const double most = at.width * 0.98, size = std::min(15 * scale, wide > 0 ? most / wide : 15);
    canvas.text({middle, at.y + 15 * scale}, cell.words,
                {size, TypeFace::mono, color, TextAnchor::middle});
    if (cell.ring)
        canvas.circle({middle, at.y + 10 * scale}, std::min(7.5 * scale, at.width * 0.75), {},
                      CanvasStroke{kFigureInk, std::max(0.5, 1.2 * scale)});
    if (cell.level < 0) return;
    const double bar = at.width - 1.5 * scale;
    canvas.rect({at.x, at.y + 19.5 * scale, bar, 3 * scale}, {"#ececec", 1});
    canvas.rect(
        {at.x, at.y + 19.5 * scale, std::max(0.6, bar * std::min(1.0, cell.level)), 3 * scale},
        {cell.bar, 1});
}

std::vector<double> column_widths(const TextTable& table, double width) {
    std::vector<double> widths;
    double sum = 0;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        double most = text_width(table.columns[c], TypeFace::bold, kTableText);
        for (const TableRow& row : table.rows)
            if (c < row.cells.size())
                most = std::max(most, text_width(row.cells[c], TypeFace::regular, kTableText));
        widths.push_back(most + 16);
        sum += widths.back();
    }
    // The widest column gives way.
    while (sum > width && !widths.empty()) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        const double cut = std::min(sum - width, *widest / 2);
        *widest -= cut;
        sum -= cut;
        if (cut < 1) break;
    }
    return widths;
}

std::string cut_to(const std::string& words, TypeFace face, double size, double width) {
    if (text_width(words, face, size) <= width) return words;
    std::string fit = words;
    while (!fit.empty()) {
        while (!fit.empty() && (static_cast<unsigned char>(fit.back()) & 0xC0) == 0x80)
            fit.pop_back();
        if (!fit.empty()) fit.pop_back();
        if (text_width(fit + "…", face, size) <= width) return fit + "…";
    }
    return "…";
}

}  // namespace

double strip_height(const TextStrip& strip, double width) {
    return kCellHeight * static_cast<double>(std::max<std::size_t>(1, lines_of(strip, width, 1)));
}

void draw_strip(const TextStrip& strip, CanvasRect place, Canvas& canvas) {
    double scale = 1;
    while (scale > kLeastScale &&
           kCellHeight * scale * static_cast<double>(lines_of(strip, place.width, scale)) >
               place.height)
        scale *= 0.95;
    const double width = kCellWidth * scale, height = kCellHeight * scale;
    const auto per_line = static_cast<std::size_t>(std::max(1.0, place.width / width));
    for (std::size_t i = 0; i < strip.cells.size(); ++i) {
        const CanvasRect at{place.x + static_cast<double>(i % per_line) * width,
                            place.y + static_cast<double>(i / per_line) * height, width, height};
        if (at.y + at.height > place.y + place.height + 1) return;
        draw_cell(strip.cells[i], at, scale, canvas);
    }
}

double table_height(const TextTable& table) {
    return kTableRow * static_cast<double>(table.rows.size() + 1) + 8;
}

void draw_table(const TextTable& table, CanvasRect place, Canvas& canvas) {
    const std::vector<double> widths = column_widths(table, place.width);
    const auto room = static_cast<std::size_t>(
        std::max(1.0, std::floor((place.height - kTableRow - 8) / kTableRow)));
    const std::size_t shown = table.rows.size() <= room ? table.rows.size() : room - 1;
    const auto put = [&](std::size_t c, double x, double y, const std::string& words, TypeFace face,
                         const std::string& color) {
        const bool number = c < table.numbers.size() && table.numbers[c];
        canvas.text({number ? x + widths[c] - 8 : x, y},
                    cut_to(words, face, kTableText, widths[c] - 8),
                    {kTableText, face, color, number ? TextAnchor::end : TextAnchor::start});
    };
    double y = place.y + 13, total = 0;
    for (const double width : widths) total += width;
    double x = place.x;
    for (std::size_t c = 0; c < table.columns.size(); x += widths[c++])
        put(c, x, y, table.columns[c], TypeFace::bold, kFigureInk);
    canvas.segment({place.x, y + 6}, {place.x + total - 8, y + 6}, {kFigureAxis});
    y += 4;
    for (std::size_t r = 0; r < shown; ++r) {
        y += kTableRow;
        x = place.x;
        const TableRow& row = table.rows[r];
        for (std::size_t c = 0; c < row.cells.size() && c < widths.size(); x += widths[c++])
            put(c, x, y, row.cells[c], TypeFace::regular, row.color);
    }
    if (shown < table.rows.size())
        canvas.text({place.x, y + kTableRow},
                    "and " + std::to_string(table.rows.size() - shown) + " more rows in the CSV",
                    {kTableText, TypeFace::regular, kFigureDim});
}

double paragraph_height(const Paragraph& paragraph, double width) {
    const double size = paragraph.large ? 16 : kFigureText;
    return (size + 5) * static_cast<double>(
                            wrapped(paragraph.words, width, TypeFace::regular, size).size()) +
           4;
}

void draw_paragraph(const Paragraph& paragraph, CanvasRect place, Canvas& canvas) {
    const double size = paragraph.large ? 16 : kFigureText;
    const TypeFace face = paragraph.large ? TypeFace::bold : TypeFace::regular;
    double y = place.y + size;
    for (const std::string& line : wrapped(paragraph.words, place.width, face, size)) {
        canvas.text({place.x, y}, line, {size, face, kFigureInk});
        y += size + 5;
    }
}

}  // namespace marginscope
