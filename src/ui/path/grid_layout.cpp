// The grid's measures and its heads.
#include "ui/path/grid_layout.h"

#include <algorithm>
#include <string>

#include "figures/path/path_curves.h"
#include "ui/label_rows.h"
#include "ui/path/plot_parts.h"
#include "ui/words.h"

namespace marginscope {
namespace {

constexpr float kHeadPx = 11;

std::string row_words(const GridLayout& grid, int row) {
    const std::size_t seed = static_cast<std::size_t>(row) % grid.seeds.size(),
                      noise = static_cast<std::size_t>(row) / grid.seeds.size();
    std::string words = "seed " + std::to_string(grid.seeds[seed]);
    if (grid.noises.size() > 1 && grid.noises[noise] > 0)
        words = "noise " + format_number(grid.noises[noise]) + " · " + words;
    return words;
}

float head_width(const std::string& words, const Theme& theme) {
    return theme.fonts.text->CalcTextSizeA(theme.px(kHeadPx), 1e9F, 0, words.c_str()).x;
}

/// Room for the words left of the rows.
float heads_width(const GridLayout& grid, const Theme& theme) {
    float width = head_width("lambda_m", theme) + theme.px(12);
    for (int row = 0; row < grid.rows(); ++row)
        width = std::max(width, head_width(row_words(grid, row), theme));
    return width + theme.px(8);
}

}  // namespace

GridLayout grid_layout(const PathFrame& path, const Theme& theme) {
    GridLayout grid;
    grid.lambdas = lambdas_of(path);
    grid.noises = train_noises_of(path);
    for (const PathCell& cell : path.cells)
        if (std::find(grid.seeds.begin(), grid.seeds.end(), cell.seed) == grid.seeds.end())
            grid.seeds.push_back(cell.seed);
    std::sort(grid.seeds.begin(), grid.seeds.end());
    const ImVec2 from = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const float left = heads_width(grid, theme), top = theme.px(20);
    grid.heads_width = left;
    grid.at = ImVec2(from.x + left, from.y + top);
    grid.cell_width = std::clamp(
        (room.x - left) / static_cast<float>(std::max<std::size_t>(1, grid.lambdas.size())),
        theme.px(34), theme.px(280));
    grid.cell_height =
        std::clamp((room.y - top - theme.px(2)) / static_cast<float>(std::max(1, grid.rows())),
                   theme.px(20), theme.px(104));
    return grid;
}

void draw_grid_heads(const PathFrame& path, const GridLayout& grid, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float px = theme.px(kHeadPx);
    std::vector<LabelSpan> spans;
    for (std::size_t column = 0; column < grid.lambdas.size(); ++column) {
        const std::string words = format_number(grid.lambdas[column]);
        const float width = width_of(theme.fonts.mono, px, words);
        const float left =
            grid.corner(0, static_cast<int>(column)).x + (grid.cell_width - width) / 2;
        spans.push_back({left - theme.px(13), left + width});
    }
    const std::vector<int> rows = label_rows(spans, 1, theme.px(2));
    for (std::size_t column = 0; column < grid.lambdas.size(); ++column) {
        if (rows[column] < 0) continue;  // the hover card has it
        const float left = spans[column].left + theme.px(13);
        draw->AddText(theme.fonts.mono, px, ImVec2(left, grid.at.y - theme.px(16)), theme.dim,
                      format_number(grid.lambdas[column]).c_str());
        draw->AddCircleFilled(ImVec2(left - theme.px(9), grid.at.y - theme.px(9)), theme.px(3.5F),
                              lambda_color(path, grid.lambdas[column], theme));
    }
    draw->AddText(
        theme.fonts.text, px,
        ImVec2(grid.at.x - head_width("lambda_m", theme) - theme.px(8), grid.at.y - theme.px(16)),
        theme.dim, "lambda_m");
    for (int row = 0; row < grid.rows(); ++row) {
        const std::string words = row_words(grid, row);
        draw->AddText(theme.fonts.text, px,
                      ImVec2(grid.at.x - head_width(words, theme) - theme.px(8),
                             grid.corner(row, 0).y + (grid.cell_height - px) / 2),
                      theme.dim, words.c_str());
    }
}

}  // namespace marginscope
