// Bytes of each format.
#include "figures/figure_files.h"

#include <cmath>

#include "core/error.h"
#include "core/shown.h"
#include "figures/raster_canvas.h"
#include "figures/svg_canvas.h"
#include "files/atomic_file.h"
#include "files/image.h"

namespace marginscope {
namespace {

std::vector<CsvCell> row_of(const FigureTable& table, std::size_t row) {
    std::vector<CsvCell> cells;
    for (std::size_t c = 0; c < table.columns.size(); ++c) cells.push_back(table.cell(row, c));
    return cells;
}

FigureSize size_of(const Figure& figure, const FigureFileOptions& options) {
    return options.size.value_or(natural_size(figure));
}

}  // namespace

std::optional<FigureFormat> figure_format_of(const std::filesystem::path& file) {
    std::string ending = file.extension().string();
    for (char& c : ending)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (ending == ".svg") return FigureFormat::svg;
    if (ending == ".png") return FigureFormat::png;
    if (ending == ".csv") return FigureFormat::csv;
    return std::nullopt;
}

std::string_view name_of(FigureFormat format) {
    return format == FigureFormat::svg ? "svg" : format == FigureFormat::png ? "png" : "csv";
}

std::string figure_svg(const Figure& figure, const FigureFileOptions& options) {
    const FigureSize size = size_of(figure, options);
    SvgCanvas canvas(size.width, size.height, figure.title, figure.metadata);
    draw_figure(figure, size, canvas);
    return canvas.finish();
}

std::string figure_png(const Figure& figure, const FigureFileOptions& options) {
    const FigureSize size = size_of(figure, options);
    const double scale = options.dpi / 96;
    if (!(size.width * scale <= kLargestPngSide) || !(size.height * scale <= kLargestPngSide))
        throw UserError("A picture of " + std::to_string(std::llround(size.width * scale)) + "x" +
                        std::to_string(std::llround(size.height * scale)) +
                        " pixels is too large; a side has at most " +
                        std::to_string(kLargestPngSide) + ": choose a smaller size or fewer dpi.");
    RasterCanvas canvas(size.width, size.height, scale);
    draw_figure(figure, size, canvas);
    PngNotes notes{options.dpi, {{"Title", figure.title}}};
    for (const auto& [key, value] : figure.metadata) notes.texts.emplace_back(key, value);
    return png_of(canvas.width(), canvas.height(), PixelFormat::kRgb, canvas.pixels(),
                  RowOrder::kTopDown, notes);
}

std::string table_csv(const FigureTable& table) {
    CsvTable csv(table.columns);
    for (std::size_t row = 0; row < table.rows; ++row) csv.add_row(row_of(table, row));
    return csv.text();
}

std::string row_csv(const FigureTable& table, std::size_t row) {
    CsvTable csv(table.columns);
    if (row < table.rows) csv.add_row(row_of(table, row));
    return csv.text();
}

std::string figure_csv(const Figure& figure) {
    std::string out;
    const auto say = [&out](const std::string& key, const std::string& value) {
        if (!value.empty()) out += "# " + shown_text(key) + ": " + shown_text(value) + "\n";
    };
    say("figure", figure.title);
    for (const auto& [key, value] : figure.metadata) say(key, value);
    say("caption", figure.caption);
    say("note", figure.sentence);
    return out + table_csv(figure.table);
}

void write_figure(const std::filesystem::path& file, const Figure& figure,
                  const FigureFileOptions& options) {
    const auto format = figure_format_of(file);
    if (!format)
        throw UserError("A figure is written as .svg, .png or .csv; the name " + shown_path(file) +
                        " ends otherwise.");
    write_file_atomically(file, *format == FigureFormat::svg   ? figure_svg(figure, options)
                                : *format == FigureFormat::png ? figure_png(figure, options)
                                                               : figure_csv(figure));
}

}  // namespace marginscope
