// Joins engine and interface for the window and for pictures.
#include "drawing.h"

#include <chrono>
#include <memory>
#include <thread>

#include "bench/figures.h"
#include "engine/engine.h"
#include "files/image.h"
#include "files/paths.h"
#include "ui/engine_source.h"
#include "ui/offscreen_window.h"
#include "ui/window.h"

namespace marginscope {
namespace {

Workspace workspace_of(const std::string& name) {
    if (name == "train") return Workspace::train;
    if (name == "path") return Workspace::path;
    return Workspace::decode;
}

int open_window(const WindowRequest& request) {
    WindowOptions options;
    for (const auto& file : request.files) options.files.push_back(file.string());
    return run_window(options, [](std::function<void()> wake) {
        EngineOptions engine;
        engine.autoplay = true;
        engine.rescue_folder = user_state_dir().string();
        engine.on_frame = std::move(wake);
        return std::make_unique<EngineSource>(std::move(engine));
    });
}

/// Every margin of the window is there, and the slice is drawn in full.
bool measured(const Frames& frames) {
    if (!frames.margins || !frames.boundary || frames.boundary->geometric_pending ||
        frames.boundary->field_pending)
        return false;
    if (!frames.margins->has_stage) return true;
    const auto& cells = frames.margins->cells;
    if (static_cast<int>(cells.size()) != frames.decode->cursor) return false;
    for (std::size_t i = static_cast<std::size_t>(frames.decode->window_begin) + 2;
         i < cells.size(); ++i)
        if (!cells[i].valid) return false;
    return true;
}

// Gives the engine something worth drawing, and waits for it: text, steps of training, or the
// shipped path.
void fill(FrameSource& source, Workspace workspace) {
    constexpr int kTokens = 48;
    constexpr std::int64_t kSteps = 60;
    constexpr double kPatienceSecs = 60.0;
    if (workspace == Workspace::decode) source.send({StepDecode{kTokens}});
    if (workspace == Workspace::train) source.send({StartTraining{}, TrainUntil{kSteps}});
    if (workspace == Workspace::path) source.send({OpenPath{}});
    const auto ready = [&](const Frames& frames) {
        if (workspace == Workspace::decode)
            return frames.decode && frames.decode->cursor > kTokens && measured(frames);
        if (workspace == Workspace::train)
            return frames.training && frames.training->step >= kSteps;
        return frames.path != nullptr;
    };
    const auto begin = std::chrono::steady_clock::now();
    while (!ready(source.frames()) &&
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() <
               kPatienceSecs)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

void render(const RenderRequest& request) {
    EngineOptions engine;
    engine.model = request.model.string();
    EngineSource source(std::move(engine));
    OffscreenOptions options;
    options.width = request.width;
    options.height = request.height;
    options.workspace = workspace_of(request.workspace);
    fill(source, options.workspace);
    const Image image = render_workspace(options, source);
    write_png(request.out, image.width, image.height, PixelFormat::kRgba, image.rgba);
}

}  // namespace

CliHooks drawing_hooks() { return {open_window, render, bench_groups()}; }

}  // namespace marginscope
