// Taking what a panel shows out of the window: its figure, its numbers, and the file they go to.
//
// Main thread. A file is drawn and written on a thread of its own; the window goes on meanwhile.
#pragma once

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "figures/figure_files.h"
#include "figures/figure_list.h"
#include "ui/ui_state.h"

namespace marginscope {

struct WrittenFigure {
    LogLine line;  // names the file, or says why there is none
    std::filesystem::path file;
};

/// What the user chose, and what is being written. Held by UiState::view.
struct ExportView {
    std::string hovered;                // id of the panel under the mouse, as of the last frame
    std::string last_panel;             // the last one that was hovered: what the menu speaks of
    std::string menu_panel;             // whose context menu is open
    CsvCell menu_key;                   // of what was under the mouse when it opened
    std::optional<Figure> menu_figure;  // of its panel, as it was then
    std::string figure;                 // id, in the box
    std::optional<Figure> box_figure;   // the same, as it was when it was chosen
    std::string file;                   // path, in the box
    std::string folder;                 // of the last written one; kept in the settings
    int format = 0;                     // png, svg, csv
    double width = 0, height = 0;       // pixels at 96 dpi; 0: the figure's own
    double dpi = 300;
    std::vector<std::future<WrittenFigure>> writing;
    LogLine note;           // of the last file, shown in the status line; empty: none
    std::string note_over;  // the engine's message it replaces
};

/// Everything figures are made from, as it is shown now.
FigureSource figure_source(const Frames& frames, UiState& state);

/// What lies under the mouse or is selected, as a key of the panel's table.
CsvCell hovered_key(const std::string& panel, const Frames& frames, UiState& state);

/// "RUN-decode-traces.png" in the last folder, else in the user's pictures.
std::filesystem::path usual_file(std::string_view figure, FigureFormat format, UiState& state);

/// Begins to make and write; the status line and the log name the file, or say why not, once it is
/// done.
void write_in_background(const FigureInfo& info, FigureSource source,
                         const std::filesystem::path& file, const FigureFileOptions& options,
                         UiState& state);
/// True when one was done since the last call. `wait`: for all of them.
bool take_written_figures(UiState& state, bool wait = false);

}  // namespace marginscope
