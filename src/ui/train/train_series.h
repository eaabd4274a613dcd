// What training has told so far: one sample per step, evaluations and marks, kept for the plots.
//
// Main thread. Filled by take() with Engine::take_training_events(), in order.
#pragma once

#include <variant>
#include <vector>

#include "core/frames.h"

namespace marginscope {

struct TrainSeries {
    std::string label;
    std::vector<TrainingSample> samples;
    std::vector<EvalSample> evals;
    std::vector<LiveMark> marks;
    std::uint64_t version = 0;  // grows with every event

    void take(const std::vector<TrainingEvent>& events) {
        for (const TrainingEvent& event : events) {
            ++version;
            if (const auto* reset = std::get_if<TrainingReset>(&event)) {
                label = reset->label;
                samples.clear();
                evals.clear();
                marks.clear();
            } else if (const auto* sample = std::get_if<TrainingSample>(&event)) {
                samples.push_back(*sample);
            } else if (const auto* eval = std::get_if<EvalSample>(&event)) {
                evals.push_back(*eval);
            } else if (const auto* mark = std::get_if<LiveMark>(&event)) {
                marks.push_back(*mark);
            }
        }
    }
};

}  // namespace marginscope
