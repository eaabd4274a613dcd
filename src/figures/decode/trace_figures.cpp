// Curves along the text.
#include <cmath>

#include "core/colormap.h"
#include "core/words.h"
#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"
#include "figures/decode/trace_series.h"
#include "figures/margin_values.h"

namespace marginscope {
namespace {

TraceSeries margin_series(const MarginFrame* margins) {
    const MarginKind kind = margins->kind;
    const auto value = [margins, kind](int i) {
        const MarginCell* cell = margin_at(margins, i);
        return cell == nullptr ? kNoValue : shown_margin(*cell, kind);
    };
    switch (kind) {
        case MarginKind::singular:
            return {TraceKind::margin, "Singular margin", "", value};
        case MarginKind::geometric:
            return {TraceKind::margin, "Geometric margin", "embedding units", value};
        case MarginKind::determinant:
            break;
    }
    return {TraceKind::margin, "Determinant margin", "nats", value};
}

/// Of several predictions of one character: known only where they were asked for.
bool of_several(TraceKind kind) {
    return kind == TraceKind::divergence || kind == TraceKind::expected_entropy ||
           kind == TraceKind::mutual_information || kind == TraceKind::mean_logprob;
}

const TwinFrame* twin_of_text(const Frames& frames) {
    const TwinFrame* twin = frames.twin.get();
    return twin == nullptr || twin->cells.empty() || twin->behind ? nullptr : twin;
}

/// A number of the twin's, as far as it is of the present noise.
std::function<float(int)> twin_value(const TwinFrame* twin, float TwinCell::*member) {
    return [twin, member](int i) {
        if (i >= static_cast<int>(twin->cells.size())) return kNoValue;
        const TwinCell& cell = twin->cells[static_cast<std::size_t>(i)];
        return cell.stale ? kNoValue : cell.*member;
    };
}

/// What noise, or other models, do to each prediction. The uncertainty is of the law that
/// characters are drawn from where that is averaged over noise; else of the models that were opened
/// together; else of the twin.
void add_mean_series(const Frames& frames, std::vector<TraceSeries>& traces) {
    const DecodeFrame* decode = frames.decode.get();
    const TwinFrame* twin = twin_of_text(frames);
    const bool averages = decode->sampling.chooser.averages();
    const bool together = !decode->ensemble.empty() && !averages;
    const auto own_value = [decode](float TokenCell::*own) {
        return std::function<float(int)>(
            [decode, own](int i) { return decode->line[static_cast<std::size_t>(i)].*own; });
    };
    const auto value = [&](float TokenCell::*own, float TwinCell::*of_twin) {
        return averages || together ? own_value(own) : twin_value(twin, of_twin);
    };
    if (!decode->ensemble.empty())
        traces.push_back({TraceKind::mean_logprob, "Log-probability, " + decode->ensemble, "nats",
                          own_value(&TokenCell::mean_logprob)});
    if (twin != nullptr)
        traces.push_back(
            {TraceKind::divergence, "Divergence, noise", "nats", twin_value(twin, &TwinCell::kl)});
    if (twin == nullptr && !averages && !together) return;
    const std::string over = together ? decode->ensemble : "noise";
    traces.push_back({TraceKind::expected_entropy, "Expected entropy, " + over, "nats",
                      value(&TokenCell::expected_entropy, &TwinCell::expected_entropy)});
    traces.push_back({TraceKind::mutual_information, "Mutual information, " + over, "nats",
                      value(&TokenCell::mutual_information, &TwinCell::mutual_information)});
}

// Whether there is something to show at all: a number that is not finite is something else.
bool is_missing(const TraceSeries& trace, const Frames& frames, int index) {
    if (!std::isnan(trace.value(index))) return false;
    if (of_several(trace.kind)) return true;
    // Of the first character there is no prediction; the model has not read what follows the
    // cursor.
    if (trace.kind == TraceKind::entropy || trace.kind == TraceKind::logprob)
        return index == 0 || index >= frames.decode->cursor;
    const MarginCell* cell = margin_at(frames.margins.get(), index);
    if (cell == nullptr || !cell->valid) return true;
    return trace.kind == TraceKind::margin && frames.margins->kind == MarginKind::geometric &&
           !cell->geometric;
}

Plot plot_of(const TraceSeries& trace, const Frames& frames, bool last) {
    Plot plot;
    const auto count = frames.decode->line.size();
    plot.y.label = trace.name + (trace.unit.empty() ? "" : ", " + trace.unit);
    plot.x.min = -0.5;
    plot.x.max = static_cast<double>(count) - 0.5;
    if (last) plot.x.label = "character of the text, from 0";
    PlotSeries series;
    series.markers = false;
    series.color = trace.kind == TraceKind::margin ? "#222222" : "#555555";
    series.width = 1.3;
    for (std::size_t i = 0; i < count; ++i) {
        const float value = trace.value(static_cast<int>(i));
        series.x.push_back(static_cast<double>(i));
        series.y.push_back(static_cast<double>(value));
        series.missing += is_missing(trace, frames, static_cast<int>(i)) ? 1 : 0;
    }
    plot.series.push_back(std::move(series));
    return plot;
}

// Characters beyond the boundary as discs, support tokens as rings.
void add_marks(Plot& plot, const MarginFrame& margins) {
    PlotSeries beyond, support;
    beyond.color = hex_color(accent_color(false));
    beyond.name = "beyond the boundary";
    support.color = "#222222";
    support.rings = true;
    support.name = "support token";
    for (int i = 0; i < static_cast<int>(margins.cells.size()); ++i) {
        const MarginCell& cell = margins.cells[static_cast<std::size_t>(i)];
        const float value = shown_margin(cell, margins.kind);
        if (!std::isfinite(value)) continue;
        for (const auto& [on, series, radius] : {std::tuple{cell.crossings > 0, &beyond, 2.4},
                                                 std::tuple{cell.support, &support, 4.0}}) {
            if (!on) continue;
            series->x.push_back(i);
            series->y.push_back(static_cast<double>(value));
            series->radius.push_back(radius);
        }
    }
    // Support below, so that a disc shows on it.
    for (PlotSeries* series : {&support, &beyond})
        if (!series->x.empty()) plot.series.push_back(std::move(*series));
}

FigureTable trace_table(const Frames& frames, const std::vector<TraceSeries>& traces) {
    FigureTable table;
    table.columns = {"index", "character"};
    for (const TraceSeries& trace : traces)
        table.columns.push_back(trace.name + (trace.unit.empty() ? "" : " [" + trace.unit + "]"));
    table.rows = frames.decode->line.size();
    table.key_column = 0;
    table.value_column = 2;
    table.cell = [frames, traces](std::size_t row, std::size_t column) -> CsvCell {
        const int index = static_cast<int>(row);
        if (column == 0) return static_cast<std::int64_t>(row);
        if (column == 1) return exact_character(*frames.decode, frames.decode->line[row].token);
        const TraceSeries& trace = traces[column - 2];
        // What was never computed is empty; what was, and is no number, says so.
        if (is_missing(trace, frames, index)) return {};
        return trace.value(index);
    };
    return table;
}

}  // namespace

std::vector<TraceSeries> trace_series(const Frames& frames) {
    std::vector<TraceSeries> traces;
    const DecodeFrame* decode = frames.decode.get();
    const MarginFrame* margins = frames.margins.get();
    if (decode == nullptr) return traces;
    if (margins != nullptr && margins->measurable()) {
        traces.push_back(margin_series(margins));
        traces.push_back({TraceKind::lowest_head, "Lowest head margin", "nats", [margins](int i) {
                              const MarginCell* cell = margin_at(margins, i);
                              return cell == nullptr || !cell->valid ? kNoValue : cell->lowest_head;
                          }});
    }
    const auto token = [decode](int i) -> const TokenCell& {
        return decode->line[static_cast<std::size_t>(i)];
    };
    traces.push_back(
        {TraceKind::entropy, "Entropy", "nats", [token](int i) { return token(i).entropy; }});
    traces.push_back({TraceKind::logprob, "Log-probability", "nats",
                      [token](int i) { return token(i).logprob; }});
    add_mean_series(frames, traces);
    return traces;
}

void make_traces_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const std::vector<TraceSeries> traces = trace_series(source.frames);
    for (std::size_t k = 0; k < traces.size(); ++k) {
        Plot plot = plot_of(traces[k], source.frames, k + 1 == traces.size());
        plot.share = traces[k].kind == TraceKind::margin ? 0.85 : 0.45;
        if (traces[k].kind == TraceKind::margin) {
            add_marks(plot, *source.frames.margins);
            plot.marks.push_back(
                {false, static_cast<double>(source.view.low_margin),
                 "low: below " + format_number(static_cast<double>(source.view.low_margin), 3),
                 hex_color(accent_color(false))});
        }
        figure.parts.emplace_back(std::move(plot));
    }
    figure.caption = decode_caption(source.frames);
    figure.table = trace_table(source.frames, traces);
}

}  // namespace marginscope
