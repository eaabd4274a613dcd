// The law of some characters given others, with the shipped model: the end of a text, and a hole in
// its middle against what the machine's matrix products allow.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "bench/figures.h"
#include "files/paths.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/subset_cost.h"
#include "nn/probability/subset_law.h"

namespace marginscope {
namespace {

/// As long as the model's context.
constexpr const char* kText = "Once there was a small boy called Tom. He had a red kite and a d";

SubsetProblem asked_of(const Model& model, std::vector<std::size_t> asked) {
    SubsetProblem problem;
    const std::vector<int> ids = model.vocabulary.encode(kText);
    problem.length = ids.size();
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (std::find(asked.begin(), asked.end(), i) == asked.end()) problem.fixed[i] = ids[i];
    problem.asked = std::move(asked);
    return problem;
}

double enumeration_secs(const Model& model, const SubsetPlan& plan, const BenchSettings& settings) {
    const auto start = BenchClock::now();
    (void)enumerate_subset(model.gpt, plan, {}, {}, settings.stop);
    return seconds_since(start);
}

/// The shortest of a few: what else runs on the machine only ever adds.
double best_of(int times, const std::function<double()>& secs) {
    double best = secs();
    for (int k = 1; k < times; ++k) best = std::min(best, secs());
    return best;
}

BenchFigure last_three(const Model& model, const BenchSettings& settings) {
    const SubsetPlan plan = subset_plan(asked_of(model, {61, 62, 63}));
    const SubsetCost cost = measure_cost(model.gpt, plan);
    const double secs = best_of(3, [&] { return enumeration_secs(model, plan, settings); });
    char note[160];
    std::snprintf(note, sizeof note,
                  "of a text of 64: %.0f texts, %.0f token-steps, predicted %.2f s, %.2f s at the "
                  "rate of matrix products",
                  cost.work.fills, cost.work.token_steps, cost.predicted_secs, cost.floor_secs);
    return {"subset_last_three_secs", secs, "s", "<= 2", "", note};
}

BenchFigure holes(const std::string& name, const Model& model, std::vector<std::size_t> asked,
                  const BenchSettings& settings) {
    const SubsetPlan plan = subset_plan(asked_of(model, std::move(asked)));
    SubsetCost cost = measure_cost(model.gpt, plan);
    const double secs = best_of(2, [&] { return enumeration_secs(model, plan, settings); });
    cost.floor_secs = std::min(cost.floor_secs, measure_cost(model.gpt, plan).floor_secs);
    char note[200];
    std::snprintf(note, sizeof note,
                  "%.2f s, predicted %.2f: %.0f fills, %.0f token-steps, %.0f GFLOP at %.0f "
                  "GFLOP/s",
                  secs, cost.predicted_secs, cost.work.fills, cost.work.token_steps,
                  cost.work.flop / 1e9, cost.work.flop / cost.floor_secs / 1e9);
    return {
        name, secs / cost.floor_secs, "times", "<= 2", "its FLOP at the rate of matrix products",
        note};
}

}  // namespace

std::vector<BenchFigure> subset_figures(const BenchSettings& settings) {
    if (!has_asset(kSmallModelAsset)) return {};
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        set_compute_threads(settings.threads);
        const Model model = load_requested_model({});
        out.push_back(last_three(model, settings));
        out.push_back(holes("subset_hole_over_floor", model, {30}, settings));
        out.push_back(holes("subset_two_holes_over_floor", model, {30, 31}, settings));
    });
    return out;
}

}  // namespace marginscope
