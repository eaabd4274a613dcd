// log|det| of every head over the window, as a map.
#include <algorithm>
#include <cmath>
#include <optional>

#include "figures/decode/characters.h"
#include "figures/decode/decode_figures.h"

namespace marginscope {
namespace {

struct HeadMap {
    int layers = 0, heads = 0, columns = 0, begin = 0;
    const std::vector<float>* values = nullptr;  // [layer][head][position]

    int rows() const { return layers * heads; }
    float at(int row, int column) const {
        return (*values)[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                         static_cast<std::size_t>(column)];
    }
};

std::optional<HeadMap> map_of(const Frames& frames) {
    if (frames.attention == nullptr || frames.margins == nullptr) return std::nullopt;
    const AttentionFrame& a = *frames.attention;
    HeadMap map{a.layers, a.heads, 0, a.window_begin, &frames.margins->head_logdet};
    if (map.rows() < 1 || map.values->empty() ||
        map.values->size() % static_cast<std::size_t>(map.rows()) != 0)
        return std::nullopt;
    map.columns = static_cast<int>(map.values->size()) / map.rows();
    return map;
}

/// Zero in the middle, the largest finite value at both ends.
ColorScale scale_of(const HeadMap& map) {
    double most = 0;
    for (const float value : *map.values)
        if (std::isfinite(value)) most = std::max(most, std::abs(static_cast<double>(value)));
    return {-std::max(most, 1e-6), std::max(most, 1e-6), false, true};
}

FigureTable table(const Frames& frames, const HeadMap& map) {
    FigureTable made;
    made.columns = {"layer", "head", "index", "character", "log|det| [nats]"};
    made.rows = map.values->size();
    made.value_column = 4;
    const auto columns = static_cast<std::size_t>(map.columns);
    made.cell = [frames, map, columns](std::size_t row, std::size_t column) -> CsvCell {
        const auto head = static_cast<int>(row / columns), k = static_cast<int>(row % columns);
        const int index = map.begin + k;
        if (column == 0) return static_cast<std::int64_t>(head / map.heads);
        if (column == 1) return static_cast<std::int64_t>(head % map.heads);
        if (column == 2) return static_cast<std::int64_t>(index);
        if (column == 3) {
            const auto& line = frames.decode->line;
            return index >= 0 && index < static_cast<int>(line.size())
                       ? exact_character(*frames.decode,
                                         line[static_cast<std::size_t>(index)].token)
                       : std::string("?");
        }
        return map.at(head, k);
    };
    return made;
}

}  // namespace

void make_head_margins_figure(const FigureSource& source, Figure& figure) {
    if (!has_text(source, figure)) return;
    const std::optional<HeadMap> map = map_of(source.frames);
    if (!map) {
        figure.sentence = "No head is measured yet.";
        return;
    }
    const ColorScale scale = scale_of(*map);
    PlotField field;
    field.rows = map->rows();
    field.cols = map->columns;
    field.x0 = map->begin - 0.5;
    field.x1 = map->begin + map->columns - 0.5;
    field.y1 = map->rows();
    for (int row = 0; row < map->rows(); ++row)
        for (int k = 0; k < map->columns; ++k)
            field.cells.push_back(
                color_of(ColorMap::diverging, scale, static_cast<double>(map->at(row, k))));
    Plot plot;
    plot.x = {"character of the text", false, field.x0, field.x1, {}};
    plot.y = {"layer.head", false, 0.0, field.y1, {}};
    plot.y.downwards = true;
    plot.y.names = true;
    for (int row = 0; row < map->rows(); ++row) {
        plot.y.ticks.push_back(row + 0.5);
        plot.y.tick_labels.push_back(std::to_string(row / map->heads) + "." +
                                     std::to_string(row % map->heads));
    }
    plot.fields.push_back(std::move(field));
    plot.bars.push_back({"log|det| of a head, nats", ColorMap::diverging, scale});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "log|det| of every layer and head over the window that begins at " +
                     std::to_string(map->begin) + "; layers and heads count from 0. " +
                     decode_caption(source.frames);
    figure.table = table(source.frames, *map);
}

}  // namespace marginscope
