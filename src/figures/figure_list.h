// The one list of figures: what window, command line and pages can write of each panel.
//
// Any thread; makers are pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "figures/figure.h"
#include "figures/figure_source.h"

namespace marginscope {

struct FigureInfo {
    std::string_view id;     // "decode.traces"; the first of a panel has the panel's own id
    std::string_view panel;  // id of the panel whose numbers they are
    const char* title;
    void (*make)(const FigureSource& source, Figure& figure);
};

std::span<const FigureInfo> figure_list();

/// By id, or by the part behind the workspace's name ("traces" of "decode"); nullptr for no figure.
const FigureInfo* find_figure(std::string_view workspace, std::string_view name);
/// Those of a panel, its main one first.
std::vector<const FigureInfo*> figures_of_panel(std::string_view panel);
/// "text", "traces", …: what `--panel` takes in a workspace.
std::vector<std::string> figure_names(std::string_view workspace);

/// With title, metadata and, where there is nothing to show, a sentence.
Figure make_figure(const FigureInfo& info, const FigureSource& source);

}  // namespace marginscope
