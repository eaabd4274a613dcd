// A product and a pass, timed.
#include "nn/probability/subset_cost.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

#include "nn/probability/subset_law.h"
#include "nn/probability/subset_tree.h"

namespace marginscope {
namespace {

constexpr double kMeasureSecs = 0.04;
constexpr std::int64_t kRows = 1024;
constexpr std::size_t kPilotTokens = 1024;

/// The shortest of several calls: what the machine can do when nothing else is in the way.
double best_secs(const std::function<void()>& call) {
    using Clock = std::chrono::steady_clock;
    double best = std::numeric_limits<double>::infinity(), spent = 0.0;
    call();  // memory and threads are there from now on
    while (spent < kMeasureSecs) {
        const auto start = Clock::now();
        call();
        const double secs = std::chrono::duration<double>(Clock::now() - start).count();
        best = std::min(best, secs);
        spent += std::max(secs, 1e-6);
    }
    return best;
}

double gemm_rate(const LanguageModel& model) {
    const at::NoGradGuard no_grad;
    const std::int64_t width = model.shape().width;
    const auto options = at::TensorOptions(model.device()).dtype(model.dtype());
    const at::Tensor rows = at::ones({kRows, width}, options);
    const at::Tensor weights = at::ones({width, 4 * width}, options);
    at::Tensor out = at::empty({kRows, 4 * width}, options);
    const double secs = best_secs([&] { at::matmul_out(out, rows, weights); });
    return 2.0 * static_cast<double>(kRows * width * 4 * width) / secs;
}

/// Where most tokens are read; the levels' number where nothing is read behind the beginning.
std::size_t busiest_level(const SubsetPlan& plan, double vocabulary) {
    std::size_t found = plan.levels.size();
    double most = 0.0, fills = 1.0;
    for (std::size_t level = 0; level < plan.levels.size(); ++level) {
        fills *= vocabulary;
        const double tokens = fills * static_cast<double>(plan.read_at(level));
        if (tokens > most) {
            most = tokens;
            found = level;
        }
    }
    return found;
}

double token_secs(const LanguageModel& model, const SubsetPlan& plan, std::size_t texts_at_once) {
    const std::size_t level = busiest_level(plan, model.vocabulary());
    if (level == plan.levels.size()) return 0.0;
    const std::size_t length = plan.length_before(level), reads = plan.read_at(level);
    const std::size_t at_once = children_at_once(model, length + reads, texts_at_once);
    SequenceBatch text(model);
    text.start(std::vector<int>(length, plan.beginning.front()));
    std::vector<SubsetChild> children(
        std::clamp<std::size_t>(kPilotTokens / reads, std::min<std::size_t>(8, at_once), at_once));
    for (std::size_t k = 0; k < children.size(); ++k)
        children[k].token = static_cast<int>(k % static_cast<std::size_t>(model.vocabulary()));
    const std::vector<int>& run = plan.levels[level].run;
    const double secs = best_secs(
        [&] { (void)read_children(text, children, run, level + 1 < plan.levels.size()); });
    const double passed =
        tokens_passed(length, length + reads, static_cast<std::size_t>(model.shape().context));
    return secs / (passed * static_cast<double>(children.size()));
}

}  // namespace

SubsetCost measure_cost(const LanguageModel& model, const SubsetPlan& plan) {
    const std::size_t at_once = EnumerationSettings{}.texts_at_once;
    SubsetCost cost;
    cost.work = enumeration_work(plan, model.shape(), model.vocabulary());
    cost.passes = 1.0;
    double fills = 1.0;
    for (std::size_t level = 0; level < plan.levels.size(); ++level) {
        fills *= model.vocabulary();
        const std::size_t length = plan.length_before(level) + plan.read_at(level);
        if (plan.read_at(level) > 0)
            cost.passes +=
                std::ceil(fills / static_cast<double>(children_at_once(model, length, at_once)));
    }
    cost.gemm_flop_per_s = gemm_rate(model);
    cost.floor_secs = cost.work.flop / cost.gemm_flop_per_s;
    cost.token_secs = token_secs(model, plan, at_once);
    cost.predicted_secs = cost.token_secs * cost.work.token_steps;
    return cost;
}

}  // namespace marginscope
