// How the cost of the exact barrier grows with context, width and batch.
#include <cstdio>
#include <string>
#include <vector>

#include "bench/contest.h"
#include "bench/figures.h"
#include "bench/training_rivals.h"
#include "nn/torch_errors.h"

namespace marginscope {
namespace {

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
    return {"scaling_" + at.name(),
            timings.ratio(1, 0),
            "times",
            "",
            "the same step without stage and barrier",
            note};
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
    });
    return out;
}

}  // namespace marginscope
