// The grid of a path, filled while it runs.
#include "ui/path/path_grid.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "figures/path/grid_scale.h"
#include "ui/flow.h"
#include "ui/path/choice.h"
#include "ui/path/grid_layout.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

template <typename Value>
int index_of(const std::vector<Value>& values, Value value) {
    return static_cast<int>(std::find(values.begin(), values.end(), value) - values.begin());
}

/// Dark letters on light cells and the reverse, by the luminance of what is behind.
ImU32 letters_on(Rgb color) {
    const double luminance = 0.299 * color.r + 0.587 * color.g + 0.114 * color.b;
    return luminance > 140 ? IM_COL32(20, 22, 28, 255) : IM_COL32(245, 246, 250, 255);
}

void draw_words(ImVec2 corner, ImVec2 size, const std::string& words, ImU32 color,
                const Theme& theme) {
    const float px = theme.px(size.y > theme.px(40) && size.x > theme.px(60) ? type::kBody : 11);
    const ImVec2 extent = theme.fonts.mono->CalcTextSizeA(px, 1e9F, 0, words.c_str());
    if (extent.x > size.x - theme.px(4)) return;  // the hover card has it
    ImGui::GetWindowDrawList()->AddText(
        theme.fonts.mono, px,
        ImVec2(corner.x + (size.x - extent.x) / 2, corner.y + (size.y - extent.y) / 2), color,
        words.c_str());
}

void hover_cell(const PathCell& cell, const CellQuantity& quantity, bool relative,
                const Theme& theme) {
    std::vector<CardLine> lines;
    if (cell.status == CellStatus::failed) lines.push_back({"failed", cell.sentence, theme.error});
    if (cell.status == CellStatus::waiting)
        lines.push_back({"waits for its turn",
                         cell.progress > 0 ? format_percent(cell.progress) + " done before" : ""});
    if (cell.status == CellStatus::running)
        lines.push_back(
            {cell.doing.empty() ? "at work" : cell.doing, format_percent(cell.progress)});
    if (const auto value = value_of(quantity, cell, relative))
        lines.push_back(
            {quantity.name, format_number(*value, 5) + " " + quantity.unit, theme.text});
    for (const CellQuantity& other :
         {clean_loss(), sigma_min_median(), logdet_mean(), share_beyond(), embedding_rms()})
        if (const auto value = value_of(other, cell, relative);
            value && other.name != quantity.name)
            lines.push_back({other.name, format_number(*value)});
    if (cell.status == CellStatus::done)
        for (const CardLine& line : choice_lines(theme, true)) lines.push_back(line);
    value_card(theme, choice_words({cell.lambda, cell.train_noise, cell.seed}), lines);
}

void draw_cell(const PathCell& cell, ImVec2 corner, ImVec2 size, const CellQuantity& quantity,
               const GridScale& scale, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float gap = theme.px(1.5F), round = theme.px(3);
    const ImVec2 a(corner.x + gap, corner.y + gap),
        b(corner.x + size.x - gap, corner.y + size.y - gap);
    draw->AddRectFilled(a, b, theme.raised, round);
    const auto value = value_of(quantity, cell, view.relative);
    if (value) {
        const Rgb color =
            color_of(ColorMap::viridis, {scale.low, scale.high, false, false}, *value);
        draw->AddRectFilled(a, b, to_u32(color), round);
        draw_words(corner, size, grid_number(*value, scale), letters_on(color), theme);
    } else if (cell.status == CellStatus::done) {
        draw->AddRectFilled(a, b, theme.nan, round);
        draw_words(corner, size, "not finite", letters_on(kNanColor), theme);
    } else if (cell.status == CellStatus::failed) {
        draw->AddRect(a, b, theme.error, round);
        draw_words(corner, size, "failed", theme.error, theme);
    } else if (cell.progress > 0 || cell.status == CellStatus::running) {
        const float to =
            a.x + (b.x - a.x) * static_cast<float>(std::clamp(cell.progress, 0.0, 1.0));
        draw->AddRectFilled(a, ImVec2(to, b.y), with_alpha(theme.select, 0.35F), round);
        if (cell.status == CellStatus::running) draw->AddRect(a, b, theme.select, round);
        draw_words(corner, size, format_percent(cell.progress), theme.dim, theme);
    }
    const bool chosen = !cell.run.empty() && context.selection.path_run == cell.run;
    if (chosen)
        draw->AddRect(ImVec2(a.x - gap, a.y - gap), ImVec2(b.x + gap, b.y + gap), theme.select,
                      round, 0, theme.px(2));
    ImGui::SetCursorScreenPos(corner);
    ImGui::PushID(cell.run.c_str());
    if (ImGui::InvisibleButton("##cell", size) && cell.status == CellStatus::done)
        choose_model(cell, view, context);
    ImGui::PopID();
    if (!ImGui::IsItemHovered()) return;
    draw->AddRect(a, b, theme.text, round);
    hover_cell(cell, quantity, view.relative, theme);
}

/// A line under the heads of the lambda that Compare has been given.
void mark_compared(const GridLayout& grid, int column, const PathLook& look, const Theme& theme) {
    const double lambda = grid.lambdas[static_cast<std::size_t>(column)];
    const float y = grid.at.y - theme.px(2);
    float left = grid.corner(0, column).x + theme.px(4);
    const float width = grid.cell_width - theme.px(8);
    for (const auto& [choice, color] :
         {std::pair(look.first, theme.select), std::pair(look.second, theme.good)})
        if (choice && choice->lambda == lambda && !choice->seed)
            ImGui::GetWindowDrawList()->AddLine({left, y}, {left + width, y}, color, theme.px(2));
}

/// A click on the head of a column takes its lambda with all its seeds.
void draw_columns(const GridLayout& grid, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    for (int column = 0; column < static_cast<int>(grid.lambdas.size()); ++column) {
        const double lambda = grid.lambdas[static_cast<std::size_t>(column)];
        mark_compared(grid, column, view.look, theme);
        ImGui::SetCursorScreenPos({grid.corner(0, column).x, grid.at.y - theme.px(18)});
        ImGui::PushID(column);
        if (ImGui::InvisibleButton("##head", ImVec2(grid.cell_width, theme.px(16))))
            choose_lambda(lambda, 0, view);
        ImGui::PopID();
        if (ImGui::IsItemHovered())
            value_card(theme, choice_words({lambda, 0, std::nullopt}), choice_lines(theme, false));
    }
}

/// What the colours mean: a bar, or the number itself while there is only one.
void draw_scale(const CellQuantity& quantity, const GridScale& scale, const Theme& theme) {
    std::string label = quantity.name + (quantity.unit.empty() ? "" : ", " + quantity.unit);
    if (!quantity.direction.empty()) label += "; " + quantity.direction;
    if (scale.values <= 1 || scale.all_equal) {
        if (scale.values == 1) label += "; one model so far";
        if (scale.values > 1) label += "; the same for all models so far";
        small_paragraph(theme, theme.dim, label.c_str());
        return;
    }
    const float words =
        theme.fonts.text->CalcTextSizeA(theme.px(type::kSmall), 1e9F, 0, label.c_str()).x;
    color_bar(theme, ColorMap::viridis, {scale.low, scale.high, false, false}, label.c_str(),
              std::min(words + theme.px(180), ImGui::GetContentRegionAvail().x));
    if (!ImGui::IsItemHovered()) return;
    if (std::isfinite(scale.seed_spread))
        ImGui::SetTooltip(
            "Seeds of one lambda_m spread by %s (standard deviation).\nDigits and "
            "colours follow that: a difference below it is a shade.",
            format_number(scale.seed_spread, 2).c_str());
    else
        ImGui::SetTooltip(
            "One seed for each lambda_m: how much seeds differ is not known yet, so "
            "differences below half a per cent stay a shade.");
}

void draw_cells(const PathFrame& path, const CellQuantity& quantity, const GridScale& scale,
                PathView& view, PanelContext& context) {
    GridLayout grid = grid_layout(path, context.theme);
    // More columns than the panel has room for are scrolled to.
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const bool wide = grid.width() > room.x + 1;
    if (wide) {
        const float bar = ImGui::GetStyle().ScrollbarSize + ImGui::GetStyle().ItemSpacing.y;
        const float bottom = grid.corner(grid.rows(), 0).y - ImGui::GetCursorScreenPos().y;
        ImGui::BeginChild("##cells", ImVec2(0, bottom > room.y ? bottom + bar : room.y),
                          ImGuiChildFlags_None, ImGuiWindowFlags_HorizontalScrollbar);
        grid = grid_layout(path, context.theme);
    }
    draw_grid_heads(path, grid, context.theme);
    draw_columns(grid, view, context);
    for (const PathCell& cell : path.cells) {
        const int row =
            index_of(grid.noises, cell.train_noise) * static_cast<int>(grid.seeds.size()) +
            index_of(grid.seeds, cell.seed);
        draw_cell(cell, grid.corner(row, index_of(grid.lambdas, cell.lambda)),
                  ImVec2(grid.cell_width, grid.cell_height), quantity, scale, view, context);
    }
    if (wide) ImGui::EndChild();
}

}  // namespace

void draw_path_grid(const Frames& frames, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const PathFrame* path = frames.path.get();
    if (path == nullptr || path->cells.empty()) {
        empty_state(theme, "No path yet",
                    "Plan one beside this panel: it trains a model for every lambda_m and seed and "
                    "fills a cell for each. Or show the finished one.");
        return;
    }
    const std::vector<CellQuantity> quantities = grid_quantities(*path, view.relative);
    view.quantity = std::clamp(view.quantity, 0, static_cast<int>(quantities.size()) - 1);
    const CellQuantity& quantity = quantities[static_cast<std::size_t>(view.quantity)];
    ImGui::SetNextItemWidth(theme.px(170));
    if (ImGui::BeginCombo("##quantity", quantity.name.c_str())) {
        for (int k = 0; k < static_cast<int>(quantities.size()); ++k)
            if (ImGui::Selectable(quantities[static_cast<std::size_t>(k)].name.c_str(),
                                  k == view.quantity))
                view.quantity = k;
        ImGui::EndCombo();
    }
    const GridScale scale = grid_scale(*path, quantity, view.relative);
    flow(theme.px(320), theme.px(16));
    draw_scale(quantity, scale, theme);
    draw_cells(*path, quantity, scale, view, context);
}

}  // namespace marginscope
