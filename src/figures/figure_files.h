// A figure as bytes and as a file: SVG, PNG or CSV, by the name's ending.
//
// Any thread. The same figure, format and size give the same bytes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "figures/figure.h"
#include "figures/figure_drawing.h"

namespace marginscope {

enum class FigureFormat { svg, png, csv };

/// By the ending, in either case; nothing for another one.
std::optional<FigureFormat> figure_format_of(const std::filesystem::path& file);
std::string_view name_of(FigureFormat format);  // "svg", "png", "csv"

struct FigureFileOptions {
    std::optional<FigureSize> size;  // otherwise the figure's own
    double dpi = 192;                // of a PNG; 96 is a pixel of the size for each of the picture
};

/// With the metadata in <metadata>.
std::string figure_svg(const Figure& figure, const FigureFileOptions& options = {});
/// With pHYs and a text chunk for each line of metadata. UserError where the picture is too large.
std::string figure_png(const Figure& figure, const FigureFileOptions& options = {});
/// Lines "# key: value" of metadata, title and caption, then the table. Numbers are the shortest
/// that read back as the same.
std::string figure_csv(const Figure& figure);
/// The table alone, or one row of it under its columns: for a clipboard.
std::string table_csv(const FigureTable& table);
std::string row_csv(const FigureTable& table, std::size_t row);

/// Atomically. UserError.
void write_figure(const std::filesystem::path& file, const Figure& figure,
                  const FigureFileOptions& options = {});

}  // namespace marginscope
