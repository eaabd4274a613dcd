// The text under noise beside itself, and two branches side by side.
#include <algorithm>
#include <cmath>

#include "core/colormap.h"
#include "core/words.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"
#include "figures/margin_values.h"

namespace marginscope {
namespace {

CsvCell whole(std::int64_t value) { return value; }

// What was never computed is empty; what was, and is no number, says so.
CsvCell of_known(const TwinCell& cell, float value) {
    return cell.known ? CsvCell{value} : CsvCell{};
}

std::string unit_of(MarginKind kind) {
    return kind == MarginKind::determinant ? "nats"
           : kind == MarginKind::geometric ? "embedding units"
                                           : "";
}

Plot plot_of(const TwinFrame& twin, const std::string& label, float TwinCell::*value) {
    Plot plot;
    plot.y.label = label;
    plot.x.min = -0.5;
    plot.x.max = static_cast<double>(std::max<std::size_t>(1, twin.cells.size())) - 0.5;
    plot.share = 0.5;
    PlotSeries series;
    series.markers = false;
    series.color = "#333333";
    series.width = 1.3;
    for (std::size_t i = 0; i < twin.cells.size(); ++i) {
        const float number = twin.cells[i].*value;
        series.x.push_back(static_cast<double>(i));
        series.y.push_back(static_cast<double>(number));
        // Of the first character there is no prediction, of a text's first two no margin.
        series.missing += std::isnan(number) && (!twin.cells[i].known || i < 2) ? 1 : 0;
    }
    plot.series.push_back(std::move(series));
    return plot;
}

FigureTable twin_table(const Frames& frames) {
    const std::string unit = unit_of(frames.twin->kind);
    std::vector<std::vector<CsvCell>> rows;
    for (std::size_t i = 0; i < frames.twin->cells.size(); ++i) {
        const TwinCell& c = frames.twin->cells[i];
        const auto symbol = [&](int token) {
            return token < 0 ? CsvCell{} : CsvCell{exact_character(*frames.decode, token)};
        };
        rows.push_back({whole(static_cast<std::int64_t>(i)), symbol(c.token),
                        std::string(!c.known  ? "not computed yet"
                                    : c.stale ? "of other noise"
                                              : "computed"),
                        symbol(c.clean), symbol(c.noisy), of_known(c, c.kl),
                        of_known(c, c.margin_gap), of_known(c, c.share_flipped),
                        of_known(c, c.entropy), of_known(c, c.expected_entropy),
                        of_known(c, c.mutual_information)});
    }
    FigureTable table = table_of(
        {"index", "character", "state", "likeliest without noise", "likeliest in the first draw",
         "KL [nats]", "margin gap" + (unit.empty() ? "" : " [" + unit + "]"), "share flipped",
         "entropy of the mean [nats]", "mean entropy [nats]", "mutual information [nats]"},
        std::move(rows));
    table.key_column = 0;
    table.value_column = 5;
    return table;
}

// Where the likeliest character of a draw first differs.
void add_divergence(Plot& plot, const TwinFrame& twin) {
    int first = -1;
    for (const int at : twin.first_divergence)
        if (at >= 0 && (first < 0 || at < first)) first = at;
    if (first >= 0)
        plot.marks.push_back({true, static_cast<double>(first),
                              "first divergence, at " + std::to_string(first),
                              hex_color(accent_color(false))});
}

StripCell strip_cell(const ComparedCell& cell) {
    StripCell out;
    out.words = cell.symbol == "␣" || cell.symbol == " " ? "·" : cell.symbol;
    if (cell.crossings > 0) out.color = hex_color(accent_color(false));
    out.ring = cell.support;
    return out;
}

}  // namespace

void make_twin_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const TwinFrame* twin = source.frames.twin.get();
    if (twin == nullptr || twin->noise.sigma <= 0 || twin->cells.empty()) {
        figure.sentence = "There is no twin yet: give the noise a sigma above 0.";
        return;
    }
    const std::string unit = unit_of(twin->kind);
    Plot kl = plot_of(*twin, "KL(clean‖noisy), nats", &TwinCell::kl);
    add_divergence(kl, *twin);
    Plot gap =
        plot_of(*twin, "margin gap" + (unit.empty() ? "" : ", " + unit), &TwinCell::margin_gap);
    Plot flips = plot_of(*twin, "share flipped", &TwinCell::share_flipped);
    flips.x.label = "character of the text, from 0";
    for (Plot* plot : {&kl, &gap, &flips}) figure.parts.emplace_back(std::move(*plot));
    figure.caption = "Means over " + std::to_string(twin->noise.draws) +
                     " draws; margin gap: noisy minus clean " + name_of(twin->kind) +
                     " margin. Of all predictions " + format_percent(twin->share_flipped) +
                     " flip; mean KL " + format_amount(twin->mean_kl, "nats") + ". " +
                     decode_caption(source.frames);
    figure.table = twin_table(source.frames);
}

void make_comparison_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const BranchFrame* branches = source.frames.branches.get();
    if (branches == nullptr || branches->comparison.node < 0) {
        figure.sentence = "No branch is compared: choose one in the list of branches.";
        return;
    }
    const BranchComparison& c = branches->comparison;
    Plot plot;
    std::vector<std::vector<CsvCell>> rows;
    const std::string kind = name_of(branches->kind), unit = unit_of(branches->kind);
    for (const bool here : {true, false}) {
        const std::vector<ComparedCell>& cells = here ? c.here : c.there;
        figure.parts.emplace_back(Paragraph{here ? "the shown text" : "the other branch"});
        TextStrip strip;
        PlotSeries series;
        series.name = here ? "shown" : "other";
        series.markers = false;
        series.dashed = !here;
        for (std::size_t k = 0; k < cells.size(); ++k) {
            const int index = c.begin + static_cast<int>(k);
            strip.cells.push_back(strip_cell(cells[k]));
            series.x.push_back(index);
            series.y.push_back(static_cast<double>(cells[k].margin));
            rows.push_back({std::string(here ? "shown" : "other"), whole(index), cells[k].symbol,
                            cells[k].logprob, cells[k].entropy, cells[k].margin,
                            whole(cells[k].crossings), whole(cells[k].support ? 1 : 0)});
        }
        strip.share = 0.4;
        plot.series.push_back(std::move(series));
        figure.parts.emplace_back(std::move(strip));
    }
    plot.x.label = "character of the text, from 0";
    plot.y.label = kind + " margin" + (unit.empty() ? "" : ", " + unit);
    plot.marks.push_back({true, static_cast<double>(c.parting), "the parting"});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Two branches from character " + std::to_string(c.begin) +
                     " on; they part at " + std::to_string(c.parting) + ". " +
                     decode_caption(source.frames);
    figure.table = table_of(
        {"branch", "index", "character", "log p [nats]", "entropy [nats]",
         kind + " margin" + (unit.empty() ? "" : " [" + unit + "]"), "crossings", "support"},
        std::move(rows));
    figure.table.value_column = 5;
}

}  // namespace marginscope
