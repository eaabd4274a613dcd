// Joins engine and interface for the window and for pictures.
#include "drawing.h"

#include <algorithm>
#include <memory>
#include <variant>

#include "bench/figures.h"
#include "cli/render_request.h"
#include "core/error.h"
#include "engine/engine.h"
#include "figures/figure_command.h"
#include "figures/figure_files.h"
#include "figures/path/path_recipes.h"
#include "files/image.h"
#include "files/paths.h"
#include "tour_walk.h"
#include "ui/engine_source.h"
#include "ui/offscreen_window.h"
#include "ui/settled_frames.h"
#include "ui/window.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

int open_window(const WindowRequest& request) {
    WindowOptions options;
    for (const auto& file : request.files) options.files.push_back(file.string());
    options.end = request.end;
    return run_window(options, [](std::function<void()> wake) {
        EngineOptions engine;
        engine.tour_places = tour_places();
        engine.autoplay = true;
        engine.rescue_folder = user_state_dir().string();
        engine.state_folder = engine.rescue_folder;
        engine.on_frame = std::move(wake);
        return std::make_unique<EngineSource>(std::move(engine));
    });
}

bool explains(const RenderRequest& request) {
    const FigureInfo* info = find_figure(request.workspace, request.panel);
    return info != nullptr && info->panel == "decode.why";
}

// Text, steps of training or the shipped path where nothing is asked for: something worth drawing.
void show_something(const RenderRequest& request, FrameSource& source) {
    constexpr double kPatienceSecs = 60.0;
    const Workspace* workspace = find_workspace(request.workspace);
    if (workspace == nullptr) return;
    CommandList commands = workspace->example();
    const bool own =
        std::any_of(request.commands.begin(), request.commands.end(), [](const Command& command) {
            return std::holds_alternative<SetPrompt>(command) ||
                   std::holds_alternative<OpenPath>(command) ||
                   std::holds_alternative<StartRobustness>(command);
        });
    if (own) commands.clear();
    commands.insert(commands.end(), request.commands.begin(), request.commands.end());
    if (explains(request)) {  // computed only where it is in sight
        SetView view = request.view.asked;
        view.why = true;
        commands.push_back(view);
    }
    source.send(std::move(commands));
    source.wait_until_idle(kPatienceSecs);
}

void render_figure(const RenderRequest& request, FrameSource& source) {
    FigureSource of;
    of.view = request.view;
    auto history = std::make_shared<TrainHistory>();
    const FigureInfo& info = *find_figure(request.workspace, request.panel);
    of.view.asked.why = explains(request);
    of.frames = settled_frames(request.workspace, of.view.asked, source, *history);
    of.history = history;
    of.whole_path = of.frames.path;
    if (of.whole_path && !of.whole_path->cells.empty())
        of.frames.path = std::make_shared<const PathFrame>(with_recipe(
            *of.whole_path, of.view.path.recipe.value_or(usual_recipe(*of.whole_path))));
    for (const LogLine& line : source.take_log())
        if (line.error) throw UserError(line.text);
    of.command = figure_command(info, of, request.out.string());
    const Figure figure = make_figure(info, of);
    if (figure.empty()) throw UserError(figure.sentence);
    write_figure(request.out, figure, request.file);
}

void render(const RenderRequest& request) {
    EngineOptions engine;
    engine.model = request.model.string();
    EngineSource source(std::move(engine));
    show_something(request, source);
    if (!request.panel.empty()) return render_figure(request, source);
    // A picture of another model than the one that was asked for would pass for it.
    if (!request.model.empty())
        for (const LogLine& line : source.take_log())
            if (line.error) throw UserError(line.text);
    OffscreenOptions options;
    options.width = request.width;
    options.height = request.height;
    options.workspace = request.workspace;
    const Image image = render_workspace(options, source);
    write_png(request.out, image.width, image.height, PixelFormat::kRgba, image.rgba);
}

}  // namespace

CliHooks drawing_hooks() {
    return {open_window, render, workspace_names(), bench_groups(), tour_places(), walk_tour};
}

}  // namespace marginscope
