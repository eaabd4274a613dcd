// A training small enough for tests: two layers of width 16.
#pragma once

#include <string>

#include "core/run/run_config.h"
#include "text/corpus.h"

namespace marginscope::testing_support {

inline Corpus small_corpus() {
    std::string text;
    for (int k = 0; k < 400; ++k)
        text += "the cat " + std::to_string(k * k % 97) + " sat on the mat; ";
    return {"cats", text};
}

inline RunConfig small_training(int batch) {
    RunConfig config;
    config.model = {2, 2, 16, 24, false};
    config.train.batch = batch;
    config.train.steps = 60;
    config.train.warmup = 5;
    config.train.lr = 1e-2;
    config.train.eval_windows = 8;
    config.train.threads = 1;
    config.train.device = DeviceChoice::cpu;
    return config;
}

}  // namespace marginscope::testing_support
