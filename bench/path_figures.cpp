// What a cell of a path costs beyond its training, and a path beyond its cells.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <stop_token>

#include "bench/figures.h"
#include "core/error.h"
#include "core/messages/path_plan.h"
#include "engine/path/path_run.h"
#include "nn/measure/evaluate.h"
#include "nn/measure/margin_report.h"
#include "nn/model/checkpoint.h"
#include "nn/train/fit_run.h"
#include "nn/train/trainer.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

// A cell in little: what is measured here is taken as many times as a cell has of it.
constexpr int kTrainSteps = 20;
constexpr int kFitSteps = 60;
constexpr std::size_t kPositions = 512;
constexpr std::size_t kWindows = 32;
constexpr double kFitStepsOfACell = 2000;

constexpr double kPatienceSecs = 7200;

double secs_of(const std::function<void()>& work) {
    const auto start = BenchClock::now();
    work();
    return seconds_since(start);
}

double train_secs(Trainer& trainer) {
    trainer.step();  // warms up
    const double secs = secs_of([&] {
        for (int k = 0; k < kTrainSteps; ++k) trainer.step();
    });
    return secs / kTrainSteps * trainer.config().train.steps;
}

double fit_secs(const fs::path& model, const fs::path& fitted, const Corpus& corpus) {
    const auto fit = [&](int steps) {
        return secs_of([&] { run_fit({model, fitted, steps, 0, 1}, corpus); });
    };
    const double begun = fit(1);  // loads, measures and writes
    return begun + (fit(1 + kFitSteps) - begun) / kFitSteps * kFitStepsOfACell;
}

double margin_secs(const fs::path& fitted, const Corpus& corpus, const PathPlan& plan) {
    MarginRequest request;
    request.model = fitted;
    request.text = corpus.text;
    request.kind = MarginKind::singular;
    request.geometric = GeometricScope::none;
    request.max_positions = kPositions;
    request.threads = 1;
    return secs_of([&] { report_margins(request); }) * plan.positions / kPositions;
}

double noise_secs(const fs::path& model, const Corpus& corpus, const PathPlan& plan,
                  bool relative) {
    NoiseRequest request;
    request.model = model;
    request.text = corpus.text;
    request.relative = relative;
    request.sigmas = relative ? plan.relative_sigmas : plan.sigmas;
    request.sigmas.insert(request.sigmas.begin(), 0.0);
    request.draws = plan.draws;
    request.max_windows = kWindows;
    request.threads = 1;
    return secs_of([&] { evaluate_noise(request); }) * plan.noise_windows / kWindows;
}

fs::path bench_folder() {
    return fs::temp_directory_path() / ("marginscope-bench-" + std::to_string(::getpid()));
}

/// From nothing to its last figure.
double path_secs(const PathPlan& plan, const std::stop_token& stop) {
    const double secs = secs_of([&] {
        PathRun run(plan, fs::read_symlink("/proc/self/exe").string(), [] {});
        const std::stop_callback end(stop, [&] { run.request_stop(); });
        run.wait_for(kPatienceSecs);
        for (const PathCell& cell : run.frame()->cells)
            if (cell.status != CellStatus::done)
                throw UserError("A cell of the measured path was not done: " + cell.sentence);
    });
    fs::remove_all(plan.folder);
    return secs;
}

}  // namespace

std::vector<BenchFigure> path_figures(const BenchSettings&) {
    const fs::path folder = bench_folder();
    fs::create_directories(folder);
    const fs::path model = folder / "model.safetensors", fitted = folder / "fitted.safetensors";
    const Corpus corpus = built_in_corpus();
    PathPlan plan;
    plan.config.train.threads = 1;
    plan.config.train.device = DeviceChoice::cpu;
    Trainer trainer(plan.config, corpus);
    const double train = train_secs(trainer);
    save_model(*trainer.model(), model);
    const double more = fit_secs(model, fitted, corpus) + margin_secs(fitted, corpus, plan) +
                        noise_secs(model, corpus, plan, false) +
                        noise_secs(model, corpus, plan, true);
    fs::remove_all(folder);
    return {{"path.cell_overhead", more / train, "", "<= 0.33", "",
             "fit, margins and noise of a cell over its 2,000 training steps, one thread; from " +
                 std::to_string(kTrainSteps) + " steps, " + std::to_string(kFitSteps) +
                 " of the fit, " + std::to_string(kPositions) + " positions and " +
                 std::to_string(kWindows) + " windows"}};
}

std::vector<BenchFigure> whole_path_figures(const BenchSettings& settings) {
    constexpr int kSteps = 200;
    PathPlan plan;
    plan.folder = bench_folder().string();
    plan.config.model.layers = 3;
    plan.config.model.width = 64;
    plan.config.train.batch = 16;
    plan.config.train.steps = kSteps;
    plan.config.train.device = DeviceChoice::cpu;
    plan.seeds = 1;
    plan.jobs = 1;
    plan.lambdas = {0.02};
    const double before = path_secs(plan, settings.stop);
    PathPlan whole = plan;
    whole.seeds = 5;
    whole.jobs = 0;
    whole.lambdas = {0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2};
    const double secs = path_secs(whole, settings.stop);
    const double alone = 0.5 * (before + path_secs(plan, settings.stop));
    const double cells =
        static_cast<double>(whole.seeds) * static_cast<double>(whole.lambdas.size());
    char note[240];
    std::snprintf(
        note, sizeof note,
        "%.1f s for %.0f cells, %d at once, against %.2f s for a path of one cell (mean of "
        "before and after); 3 layers, d=64, batch 16, %d steps, fit, margins and noise",
        secs, cells, path_jobs(whole), alone, kSteps);
    return {{"path.whole", secs * path_jobs(whole) / (cells * alone), "times", "<= 1.1",
             "its cells one after the other, shared by the cores", note}};
}

}  // namespace marginscope
