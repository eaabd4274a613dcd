// Joins engine and interface for the window and for pictures.
#include "drawing.h"

#include <memory>

#include "bench/figures.h"
#include "engine/engine.h"
#include "files/image.h"
#include "files/paths.h"
#include "ui/engine_source.h"
#include "ui/offscreen_window.h"
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
        engine.autoplay = true;
        engine.rescue_folder = user_state_dir().string();
        engine.state_folder = engine.rescue_folder;
        engine.on_frame = std::move(wake);
        return std::make_unique<EngineSource>(std::move(engine));
    });
}

void render(const RenderRequest& request) {
    EngineOptions engine;
    engine.model = request.model.string();
    EngineSource source(std::move(engine));
    OffscreenOptions options;
    options.width = request.width;
    options.height = request.height;
    options.workspace = request.workspace;
    // Text, steps of training or the shipped path: something worth drawing.
    constexpr double kPatienceSecs = 60.0;
    if (const Workspace* workspace = find_workspace(request.workspace)) {
        source.send(workspace->example());
        source.wait_until_idle(kPatienceSecs);
    }
    const Image image = render_workspace(options, source);
    write_png(request.out, image.width, image.height, PixelFormat::kRgba, image.rgba);
}

}  // namespace

CliHooks drawing_hooks() { return {open_window, render, workspace_names(), bench_groups()}; }

}  // namespace marginscope
