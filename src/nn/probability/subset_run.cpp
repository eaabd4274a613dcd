// From a request to a law: which way, at what cost, and how it is checked.
#include "nn/probability/subset_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/error.h"
#include "core/shown.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/subset_search.h"
#include "text/tokenizer.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

/// A check of so many is made however slow the machine seems.
constexpr double kQuickTokenSteps = 20'000;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<int> known(const Tokenizer& tokenizer, const std::string& text,
                       const std::string& what) {
    const std::size_t unknown = tokenizer.count_unknown(text);
    if (unknown > 0)
        throw UserError("The model does not know " + std::to_string(unknown) +
                            (unknown == 1 ? " character of " : " characters of ") + what + " " +
                            shown(text) + ": a law given something else would be another law.",
                        2);
    return tokenizer.encode(text);
}

SubsetMethod method_for(const SubsetRequest& request, const SubsetCost& cost) {
    if (request.sampled) return SubsetMethod::sampled;
    if (cost.work.table > kLargestTable) return SubsetMethod::sampled;
    if (request.leave_out > 0.0) return SubsetMethod::bounded;
    return cost.predicted_secs <= request.max_work_secs ? SubsetMethod::enumerated
                                                        : SubsetMethod::sampled;
}

/// Branch and bound until it holds, the time is over or the user has enough.
SubsetLaw bounded_law(const LanguageModel& model, const SubsetPlan& plan,
                      const SubsetRequest& request, const SubsetProgress& on_progress,
                      const std::stop_token& stop) {
    std::stop_source ours;
    const std::stop_callback forward(stop, [&] { ours.request_stop(); });
    const Clock::time_point start = Clock::now();
    SubsetLaw law = enumerate_leaving_out(
        model, plan, request.leave_out,
        [&](double done, double total) {
            if (on_progress) on_progress(done, total);
            if (seconds_since(start) > request.max_work_secs) ours.request_stop();
        },
        ours.get_token());
    law.stopped = stop.stop_requested();
    return law;
}

void find_law(const LanguageModel& model, const SubsetPlan& plan, const SubsetRequest& request,
              const SubsetProgress& on_progress, const std::stop_token& stop,
              SubsetReport& report) {
    switch (report.method) {
        case SubsetMethod::enumerated:
            report.law = enumerate_subset(model, plan, {}, on_progress, stop);
            return;
        case SubsetMethod::bounded:
            report.law = bounded_law(model, plan, request, on_progress, stop);
            return;
        case SubsetMethod::sampled:
            break;
    }
    SampledSubset sampled = sample_subset(model, plan, request.sampling, on_progress, stop);
    report.law = std::move(sampled.law);
    report.population = std::move(sampled.population);
}

SubsetReport run(const SubsetRequest& request, const SubsetCallbacks& callbacks,
                 const std::stop_token& stop) {
    set_compute_threads(request.threads);
    const Model model = load_requested_model(request.model);
    SubsetReport report;
    report.model = model_name(request.model);
    report.problem = subset_problem(request, model.tokenizer());
    for (int token = 0; token < model.gpt.vocabulary(); ++token)
        report.symbols.push_back(model.tokenizer().symbol(token));
    const SubsetPlan plan = subset_plan(report.problem);
    report.cost = measure_cost(model.gpt, plan);
    report.method = method_for(request, report.cost);
    report.most_token_steps =
        report.method == SubsetMethod::sampled
            ? sampling_work(plan, model.gpt.shape(), model.gpt.vocabulary(), request.sampling)
            : report.cost.work.token_steps;
    if (callbacks.on_start) callbacks.on_start(report);
    const Clock::time_point start = Clock::now();
    find_law(model.gpt, plan, request, callbacks.on_progress, stop, report);
    report.secs = seconds_since(start);
    if (!request.check || stop.stop_requested()) return report;
    if (report.method == SubsetMethod::enumerated)
        report.checks = check_consistency(
            model.gpt, report.problem, report.law,
            std::max(kQuickTokenSteps, request.max_work_secs / report.cost.token_secs), stop);
    if (report.method == SubsetMethod::sampled)
        report.checks =
            check_sampled(model.gpt, report.problem, report.law, request.sampling, stop);
    const std::vector<SubsetCheck> moved = seams(model.gpt, report.problem);
    report.checks.insert(report.checks.end(), moved.begin(), moved.end());
    return report;
}

void check_numbers(const SubsetRequest& request) {
    if (request.sampling.islands < 2 || request.sampling.draws < request.sampling.islands)
        throw UserError("--draws must be at least " + std::to_string(request.sampling.islands) +
                            ", one for each of the islands that standard errors come from; it is " +
                            std::to_string(request.sampling.draws) + ".",
                        2);
    if (!(request.max_work_secs > 0.0)) throw UserError("--max-work must be above 0.", 2);
    if (!(request.leave_out >= 0.0 && request.leave_out < 1.0))
        throw UserError("--leave-out must be a share from 0 to below 1.", 2);
    if (request.sampled && request.leave_out > 0.0)
        throw UserError(
            "--draws samples and --leave-out enumerates with a bound: give one of them.", 2);
}

}  // namespace

SubsetProblem subset_problem(const SubsetRequest& request, const Tokenizer& tokenizer) {
    SubsetProblem problem;
    problem.before = known(tokenizer, request.before, "--prompt");
    problem.length = request.length;
    problem.asked = request.asked;
    for (const SubsetFixed& fixed : request.fixed) {
        std::size_t position = fixed.position;
        for (const int token : known(tokenizer, fixed.text, "--fix")) {
            if (!problem.fixed.emplace(position, token).second)
                throw UserError("Position " + std::to_string(position) + " is fixed twice.", 2);
            ++position;
        }
    }
    check_subset(problem, tokenizer.size());
    return problem;
}

SubsetReport run_subset(const SubsetRequest& request, const SubsetCallbacks& callbacks,
                        std::stop_token stop) {
    check_numbers(request);
    SubsetReport report;
    with_torch_errors([&] { report = run(request, callbacks, stop); });
    return report;
}

}  // namespace marginscope
