// The branches of the decoding, a row for each.
#include <cmath>

#include "core/colormap.h"
#include "core/words.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"
#include "figures/margin_values.h"

namespace marginscope {
namespace {

std::string visible(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '\n' ? "↵" : c == '\t' ? "⇥" : std::string(1, c);
    return out;
}

CsvCell whole(int value) { return static_cast<std::int64_t>(value); }

// What is still to be computed is empty; what was, and is no number, says so.
CsvCell number_of(const BranchRow& row, float value) {
    return row.pending > 0 && std::isnan(value) ? CsvCell{} : CsvCell{value};
}

// No margin was measured: the branch has none, or they are still to come.
CsvCell margin_of(const BranchRow& row) {
    return row.margin_index < 0 ? CsvCell{} : CsvCell{row.margin};
}

}  // namespace

void make_branches_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const BranchFrame* branches = source.frames.branches.get();
    if (branches == nullptr || branches->rows.empty()) {
        figure.sentence = "There are no branches yet: choose a candidate, or press B.";
        return;
    }
    const std::string kind = name_of(branches->kind);
    TextTable shown{
        {"from", "length", "log p, nats", "entropy, nats", "lowest margin", "at", "its beginning"},
        {true, true, true, true, true, true, false},
        {}};
    std::vector<std::vector<CsvCell>> rows;
    for (const BranchRow& row : branches->rows) {
        const double margin = static_cast<double>(row.margin);
        std::string words(2 * static_cast<std::size_t>(row.level), ' ');
        words += row.name.empty() ? visible(row.text) : row.name + ": " + visible(row.text);
        shown.rows.push_back(
            {{std::to_string(row.index), std::to_string(row.length),
              format_number(static_cast<double>(row.logprob)),
              format_number(static_cast<double>(row.entropy)), format_number(margin),
              row.margin_index < 0 ? kNoNumber : std::to_string(row.margin_index), words},
             row.crossings > 0 ? hex_color(accent_color(false)) : "#222222"});
        rows.push_back({whole(row.node), whole(row.level), whole(row.index), whole(row.length),
                        row.name, row.text, number_of(row, row.logprob),
                        number_of(row, row.entropy), margin_of(row),
                        row.margin_index < 0 ? CsvCell{} : whole(row.margin_index),
                        whole(row.crossings), whole(row.children), whole(row.on_line ? 1 : 0)});
    }
    figure.parts.emplace_back(std::move(shown));
    figure.caption =
        "Branches, depth first, with the sum of their characters' log p, their mean "
        "entropy and their lowest " +
        kind + " margin, pink where it lies beyond. " + decode_caption(source.frames);
    figure.table = table_of({"node", "level", "index", "length", "name", "beginning",
                             "log p [nats]", "mean entropy [nats]", "lowest " + kind + " margin",
                             "at index", "crossings there", "branches in it", "on the line"},
                            std::move(rows));
    figure.table.value_column = 8;
}

}  // namespace marginscope
