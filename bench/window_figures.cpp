// The interface's own figures, drawn offscreen at 1280x800 over the real engine.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>

#include "bench/figures.h"
#include "core/statistics.h"
#include "engine/engine.h"
#include "engine/path/path_cells.h"
#include "ui/engine_source.h"
#include "ui/frame_pacer.h"
#include "ui/offscreen_window.h"

namespace marginscope {
namespace {

constexpr double kPatienceSecs = 60.0;
constexpr double kMeasureSecs = 6.0;

/// From the kernel's own record, so that loading LibTorch counts.
double seconds_since_process_start() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(line.rfind(')') + 2));  // the name may hold blanks
    std::string field;
    for (int k = 3; k <= 22; ++k) fields >> field;
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) -
           std::stod(field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Screen {
    OffscreenWindow window;
    EngineSource source;
    std::vector<double> build_ms;
    std::vector<double> pictures_ms;

    explicit Screen(const char* workspace)
        : window({.width = 1280,
                  .height = 800,
                  .scale = 1.0F,
                  .theme = ThemeKind::dark,
                  .workspace = workspace}),
          source(EngineOptions{}) {}

    Frames draw() { return draw(source.frames()); }

    Frames draw(const Frames& frames) {
        CommandList out;
        window.state().history.take(source.take_training_events());
        window.draw(frames, out);
        build_ms.push_back(window.last_build_ms());
        pictures_ms.push_back(window.last_pictures_ms());
        if (!out.empty()) source.send(std::move(out));
        return frames;
    }

    /// Draws a frame whenever there are new numbers, as the window does, until `done` holds for a
    /// drawn one; false when it never does.
    bool draw_until(const std::function<bool(const Frames&)>& done) {
        const auto start = BenchClock::now();
        Frames drawn;
        while (seconds_since(start) < kPatienceSecs) {
            const Frames next = source.frames();
            if (next.decode == drawn.decode && next.margins == drawn.margins &&
                next.boundary == drawn.boundary && next.training == drawn.training) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                continue;
            }
            drawn = draw();
            if (done(drawn)) return true;
        }
        return false;
    }

    /// Draws for some time with `frame_secs` between frames; returns the frames a second that came
    /// out.
    double draw_for(double secs, double frame_secs) {
        const auto start = BenchClock::now();
        int frames = 0;
        while (seconds_since(start) < secs) {
            const auto begin = BenchClock::now();
            draw();
            ++frames;
            const double left = frame_secs - seconds_since(begin);
            if (left > 0) std::this_thread::sleep_for(std::chrono::duration<double>(left));
        }
        return frames / seconds_since(start);
    }
};

std::vector<BenchFigure> decode_workspace_figures() {
    std::vector<BenchFigure> figures;
    Screen screen("decode");
    screen.draw();
    const double first = seconds_since_process_start();
    screen.draw_until([](const Frames& frames) { return frames.decode && frames.margins; });
    figures.push_back(
        {"first_frame", first, "s", "<= 0.7", "", "from the start of the process, offscreen"});
    figures.push_back({"window.first_text_s", seconds_since_process_start(), "s", "", "",
                       "until the model is loaded and its text with margins is drawn"});
    screen.source.send({StepDecode{48}});
    const bool shown = screen.draw_until([](const Frames& frames) {
        return frames.decode && frames.decode->cursor > 48 && frames.boundary &&
               !frames.boundary->geometric_pending;
    });
    screen.source.send({PlayDecode{true, 20.0}});
    screen.build_ms.clear();
    screen.pictures_ms.clear();
    screen.draw_for(kMeasureSecs, 1.0 / 30);
    figures.push_back({"frame_build_p95", quantile(screen.build_ms, 0.95), "ms", "<= 4", "",
                       "building the interface of Decode at 1280x800 while it plays"});
    figures.push_back({"window.decode.pictures_ms_p95", quantile(screen.pictures_ms, 0.95), "ms",
                       "", "", "drawing its matrices and its boundary field into textures"});
    screen.source.send({PlayDecode{false, 20.0}});
    if (!shown) return figures;

    // A drag: from the wish to the frame that shows the dragged token's new determinant.
    std::vector<double> latency_ms;
    for (int k = 1; k <= 20; ++k) {
        const Frames before = screen.draw();
        if (!before.boundary || before.boundary->index < 0) break;
        const double old = before.boundary->logdet_now;
        const float reach =
            0.02F * static_cast<float>(k) * (before.boundary->x_max - before.boundary->x_min);
        const auto sent = BenchClock::now();
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
                 std::to_string(latency_ms.size()) + "; median " +
                 std::to_string(std::lround(median(latency_ms)))});
    return figures;
}

double steps_per_s(Screen& screen, const std::function<double()>& pass_time) {
    const auto step = [&] {
        const Frames frames = screen.source.frames();
        return frames.training ? static_cast<double>(frames.training->step) : 0.0;
    };
    const double from = step();
    const auto start = BenchClock::now();
    pass_time();
    return (step() - from) / seconds_since(start);
}

/// Frames of a run of 100,000 steps that goes on: a step and a look at its margins more in each.
std::vector<double> long_run_build_ms(Screen& screen) {
    constexpr int kSteps = 100'000, kFrames = 100;
    TrainHistory& history = screen.window.state().history;
    MarginSample margins;
    for (int k = 0; k < 256; ++k) margins.logdets.push_back(0.01F * static_cast<float>(k));
    margins.head_entropies = margins.head_logits = std::vector<float>(16, 1.0F);
    margins.heads = 4;
    const auto add = [&](std::int64_t step) {
        TrainingSample sample;
        sample.step = step;
        sample.ce = 1.0F + std::sin(0.37F * static_cast<float>(step));
        sample.barrier = sample.share_beyond = 0.1F * sample.ce;
        history.take({{false, sample}});
        margins.step = step;
        if (step % 100 == 0) history.take({{false, margins}});
    };
    history = {};
    for (std::int64_t step = 1; step <= kSteps; ++step) add(step);
    screen.draw();
    screen.build_ms.clear();
    for (std::int64_t step = kSteps + 100; step <= kSteps + 100 * kFrames; step += 100) {
        add(step);
        screen.draw();
    }
    return screen.build_ms;
}

std::vector<BenchFigure> train_workspace_figures() {
    Screen screen("train");
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
    for (int repeat = 0; repeat < 5; ++repeat) {
        with.push_back(steps_per_s(screen, [&] {
            return fps = screen.draw_for(kMeasureSecs / 2, 1.0 / FramePacer::kLeastRate);
        }));
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
                  "medians of 5",
                  median(with), fps, median(without));
    return {{"window.train.rate_share", share, "%", ">= 95", "the same training, not drawn", note},
            {"frame_build_p95_train", quantile(screen.build_ms, 0.95), "ms", "<= 4", "",
             "building the interface of Train at 1280x800 while it trains"},
            {"frame_build_p95_long_run", quantile(long_run_build_ms(screen), 0.95), "ms", "<= 4",
             "", "the same with 100,000 steps and a thousand looks at the margins behind it"}};
}

/// A finished path of 12 lambdas and 25 seeds.
std::shared_ptr<const PathFrame> large_path() {
    PathFrame frame;
    frame.version = 1;
    frame.plan.lambdas.clear();
    for (int k = 0; k < 12; ++k) frame.plan.lambdas.push_back(k == 0 ? 0 : 0.001 * std::exp2(k));
    frame.plan.seeds = 25;
    frame.cells = plan_cells(frame.plan);
    double turn = 0;
    for (PathCell& cell : frame.cells) {
        const double wave = std::sin(turn += 0.7);
        cell.status = CellStatus::done;
        cell.progress = 1;
        cell.clean_ce = 2 + 0.01 * wave;
        for (const double sigma : frame.plan.sigmas)
            cell.noisy_ce.emplace_back(sigma, 2 + sigma * (3 + wave));
        for (const double sigma : frame.plan.relative_sigmas)
            cell.noisy_ce_relative.emplace_back(sigma, 2 + sigma * (2 + wave));
        cell.sigma_min_median = 0.5 + 0.1 * wave;
        cell.sigma_min_p5 = 0.1 + 0.05 * wave;
        cell.sigma_min_min = 0.01;
        cell.logdet_mean = wave;
        cell.share_beyond = 0.2 + 0.1 * wave;
        cell.embedding_rms = 0.1;
    }
    conclude(frame);
    return std::make_shared<const PathFrame>(std::move(frame));
}

std::vector<BenchFigure> path_workspace_figures() {
    Screen screen("path");
    Frames frames = screen.draw();
    frames.path = large_path();
    for (int k = 0; k < 5; ++k) screen.draw(frames);
    screen.build_ms.clear();
    for (int k = 0; k < 100; ++k) screen.draw(frames);
    return {{"frame_build_p95_path_300", quantile(screen.build_ms, 0.95), "ms", "<= 4", "",
             "building the interface of Path at 1280x800 with " +
                 std::to_string(frames.path->cells.size()) + " finished cells"}};
}

}  // namespace

std::vector<BenchFigure> window_figures(const BenchSettings&) {
    std::vector<BenchFigure> figures = decode_workspace_figures();
    for (const auto measure : {train_workspace_figures, path_workspace_figures}) {
        const std::vector<BenchFigure> more = measure();
        figures.insert(figures.end(), more.begin(), more.end());
    }
    return figures;
}

}  // namespace marginscope
