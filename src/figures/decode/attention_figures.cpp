// Attention of one head as a matrix, and of all heads side by side.
#include <algorithm>
#include <cmath>

#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"

namespace marginscope {
namespace {

bool is_complete(const AttentionFrame* a) {
    if (a == nullptr || a->layers < 1 || a->heads < 1 || a->size < 1) return false;
    const auto size = static_cast<std::size_t>(a->size);
    return a->weights.size() ==
           static_cast<std::size_t>(a->layers) * static_cast<std::size_t>(a->heads) * size * size;
}

float weight(const AttentionFrame& a, int layer, int head, int query, int key) {
    const auto size = static_cast<std::size_t>(a.size);
    const std::size_t matrix = static_cast<std::size_t>(layer) * static_cast<std::size_t>(a.heads) +
                               static_cast<std::size_t>(head);
    return a.weights[(matrix * size + static_cast<std::size_t>(query)) * size +
                     static_cast<std::size_t>(key)];
}

ColorScale scale_of(bool log) {
    return log ? ColorScale{0.001, 1, true, false} : ColorScale{0, 1, false, false};
}

Rgb color_at(const AttentionFrame& a, int layer, int head, int query, int key,
             const ColorScale& scale) {
    if (key > query) return outside_color(false);
    return color_of(ColorMap::viridis, scale,
                    static_cast<double>(weight(a, layer, head, query, key)));
}

bool has_attention(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return false;
    if (is_complete(source.frames.attention.get())) return true;
    figure.sentence = "There is no attention yet: it appears when the text has a character.";
    return false;
}

std::string character_at(const Frames& frames, int k) {
    const AttentionFrame& a = *frames.attention;
    if (k < 0 || k >= static_cast<int>(a.tokens.size())) return "?";
    return exact_character(*frames.decode, a.tokens[static_cast<std::size_t>(k)]);
}

FigureTable matrix_table(const Frames& frames, int layer, int head) {
    const AttentionFrame& a = *frames.attention;
    FigureTable table;
    table.columns = {"query", "character"};
    for (int k = 0; k < a.size; ++k)
        table.columns.push_back("key " + std::to_string(a.window_begin + k));
    table.rows = static_cast<std::size_t>(a.size);
    table.key_column = 0;
    table.cell = [frames, layer, head](std::size_t row, std::size_t column) -> CsvCell {
        const AttentionFrame& of = *frames.attention;
        const int query = static_cast<int>(row), key = static_cast<int>(column) - 2;
        if (column == 0) return static_cast<std::int64_t>(of.window_begin + query);
        if (column == 1) return character_at(frames, query);
        if (key > query) return {};
        return weight(of, layer, head, query, key);
    };
    return table;
}

// Rows of the lower triangles, head by head.
FigureTable heads_table(const Frames& frames) {
    const AttentionFrame& a = *frames.attention;
    const auto size = static_cast<std::size_t>(a.size), each = size * (size + 1) / 2;
    FigureTable table;
    table.columns = {"layer", "head", "query", "key", "attention"};
    table.rows = each * static_cast<std::size_t>(a.layers) * static_cast<std::size_t>(a.heads);
    table.value_column = 4;
    table.cell = [frames, each](std::size_t row, std::size_t column) -> CsvCell {
        const AttentionFrame& of = *frames.attention;
        const auto matrix = static_cast<int>(row / each);
        const std::size_t rest = row % each;
        // The largest query with query (query + 1) / 2 <= rest; the root may be one off.
        auto query =
            static_cast<std::size_t>((std::sqrt(8.0 * static_cast<double>(rest) + 1) - 1) / 2);
        while (query * (query + 1) / 2 > rest) --query;
        while ((query + 1) * (query + 2) / 2 <= rest) ++query;
        const auto q = static_cast<int>(query),
                   k = static_cast<int>(rest - query * (query + 1) / 2);
        const int layer = matrix / of.heads, head = matrix % of.heads;
        const int values[] = {layer, head, of.window_begin + q, of.window_begin + k};
        if (column < 4) return static_cast<std::int64_t>(values[column]);
        return weight(of, layer, head, q, k);
    };
    return table;
}

PlotAxis window_axis(const AttentionFrame& a, const char* label) {
    PlotAxis axis;
    axis.label = label;
    axis.min = a.window_begin - 0.5;
    axis.max = a.window_begin + a.size - 0.5;
    return axis;
}

}  // namespace

void make_attention_figure(const FigureSource& source, Figure& figure) {
    if (!has_attention(source, figure)) return;
    const AttentionFrame& a = *source.frames.attention;
    const int layer = std::clamp(source.view.layer, 0, a.layers - 1),
              head = std::clamp(source.view.head, 0, a.heads - 1);
    const ColorScale scale = scale_of(source.view.log_attention);
    Plot plot;
    plot.equal = true;
    plot.x = window_axis(a, "key, character of the text");
    plot.y = window_axis(a, "query");
    plot.y.downwards = true;  // the first query on top, as the panel has it
    PlotField field;
    field.rows = field.cols = a.size;
    field.x0 = field.y0 = a.window_begin - 0.5;
    field.x1 = field.y1 = a.window_begin + a.size - 0.5;
    for (int q = 0; q < a.size; ++q)
        for (int k = 0; k < a.size; ++k)
            field.cells.push_back(color_at(a, layer, head, q, k, scale));
    plot.fields.push_back(std::move(field));
    plot.bars.push_back({"attention", ColorMap::viridis, scale});
    plot.share = 1.8;
    figure.parts.emplace_back(std::move(plot));
    figure.caption =
        "Attention of layer " + std::to_string(layer) + ", head " + std::to_string(head) +
        ", over the window that begins at " + std::to_string(a.window_begin) +
        "; rows sum to 1, layers and heads count from 0. " + decode_caption(source.frames);
    figure.metadata.emplace_back("layer", std::to_string(layer));
    figure.metadata.emplace_back("head", std::to_string(head));
    figure.table = matrix_table(source.frames, layer, head);
}

void make_heads_figure(const FigureSource& source, Figure& figure) {
    if (!has_attention(source, figure)) return;
    const AttentionFrame& a = *source.frames.attention;
    const ColorScale scale = scale_of(source.view.log_attention);
    const int gap = std::max(1, a.size / 16), step = a.size + gap;
    PlotField field;
    field.rows = a.layers * step - gap;
    field.cols = a.heads * step - gap;
    field.x1 = field.cols;
    field.y1 = field.rows;
    field.cells.assign(static_cast<std::size_t>(field.rows) * static_cast<std::size_t>(field.cols),
                       Rgb{255, 255, 255});
    for (int m = 0; m < a.layers * a.heads; ++m)
        for (int q = 0; q < a.size; ++q)
            for (int k = 0; k < a.size; ++k) {
                const int row = m / a.heads * step + q, col = m % a.heads * step + k;
                field.cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(field.cols) +
                            static_cast<std::size_t>(col)] =
                    color_at(a, m / a.heads, m % a.heads, q, k, scale);
            }
    Plot plot;
    plot.equal = true;
    plot.share = 1.8;
    plot.x = {"head", false, 0.0, field.x1, {}};
    plot.y = {"layer", false, 0.0, field.y1, {}};
    plot.y.downwards = true;
    for (PlotAxis* axis : {&plot.x, &plot.y}) {
        axis->names = true;
        for (int n = 0; n < (axis == &plot.x ? a.heads : a.layers); ++n) {
            axis->ticks.push_back(n * step + a.size / 2.0);
            axis->tick_labels.push_back(std::to_string(n));
        }
    }
    plot.fields.push_back(std::move(field));
    plot.bars.push_back({"attention", ColorMap::viridis, scale});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Attention of every layer and head over the window of " +
                     std::to_string(a.size) + " characters that begins at " +
                     std::to_string(a.window_begin) + ". " + decode_caption(source.frames);
    figure.table = heads_table(source.frames);
}

}  // namespace marginscope
