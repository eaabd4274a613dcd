// Two choices of a path as a table.
#include <cmath>

#include "core/words.h"
#include "figures/path/path_comparison.h"
#include "figures/path/path_figures.h"

namespace marginscope {
namespace {

CsvCell optional(const std::optional<double>& value) { return value ? CsvCell{*value} : CsvCell{}; }
CsvCell known(double value) { return std::isfinite(value) ? CsvCell{value} : CsvCell{}; }

std::string words_of(const std::optional<double>& value) {
    return value ? format_number(*value) : kNoNumber;
}

}  // namespace

void make_path_comparison_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, true, figure)) return;
    const PathFrame& path = *source.frames.path;
    const auto [first, second] =
        compared_choices(path, source.view.path.first, source.view.path.second);
    const PathComparison comparison = compare_choices(path, first, second);
    TextTable shown{{"", "first", "second", "difference", "95 % interval"},
                    {false, true, true, true, true},
                    {}};
    std::vector<std::vector<CsvCell>> rows;
    for (const ComparedQuantity& row : comparison.rows) {
        const Interval& d = row.difference;
        const bool interval = std::isfinite(d.low);
        shown.rows.push_back(
            {{row.quantity.name, words_of(row.first), words_of(row.second), format_number(d.value),
              interval ? format_number(d.low) + " … " + format_number(d.high) : kNoNumber},
             row.told() ? "#222222" : "#777777"});
        rows.push_back({row.quantity.name, row.quantity.unit, optional(row.first),
                        optional(row.second), known(d.value), known(d.low), known(d.high),
                        static_cast<std::int64_t>(d.count)});
    }
    figure.parts.emplace_back(std::move(shown));
    figure.caption += " First: " + choice_words(first) + "; second: " + choice_words(second) +
                      ". Means over the seeds that both have, differences of the same seed with "
                      "Student's 95 % intervals; dark rows are told from 0.";
    if (!comparison.same_seeds) figure.caption += " Two models of different seeds.";
    figure.table =
        table_of({"quantity", "unit", "first", "second", "difference", "low", "high", "pairs"},
                 std::move(rows));
    figure.table.value_column = 4;
}

}  // namespace marginscope
