// The command line: reads the arguments, runs one command, or says that the window is wanted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/messages/tour_commands.h"

namespace marginscope {

/// What the window is opened with.
struct WindowRequest {
    std::vector<std::filesystem::path> files;  // text, checkpoint, run folder or session
    std::stop_token end;                       // a signal asks the window to save and close
};

struct RenderRequest;  // cli/render_request.h
struct TourRequest;    // cli/tour_request.h

/// A figure of `bench` (design.md). `goal` reads like "<= 5".
struct BenchFigure {
    std::string name;
    double value = 0.0;
    std::string unit;
    std::string goal;
    std::string rival;
    std::string note;
};

/// How long and with what `bench` measures.
struct BenchSettings {
    double secs = 3.0;  // about what one figure may take
    int threads = 2;
    std::stop_token stop;
};

/// Figures that are measured together, in one process.
struct BenchGroup {
    std::string name;
    std::function<std::vector<BenchFigure>(const BenchSettings&)> measure;
    bool by_default = true;  // false: measured only when asked for by name
};

/// What the application lends to the commands: everything that draws. An empty function means that
/// this build cannot do it, and the command says so.
struct CliHooks {
    std::function<int(const WindowRequest&)> run_window;
    std::function<void(const RenderRequest&)> render;
    std::vector<std::string> workspaces = {};  // those `render` can draw
    std::vector<BenchGroup> bench_groups;
    TourPlaces tour_places = {};  // what a tour may point at
    std::function<void(const TourRequest&)> walk_tour = {};
};

/// The whole program; `main` returns its value. Call on the main thread before any other thread
/// exists. Exit codes: 0 done, 1 failed, 2 wrong use or no display, 130 after Ctrl-C, SIGTERM
/// or SIGHUP.
int run_command_line(int argc, const char* const* argv, const CliHooks& hooks);

}  // namespace marginscope
