// Training at the default shape, with and without the barrier.
#include <array>
#include <memory>

#include "bench/figures.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/statistics.h"
#include "nn/trainer.h"

namespace marginscope {

/// Training at several settings in turn, several times: a machine that slows down slows all of
/// them.
std::vector<BenchFigure> training_figures(const BenchSettings& options) {
    ProgressLine progress("training");
    constexpr int kRepeats = 5;
    const Corpus corpus = built_in_corpus();
    std::array<std::unique_ptr<Trainer>, 2> trainers;
    for (std::size_t k = 0; k < trainers.size(); ++k) {
        RunConfig config;
        config.barrier.lambda = k == 0 ? 0.0 : 0.02;
        config.train.threads = options.threads;
        config.train.steps = 1'000'000;
        config.train.device = DeviceChoice::cpu;
        trainers[k] = std::make_unique<Trainer>(config, corpus);
        trainers[k]->step();  // the first step allocates
    }
    std::array<std::vector<double>, 2> rates;
    for (int repeat = 0; repeat < kRepeats && !options.stop.stop_requested(); ++repeat) {
        for (std::size_t k = 0; k < trainers.size(); ++k) {
            const auto start = BenchClock::now();
            int steps = 0;
            while (steps == 0 || seconds_since(start) < options.secs / 2) {
                trainers[k]->step();
                ++steps;
            }
            rates[k].push_back(steps / seconds_since(start));
            progress.update(static_cast<std::size_t>(repeat) * 2 + k + 1, kRepeats * 2);
        }
    }
    const double without = median(rates[0]);
    const double with = median(rates[1]);
    const std::string shape = "4 layers, 4 heads, width 128, context 64, batch 12";
    return {{"train.steps_per_s.lambda_0", without, "1/s", "", "",
             shape + "; the stage is fitted along"},
            {"train.steps_per_s.lambda_0.02", with, "1/s", "",
             number_text(without) + " without the barrier",
             "the same with the exact barrier on all sequences"},
            {"train.barrier_cost", without / with, "times", "", "1: no barrier",
             "medians of interleaved repeats"}};
}

}  // namespace marginscope
