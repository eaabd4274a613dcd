// What could stand in each hole, and in all of them together.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/words.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"
#include "figures/decode/law_words.h"

namespace marginscope {
namespace {

constexpr std::size_t kDrawnHoles = 6;
constexpr std::size_t kDrawnTokens = 8;
constexpr float kSeen = 0.001F;  // a bar that is shorter is none

float at(const std::vector<float>& law, std::size_t token) {
    return token < law.size() ? law[token] : kNoValue;
}

/// What is not computed is empty.
CsvCell known(const std::vector<float>& law, std::size_t token) {
    return token < law.size() ? CsvCell{law[token]} : CsvCell{};
}

bool has_holes(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return false;
    if (source.frames.holes != nullptr && !source.frames.holes->holes.empty()) return true;
    figure.sentence = "There are no holes yet: select a character and press H.";
    return false;
}

std::vector<std::size_t> likeliest(const HoleLaw& hole) {
    const std::vector<float>& law = hole.both.empty() ? hole.past : hole.both;
    std::vector<std::size_t> order(law.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto seen = [&](std::size_t token) {
        return std::isfinite(law[token]) && (law[token] >= kSeen || at(hole.past, token) >= kSeen);
    };
    std::erase_if(order, [&](std::size_t token) { return !seen(token); });
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return law[a] != law[b] ? law[a] > law[b] : at(hole.past, a) > at(hole.past, b);
    });
    order.resize(std::min(order.size(), kDrawnTokens));
    return order;
}

Plot plot_of(const HoleLaw& hole, const DecodeFrame& decode, bool last) {
    Plot plot;
    PlotSeries both, past;
    both.bars = true;
    both.name = "given both sides";
    both.color = "#4477aa";
    past.name = "given the past alone";
    past.color = "#222222";
    past.rings = true;
    const std::vector<std::size_t> order = likeliest(hole);
    for (std::size_t k = 0; k < order.size(); ++k) {
        const auto row = static_cast<double>(k);
        if (const float share = at(hole.both, order[k]); std::isfinite(share)) {
            both.x.push_back(static_cast<double>(share));
            both.y.push_back(row);
        }
        if (const float share = at(hole.past, order[k]); std::isfinite(share)) {
            past.x.push_back(static_cast<double>(share));
            past.y.push_back(row);
            past.radius.push_back(4);
        }
        plot.y.ticks.push_back(row);
        plot.y.tick_labels.push_back(shown_character(decode, static_cast<int>(order[k])));
    }
    for (PlotSeries* series : {&both, &past})
        if (!series->x.empty()) plot.series.push_back(std::move(*series));
    plot.x.min = 0;
    plot.x.max = 1;
    if (last) plot.x.label = "probability";
    plot.y.label = "at " + std::to_string(hole.index);
    plot.y.names = plot.y.downwards = true;
    plot.y.min = -0.7;
    plot.y.max = std::max(1.0, static_cast<double>(order.size())) - 0.3;
    plot.share = 0.25 + 0.05 * static_cast<double>(order.size());
    return plot;
}

std::string how_found(const FigureSource& source) {
    const HolesFrame& holes = *source.frames.holes;
    if (holes.running) return "The laws were still being found. ";
    const std::string unknown = unknown_words(*source.frames.decode, holes);
    return (holes.sentence.empty() ? "" : holes.sentence + " ") +
           (unknown.empty() ? "" : unknown + " ");
}

FigureTable hole_table(const FigureSource& source) {
    const HolesFrame& holes = *source.frames.holes;
    const DecodeFrame& decode = *source.frames.decode;
    std::vector<std::vector<CsvCell>> rows;
    for (const HoleLaw& hole : holes.holes) {
        const auto index = static_cast<std::size_t>(hole.index);
        const int own = index < decode.line.size() ? decode.line[index].token : -1;
        for (std::size_t token = 0; token < std::max(hole.both.size(), hole.past.size()); ++token)
            rows.push_back({static_cast<std::int64_t>(hole.index),
                            exact_character(decode, static_cast<int>(token)),
                            known(hole.both, token), known(hole.error, token),
                            known(hole.past, token), known(hole.past_error, token),
                            static_cast<std::int64_t>(static_cast<int>(token) == own ? 1 : 0)});
    }
    return table_of({"index", "character", "given both sides", "its standard error",
                     "given the past alone", "its standard error", "stands in the text"},
                    std::move(rows));
}

}  // namespace

void make_holes_figure(const FigureSource& source, Figure& figure) {
    if (!has_holes(source, figure)) return;
    const HolesFrame& holes = *source.frames.holes;
    const std::size_t drawn = std::min(holes.holes.size(), kDrawnHoles);
    for (std::size_t k = 0; k < drawn; ++k)
        figure.parts.emplace_back(plot_of(holes.holes[k], *source.frames.decode, k + 1 == drawn));
    figure.caption = "What could stand in each hole, the likeliest characters of each";
    if (drawn < holes.holes.size())
        figure.caption += ", the first " + std::to_string(drawn) + " of " +
                          std::to_string(holes.holes.size()) + " holes";
    figure.caption += ". The past alone is what stands before the hole, other holes summed over. " +
                      how_found(source) + decode_caption(source.frames);
    figure.table = hole_table(source);
    figure.table.value_column = 2;
}

void make_fillings_figure(const FigureSource& source, Figure& figure) {
    if (!has_holes(source, figure)) return;
    const HolesFrame& holes = *source.frames.holes;
    if (holes.fillings.empty()) {
        figure.sentence = holes.running || holes.sentence.empty() ? "The laws are not found yet."
                                                                  : holes.sentence;
        return;
    }
    TextTable shown{{"what fills all holes", "probability"}, {false, true}, {}};
    std::vector<std::vector<CsvCell>> rows;
    for (const HoleFilling& one : holes.fillings) {
        shown.rows.push_back(
            {{shown_filling(one), share_with_error(one.probability, one.error)}, "#222222"});
        rows.push_back(
            {one.text, one.probability, std::isnan(one.error) ? CsvCell{} : CsvCell{one.error}});
    }
    figure.parts.emplace_back(std::move(shown));
    std::string places;
    for (const HoleLaw& hole : holes.holes)
        places += (places.empty() ? "" : ", ") + std::to_string(hole.index);
    figure.caption = "The likeliest ways of filling the holes at " + places + " together. " +
                     how_found(source) + decode_caption(source.frames);
    figure.table = table_of({"filling", "probability", "standard error"}, std::move(rows));
    figure.table.value_column = 1;
}

}  // namespace marginscope
