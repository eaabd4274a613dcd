// How the cost of the exact barrier grows with context, width and batch.
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/contest.h"
#include "bench/figures.h"
#include "bench/training_rivals.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr const char* kBare = "the same step without stage and barrier";

struct Case {
    char what;  // T, d or B
    int value;
    TrainingShape shape;

    std::string name() const { return std::string(1, what).append(std::to_string(value)); }
};

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const int context : {32, 64, 128, 256, 512})
        all.push_back({'T', context, {.context = context, .batch = 4}});
    for (const int width : {64, 128, 192, 256, 384})
        all.push_back({'d', width, {.width = width, .heads = width % 6 ? 4 : 6}});
    for (const int batch : {1, 4, 12, 32}) all.push_back({'B', batch, {.batch = batch}});
    return all;
}

BenchFigure cost(const Case& at, const Corpus& corpus, const BenchSettings& settings) {
    const RunConfig config = training_config(at.shape, settings.threads);
    const Timings timings = hold_contest({bare_step(config, corpus), trainer_step(config, corpus)},
                                         settings, "scaling, " + at.name());
    char note[160];
    std::snprintf(note, sizeof note, "%.1f ms over %.1f ms a step; %s", 1000 / timings.rate(1),
                  1000 / timings.rate(0), at.shape.text().c_str());
    return {"scaling_" + at.name(), timings.ratio(1, 0), "times", "", kBare, note};
}

/// Every estimator with its default settings at a size where the exact barrier is dear.
void estimators(const TrainingShape& shape, const Corpus& corpus, const BenchSettings& settings,
                std::vector<BenchFigure>& out) {
    const RunConfig config = training_config(shape, settings.threads);
    RunConfig truncated = config, lanczos = config, positions = config;
    truncated.barrier.estimator = BarrierEstimator::truncated;
    lanczos.barrier.estimator = BarrierEstimator::lanczos;
    positions.barrier.sample = BarrierSampling::positions;
    positions.barrier.fraction = 1.0 / 8;
    const Timings timings = hold_contest(
        {bare_step(config, corpus), trainer_step(config, corpus), trainer_step(truncated, corpus),
         trainer_step(lanczos, corpus), trainer_step(positions, corpus)},
        settings, "estimators, T=" + std::to_string(shape.context));
    const std::string size =
        "_T" + std::to_string(shape.context) + "_d" + std::to_string(shape.width);
    const char* const names[] = {"exact", "truncated", "lanczos", "positions"};
    const std::string what[] = {
        "exact", "the " + std::to_string(truncated.barrier.attended) + " most attended tokens",
        std::to_string(lanczos.barrier.probes) + " probes of " +
            std::to_string(lanczos.barrier.lanczos_steps) + " steps",
        "one position in 8, exact"};
    for (std::size_t k = 1; k < 5; ++k) {
        char note[200];
        std::snprintf(note, sizeof note, "%.1f ms over %.1f ms a step; %s; %s",
                      1000 / timings.rate(k), 1000 / timings.rate(0), shape.text().c_str(),
                      what[k - 1].c_str());
        out.push_back({std::string("estimator_") + names[k - 1] + size, timings.ratio(k, 0),
                       "times", "", kBare, note});
    }
}

}  // namespace

std::vector<BenchFigure> scaling_figures(const BenchSettings& settings) {
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        const Corpus corpus = built_in_corpus();
        for (const Case& at : cases()) {
            if (settings.stop.stop_requested()) break;
            out.push_back(cost(at, corpus, settings));
        }
        for (const auto& [context, batch, width] :
             {std::array{512, 2, 128}, std::array{512, 2, 384}, std::array{1024, 1, 384}}) {
            if (settings.stop.stop_requested()) break;
            estimators({.context = context, .batch = batch, .width = width}, corpus, settings, out);
        }
    });
    return out;
}

}  // namespace marginscope
