// The text with its margins, its support tokens, and what could come next.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"
#include "figures/margin_values.h"

namespace marginscope {
namespace {

const std::vector<std::string> kTextColumns = {"index",
                                               "character",
                                               "window begin",
                                               "state",
                                               "log|det J| [nats]",
                                               "sign of det J",
                                               "crossings",
                                               "sigma_min",
                                               "geometric margin [embedding units]",
                                               "geometric margin [share of |u|]",
                                               "energy [nats]",
                                               "log p [nats]",
                                               "entropy [nats]",
                                               "lowest head log|det| [nats]",
                                               "lowest head layer",
                                               "lowest head",
                                               "support rank"};

CsvCell number(std::int64_t value) { return value; }

// A number of a cell that is computed stands as it is, whatever it is.
CsvCell of_valid(const MarginCell* cell, float value) {
    if (cell == nullptr || !cell->valid) return {};
    return value;
}

// Of the first character there is none; what follows the cursor may not have been read yet.
CsvCell of_prediction(const DecodeFrame& decode, int index, float value) {
    if (index == 0 || (index >= decode.cursor && std::isnan(value))) return {};
    return value;
}

CsvCell rank_of(const MarginFrame* margins, int index) {
    if (margins == nullptr) return {};
    const auto at = std::find(margins->support.begin(), margins->support.end(), index);
    return at == margins->support.end() ? CsvCell{} : number(at - margins->support.begin() + 1);
}

std::string state_of(const MarginFrame* margins, const MarginCell* cell) {
    if (margins == nullptr || !margins->measurable()) return "no stage";
    if (cell == nullptr) return "after the cursor";
    return cell->valid ? "computed" : cell->pending ? "not computed yet" : "undefined";
}

CsvCell text_cell(const Frames& frames, int index, std::size_t column) {
    const DecodeFrame& decode = *frames.decode;
    const TokenCell& token = decode.line[static_cast<std::size_t>(index)];
    const MarginFrame* margins = frames.margins.get();
    const MarginCell* cell = margin_at(margins, index);
    const bool valid = cell != nullptr && cell->valid;
    switch (column) {
        case 0:
            return number(index);
        case 1:
            return exact_character(decode, token.token);
        case 2:
            return cell != nullptr ? number(cell->window_begin) : CsvCell{};
        case 3:
            return state_of(margins, cell);
        case 4:
            return of_valid(cell, valid ? cell->logdet : 0);
        case 5:
            return valid ? number(cell->sign) : CsvCell{};
        case 6:
            return valid ? number(cell->crossings) : CsvCell{};
        case 7:
            return of_valid(cell, valid ? cell->sigma_min : 0);
        case 8:
            return valid && cell->geometric ? CsvCell{*cell->geometric} : CsvCell{};
        case 9:
            return valid && cell->geometric ? CsvCell{cell->geometric_share} : CsvCell{};
        case 10:
            return of_valid(cell, valid ? cell->energy : 0);
        case 11:
            return of_prediction(decode, index, token.logprob);
        case 12:
            return of_prediction(decode, index, token.entropy);
        case 13:
            return of_valid(cell, valid ? cell->lowest_head : 0);
        case 14:
            return valid ? number(cell->lowest_head_layer) : CsvCell{};
        case 15:
            return valid ? number(cell->lowest_head_index) : CsvCell{};
        default:
            return rank_of(margins, index);
    }
}

int column_of(MarginKind kind) {
    return kind == MarginKind::determinant ? 4 : kind == MarginKind::singular ? 7 : 8;
}

FigureTable text_table(const Frames& frames, std::vector<int> order) {
    FigureTable table;
    table.columns = kTextColumns;
    table.rows = order.size();
    table.key_column = 0;
    table.value_column =
        column_of(frames.margins != nullptr ? frames.margins->kind : MarginKind::determinant);
    table.cell = [frames, order = std::move(order)](std::size_t row, std::size_t column) {
        return text_cell(frames, order[row], column);
    };
    return table;
}

std::string margin_caption(MarginKind kind) {
    const std::string end =
        " A ring marks a support token, the accent colour a character beyond the boundary.";
    switch (kind) {
        case MarginKind::singular:
            return "Bars: singular margin sigma_min(J)." + end;
        case MarginKind::geometric:
            return "Bars: geometric margin, embedding units." + end;
        case MarginKind::determinant:
            break;
    }
    return "Bars: determinant margin log|det J|, nats, from the lowest up." + end;
}

}  // namespace

void make_text_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const Frames& frames = source.frames;
    const DecodeFrame& decode = *frames.decode;
    const MarginFrame* margins = frames.margins.get();
    const MarginRange range = margins != nullptr ? margin_range(*margins) : MarginRange{};
    TextStrip strip;
    std::vector<int> order;
    for (int i = 0; i < static_cast<int>(decode.line.size()); ++i) {
        StripCell cell;
        cell.words = shown_character(decode, decode.line[static_cast<std::size_t>(i)].token);
        cell.faint = i >= decode.cursor;
        const MarginCell* margin = margin_at(margins, i);
        if (margin != nullptr && margin->valid) {
            const float unit = range.to_unit(shown_margin(*margin, margins->kind));
            if (margin->crossings > 0) cell.color = hex_color(accent_color(false));
            if (!std::isnan(unit)) cell.level = static_cast<double>(unit);
            cell.bar = margin->crossings > 0 ? cell.color : near_color(unit);
            cell.ring = margin->support;
        }
        strip.cells.push_back(cell);
        order.push_back(i);
    }
    figure.parts.emplace_back(std::move(strip));
    figure.caption = decode_caption(frames);
    if (margins != nullptr && margins->measurable())
        figure.caption += " " + margin_caption(margins->kind);
    figure.table = text_table(frames, std::move(order));
}

void make_support_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const Frames& frames = source.frames;
    const DecodeFrame& decode = *frames.decode;
    std::vector<int> order;
    TextTable shown{
        {"index", "character", "log|det J|, nats", "sigma_min", "geometric", "log p, nats", "side"},
        {true, false, true, true, true, true, false},
        {}};
    const MarginFrame* margins = frames.margins.get();
    for (const int index : margins != nullptr ? margins->support : std::vector<int>{}) {
        const MarginCell* cell = margin_at(margins, index);
        if (cell == nullptr || index >= static_cast<int>(decode.line.size())) continue;
        order.push_back(index);
        const TokenCell& token = decode.line[static_cast<std::size_t>(index)];
        TableRow row{{std::to_string(index), shown_character(decode, token.token),
                      format_number(cell->logdet), format_number(cell->sigma_min),
                      cell->geometric         ? format_number(*cell->geometric)
                      : cell->geometric_known ? "none found"
                                              : "not asked",
                      format_number(token.logprob), side_words(cell->crossings)}};
        if (cell->crossings > 0) row.color = hex_color(accent_color(false));
        shown.rows.push_back(row);
    }
    figure.table = text_table(frames, order);
    if (order.empty()) {
        figure.sentence =
            "There are no support tokens yet: a text of three characters and a fitted stage have "
            "some.";
        return;
    }
    figure.parts.emplace_back(std::move(shown));
    figure.caption = "Support tokens, nearest the boundary first by the " +
                     std::string(name_of(margins->kind)) + " margin. " + decode_caption(frames);
}

void make_candidates_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const DecodeFrame& decode = *source.frames.decode;
    const bool together = !decode.ensemble.empty();
    const std::string mean = "mean of " + decode.ensemble + " (T = 1)";
    TextTable shown{
        {"character", "probability", "log p (T = 1), nats", "log|det J| it would have", "side"},
        {false, true, true, true, false},
        {}};
    std::vector<std::string> columns = {
        "character", "probability", "log p (T = 1) [nats]", "log|det J| it would have [nats]",
        "crossings", "branch node"};
    if (together) {
        shown.columns.push_back(mean);
        shown.numbers.push_back(true);
        columns.push_back(mean);
    }
    std::vector<std::vector<CsvCell>> rows;
    for (const CandidateCell& c : decode.candidates) {
        const bool known = !std::isnan(c.logdet);
        shown.rows.push_back(
            {{shown_character(decode, c.token), format_percent(static_cast<double>(c.probability)),
              format_number(c.logprob), format_number(c.logdet),
              known ? side_words(c.crossings) : kNoNumber},
             c.crossings > 0 ? hex_color(accent_color(false)) : "#222222"});
        rows.push_back({exact_character(decode, c.token), c.probability, c.logprob, c.logdet,
                        number(c.crossings), number(c.node)});
        if (!together) continue;
        const bool found = !std::isnan(c.mean_probability);
        shown.rows.back().cells.push_back(
            found ? format_percent(static_cast<double>(c.mean_probability)) : kNoNumber);
        rows.back().push_back(found ? CsvCell(c.mean_probability) : CsvCell());
    }
    figure.table = table_of(columns, std::move(rows));
    figure.table.value_column = 1;
    if (decode.candidates.empty()) {
        figure.sentence = "There are no candidates yet: they appear when the text has a character.";
        return;
    }
    figure.parts.emplace_back(std::move(shown));
    figure.caption =
        "What may follow after " + character_and_place(decode, decode.cursor - 1) + "; entropy " +
        format_amount(static_cast<double>(decode.next_entropy), "nats") + ", temperature " +
        format_number(decode.sampling.temperature) + ". " + decode_caption(source.frames);
}

}  // namespace marginscope
