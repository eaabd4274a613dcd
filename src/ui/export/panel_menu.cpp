// What a right click offers.
#include "ui/export/panel_menu.h"

#include <imgui_internal.h>

#include "figures/figure_command.h"
#include "ui/export/figure_export.h"
#include "ui/window_picture.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

constexpr const char* kMenu = "##panel_menu";

const FigureInfo* figure_of(const std::string& panel) {
    const std::vector<const FigureInfo*> figures = figures_of_panel(panel);
    return figures.empty() ? nullptr : figures.front();
}

void tell(UiState& state, const std::string& words) {
    state.view<ExportView>().note = {words, false};
    state.view<ExportView>().note_over.clear();
}

std::string cell_text(const FigureTable& table, std::size_t row, int column) {
    // One cell as a row of its own: the same writing as in a file, without its header.
    FigureTable one;
    one.columns = {table.columns[static_cast<std::size_t>(column)]};
    one.rows = 1;
    one.cell = [&](std::size_t, std::size_t) {
        return table.cell(row, static_cast<std::size_t>(column));
    };
    const std::string csv = table_csv(one), head = row_csv(one, 1);
    return csv.substr(head.size(), csv.size() - head.size() - 1);
}

void copy_items(const Figure& figure, UiState& state, const CsvCell& key) {
    const FigureTable& table = figure.table;
    const auto row = row_with(table, key);
    if (row && table.value_column >= 0) {
        const std::string value = cell_text(table, *row, table.value_column);
        const std::string& name = table.columns[static_cast<std::size_t>(table.value_column)];
        if (ImGui::MenuItem(("Copy " + name + ": " + (value.empty() ? "none" : value)).c_str(),
                            nullptr, false, !value.empty())) {
            ImGui::SetClipboardText(value.c_str());
            tell(state, "Copied " + value + ".");
        }
    }
    if (ImGui::MenuItem("Copy the row", nullptr, false, row.has_value())) {
        ImGui::SetClipboardText(row_csv(table, *row).c_str());
        tell(state, "Copied a row with its column names.");
    }
}

void main_items(const FigureInfo& info, const Frames& frames, UiState& state) {
    const Figure& figure = *state.view<ExportView>().menu_figure;
    copy_items(figure, state, state.view<ExportView>().menu_key);
    const std::string panel(info.panel);
    const bool any = !figure.empty();
    if (ImGui::MenuItem("Copy all numbers as CSV", "Ctrl+C", false, figure.table.rows > 0)) {
        ImGui::SetClipboardText(table_csv(figure.table).c_str());
        tell(state, "Copied " + std::to_string(figure.table.rows) + " rows.");
    }
    if (ImGui::MenuItem("Copy the picture as SVG", nullptr, false, any)) {
        ImGui::SetClipboardText(figure_svg(figure).c_str());
        tell(state, "Copied the picture as SVG text.");
    }
    if (ImGui::MenuItem("Save the picture", "Ctrl+Shift+C", false, any))
        save_panel_picture(frames, state, panel);
    if (ImGui::MenuItem("Export as PNG, SVG, CSV…", "Ctrl+E", false, any))
        open_export_box(state, std::string(info.id));
}

void draw_items(const Frames& frames, UiState& state, const std::string& panel) {
    const std::vector<const FigureInfo*> figures = figures_of_panel(panel);
    if (figures.empty() || !state.view<ExportView>().menu_figure) {
        ImGui::MenuItem("This panel has no numbers to copy", nullptr, false, false);
        if (!figure_names(state.workspace).empty() && ImGui::MenuItem("Export another panel…"))
            open_export_box(state, "");
        return;
    }
    main_items(*figures.front(), frames, state);
    for (const FigureInfo* info : figures) {
        if (info == figures.front()) continue;
        const std::string words = "Export " + std::string(info->title) + "…";
        if (ImGui::MenuItem(words.c_str())) open_export_box(state, std::string(info->id));
    }
    ImGui::Separator();
    if (ImGui::MenuItem("Copy as command")) copy_panel_command(frames, state, panel);
}

// What was under the mouse when the menu opened is what it speaks of, whatever follows.
void open_menu(const Frames& frames, UiState& state, const std::string& panel) {
    ExportView& view = state.view<ExportView>();
    view.menu_panel = panel;
    view.menu_key = hovered_key(panel, frames, state);
    view.menu_figure.reset();
    if (const FigureInfo* info = figure_of(panel))
        view.menu_figure = make_figure(*info, figure_source(frames, state));
    ImGui::OpenPopup(kMenu);
}

}  // namespace

void draw_panel_menu(const Frames& frames, UiState& state, const std::string& panel) {
    ExportView& view = state.view<ExportView>();
    const bool hovered = ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows |
                                                ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    if (hovered) view.hovered = view.last_panel = panel;
    // Where a plot is moved with the right button, letting it go is no click.
    if (hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right) &&
        !ImGui::IsMouseDragPastThreshold(ImGuiMouseButton_Right))
        open_menu(frames, state, panel);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(state.theme.px(10), state.theme.px(8)));
    if (ImGui::BeginPopup(kMenu)) {
        draw_items(frames, state, panel);
        ImGui::EndPopup();
    }
    ImGui::PopStyleVar();
}

std::string spoken_panel(UiState& state) {
    const std::string& last = state.view<ExportView>().last_panel;
    return last.starts_with(state.workspace + ".") && figure_of(last) != nullptr ? last : "";
}

void copy_panel_data(const Frames& frames, UiState& state, const std::string& panel) {
    const FigureInfo* info = figure_of(panel);
    if (info == nullptr) return;
    const Figure figure = make_figure(*info, figure_source(frames, state));
    ImGui::SetClipboardText(table_csv(figure.table).c_str());
    tell(state, "Copied " + std::to_string(figure.table.rows) + " rows of " + figure.title + ".");
}

void save_panel_picture(const Frames& frames, UiState& state, const std::string& panel) {
    const FigureInfo* info = figure_of(panel);
    if (info == nullptr) return;
    const std::filesystem::path usual = usual_file(info->id, FigureFormat::png, state);
    std::filesystem::path file = usual;
    std::error_code error;
    for (int n = 2; std::filesystem::exists(file, error) && n < 10000; ++n)
        file = usual.parent_path() /
               (usual.stem().string() + "-" + std::to_string(n) + usual.extension().string());
    write_in_background(*info, figure_source(frames, state), file, {}, state);
}

void copy_panel_command(const Frames& frames, UiState& state, const std::string& panel) {
    const FigureInfo* info = figure_of(panel);
    if (info == nullptr) return;
    const std::string out = usual_file(info->id, FigureFormat::svg, state).filename().string();
    ImGui::SetClipboardText(figure_command(*info, figure_source(frames, state), out).c_str());
    tell(state, "Copied the command.");
}

void open_export_box(UiState& state, const std::string& figure) {
    ExportView& view = state.view<ExportView>();
    view.figure = figure;
    view.box_figure.reset();
    view.file.clear();
    state.boxes.open = Box::figure;
}

}  // namespace marginscope
