// What `render` is asked for. Apart from cli.h, so that only who draws compiles figures.
//
// Plain values; any thread.
#pragma once

#include <filesystem>
#include <string>

#include "core/messages/command.h"
#include "figures/figure_files.h"
#include "figures/figure_source.h"

namespace marginscope {

/// One picture of a workspace without a window, or one figure of a panel.
struct RenderRequest {
    std::string workspace;        // one of CliHooks::workspaces
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::filesystem::path out;    // a .png; of a figure also .svg or .csv
    int width = 1280;
    int height = 800;
    CommandList commands;  // what is to be shown; empty: the workspace's own example
    std::string panel;     // whose figure; empty: the workspace as the window shows it
    FigureView view;       // of a figure
    FigureFileOptions file;
};

}  // namespace marginscope
