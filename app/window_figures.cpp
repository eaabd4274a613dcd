// The interface's own figures, drawn offscreen at 1280x800 over the real engine.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <thread>

#include "core/statistics.h"
#include "drawing.h"
#include "engine/engine.h"
#include "ui/engine_source.h"
#include "ui/offscreen_window.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kPatienceSecs = 60.0;
constexpr double kMeasureSecs = 4.0;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Screen {
    OffscreenWindow window;
    EngineSource source;
    std::vector<double> build_ms;

    explicit Screen(Workspace workspace)
        : window({.width = 1280,
                  .height = 800,
                  .scale = 1.0F,
                  .theme = ThemeKind::dark,
                  .workspace = workspace}),
          source(EngineOptions{}) {}

    Frames draw() {
        const Frames frames = source.frames();
        CommandList out;
        window.state().train_series.take(source.take_training_events());
        window.draw(frames, out);
        build_ms.push_back(window.last_build_ms());
        if (!out.empty()) source.send(std::move(out));
        return frames;
    }

    /// Draws frames until `done` holds; false when it never does.
    bool draw_until(const std::function<bool(const Frames&)>& done) {
        const auto start = Clock::now();
        while (seconds_since(start) < kPatienceSecs)
            if (done(draw())) return true;
        return false;
    }

    /// Draws for some time with `frame_secs` between frames; returns the frames a second that came
    /// out.
    double draw_for(double secs, double frame_secs) {
        const auto start = Clock::now();
        int frames = 0;
        while (seconds_since(start) < secs) {
            const auto begin = Clock::now();
            draw();
            ++frames;
            const double left = frame_secs - seconds_since(begin);
            if (left > 0) std::this_thread::sleep_for(std::chrono::duration<double>(left));
        }
        return frames / seconds_since(start);
    }
};

std::vector<BenchFigure> decode_figures() {
    std::vector<BenchFigure> figures;
    const auto start = Clock::now();
    Screen screen(Workspace::decode);
    screen.draw();
    figures.push_back({"window.first_frame_s", seconds_since(start), "s", "<= 1.0", "",
                       "offscreen, without loading the program itself"});
    screen.source.send({StepDecode{48}});
    const bool shown = screen.draw_until([](const Frames& frames) {
        return frames.decode && frames.decode->cursor > 48 && frames.boundary &&
               !frames.boundary->geometric_pending;
    });
    screen.source.send({PlayDecode{true, 20.0}});
    screen.build_ms.clear();
    screen.draw_for(kMeasureSecs, 1.0 / 30);
    figures.push_back({"window.decode.build_ms_p95", quantile(screen.build_ms, 0.95), "ms", "<= 4",
                       "", "building the interface of Decode at 1280x800 while it plays"});
    screen.source.send({PlayDecode{false, 20.0}});
    if (!shown) return figures;

    // A drag: from the wish to the frame that shows the dragged token's new determinant.
    std::vector<double> latency_ms;
    for (int k = 1; k <= 10; ++k) {
        const Frames before = screen.draw();
        if (!before.boundary || before.boundary->index < 0) break;
        const double old = before.boundary->logdet_now;
        const float reach =
            0.02F * static_cast<float>(k) * (before.boundary->x_max - before.boundary->x_min);
        const auto sent = Clock::now();
        screen.source.send({DragToken{before.boundary->index, {reach, 0.5F * reach}}});
        const bool moved = screen.draw_until([&](const Frames& frames) {
            return frames.boundary && frames.boundary->logdet_now != old;
        });
        if (moved) latency_ms.push_back(seconds_since(sent) * 1000);
    }
    if (!latency_ms.empty())
        figures.push_back(
            {"window.drag_ms", quantile(latency_ms, 0.95), "ms", "<= 100", "",
             "from the drag to a drawn frame with the new log|det J|, 95th percentile of " +
                 std::to_string(latency_ms.size())});
    return figures;
}

double steps_per_s(Screen& screen, const std::function<double()>& pass_time) {
    const auto step = [&] {
        const Frames frames = screen.source.frames();
        return frames.training ? static_cast<double>(frames.training->step) : 0.0;
    };
    const double from = step();
    const auto start = Clock::now();
    pass_time();
    return (step() - from) / seconds_since(start);
}

std::vector<BenchFigure> train_figures() {
    Screen screen(Workspace::train);
    RunConfig config;
    config.train.steps = 1'000'000;
    config.train.eval_every = 1'000'000;
    screen.source.send({StartTraining{config, false, ""}});
    if (!screen.draw_until(
            [](const Frames& frames) { return frames.training && frames.training->step > 5; }))
        return {};
    screen.build_ms.clear();
    double fps = 0;
    std::vector<double> with;
    std::vector<double> without;
    for (int repeat = 0; repeat < 3; ++repeat) {
        with.push_back(
            steps_per_s(screen, [&] { return fps = screen.draw_for(kMeasureSecs / 2, 1.0 / 5); }));
        without.push_back(steps_per_s(screen, [] {
            std::this_thread::sleep_for(std::chrono::duration<double>(kMeasureSecs / 2));
            return 0.0;
        }));
    }
    screen.source.send({StopTraining{}});
    // A machine too busy for a single step in that time has no ratio to tell.
    const double base = median(without);
    const double share = base > 0 ? 100 * median(with) / base : std::nan("");
    char note[160];
    std::snprintf(note, sizeof note,
                  "%.1f steps/s drawn at %.1f frames a second, %.1f steps/s undrawn; interleaved, "
                  "medians of 3",
                  median(with), fps, median(without));
    return {{"window.train.rate_share", share, "%", ">= 85", "the same training, not drawn", note},
            {"window.train.build_ms_p95", quantile(screen.build_ms, 0.95), "ms", "<= 4", "",
             "building the interface of Train at 1280x800 while it trains"}};
}

}  // namespace

std::vector<BenchFigure> measure_window() {
    std::vector<BenchFigure> figures = decode_figures();
    const std::vector<BenchFigure> training = train_figures();
    figures.insert(figures.end(), training.begin(), training.end());
    return figures;
}

}  // namespace marginscope
