// What a figure for a paper is: plots with axes, strips of coloured characters, tables and
// paragraphs one under the other, a caption, and the numbers themselves as one table.
//
// Plain values; any thread. A figure is made from frames by the functions of figure_list.h, drawn
// by figure_drawing.h and written by figure_files.h. Numbers that are not finite have no place in a
// picture: they break a line, are counted under the figure, and stand in the table as they are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/colormap.h"
#include "figures/axis.h"
#include "files/csv.h"

namespace marginscope {

/// A line, points, or bars through (x[i], y[i]).
struct PlotSeries {
    std::string name;               // in the legend; empty: not listed
    std::vector<double> x, y;       // of one length (std::logic_error otherwise)
    std::vector<double> low, high;  // a band (or bars at single points); both empty or as long as x
    std::string color;  // "#rrggbb"; empty: by position in the list, safe for colour-blind readers
    bool line = true;
    bool markers = true;
    bool dashed = false;
    bool bars = false;                // from x = 0 to x at each y, instead of line and markers
    std::vector<double> radius = {};  // of each marker in pixels, as a disc; empty: all alike
    bool rings = false;               // instead of discs
    std::size_t missing = 0;          // of its points: where there is nothing to be drawn
    double width = 1.8;               // of the line
};

/// A straight line through the plot, with a word: a threshold, a proposed lambda.
struct PlotMark {
    bool vertical = true;
    double value = 0;
    std::string label;
    std::string color = "#666666";
};

/// A circle in the plot's units, and words beside a point.
struct PlotCircle {
    double x = 0, y = 0, radius = 0;  // radius along x
    std::string color;
    bool dashed = false;
};
struct PlotLabel {
    double x = 0, y = 0;
    std::string words;
    std::string color = "#222222";
    bool centred = true;  // else it begins right of the point
};

/// Coloured cells under everything else: rows × cols from (x0, y0), the outer corner of the first
/// cell, to (x1, y1), that of the last.
struct PlotField {
    int rows = 0, cols = 0;
    double x0 = 0, x1 = 1, y0 = 0, y1 = 1;
    std::vector<Rgb> cells;
    bool smooth = false;  // samples of something smooth: drawn without visible cells
};

struct PlotColorBar {
    std::string label;
    ColorMap map = ColorMap::viridis;
    ColorScale scale;
};

struct Plot {
    PlotAxis x, y;
    std::vector<PlotSeries> series;
    std::vector<PlotMark> marks;
    std::vector<PlotField> fields;
    std::vector<PlotCircle> circles;
    std::vector<PlotLabel> labels;
    std::vector<PlotColorBar> bars;  // in a row under the plot
    bool equal = false;              // one unit is as long on x as on y
    double share = 1;                // of the figure's height, beside other parts
};

/// A text, character by character, as it is read.
struct StripCell {
    std::string words;              // one visible character
    std::string color = "#222222";  // of it
    double level = -1;              // of the bar under it, 0…1; below 0: none
    std::string bar = "#888888";    // its colour
    bool ring = false;
    bool faint = false;
};
struct TextStrip {
    std::vector<StripCell> cells;
    double share = 1;
};

struct TableRow {
    std::vector<std::string> cells;
    std::string color = "#222222";
};
struct TextTable {
    std::vector<std::string> columns;
    std::vector<bool> numbers;  // of each column: right-aligned
    std::vector<TableRow> rows;
    double share = 1;
};

struct Paragraph {
    std::string words;
    bool large = false;
};
using FigurePart = std::variant<Plot, TextStrip, TextTable, Paragraph>;

/// The numbers behind the picture. `cell` is asked row by row, so that a table may be large without
/// being held twice; what it refers to it keeps alive.
struct FigureTable {
    std::vector<std::string> columns;  // with units: "log|det J| [nats]"
    std::size_t rows = 0;
    std::function<CsvCell(std::size_t row, std::size_t column)> cell;
    /// Column of whole numbers or words by which a row is found, or -1: the character of the text,
    /// the step of a training, the run of a path's cell.
    int key_column = -1;
    /// The column whose number the picture is about.
    int value_column = -1;
};

struct Figure {
    std::string id;  // "decode.traces"
    std::string title;
    std::string caption;  // model, stage, sizes, seeds, units: under the figure, wrapped
    std::vector<std::pair<std::string, std::string>> metadata;  // of the file: run, step, command
    std::vector<FigurePart> parts;
    FigureTable table;
    std::string sentence;  // why there is nothing to show, when there is nothing
    bool empty() const { return parts.empty(); }
};

/// The row with that key, a number or words; nothing for none.
std::optional<std::size_t> row_with(const FigureTable& table, const CsvCell& key);

/// Rows that are held as they are.
FigureTable table_of(std::vector<std::string> columns, std::vector<std::vector<CsvCell>> rows);

std::string hex_color(Rgb color);  // "#rrggbb"

}  // namespace marginscope
