// From a text with holes to their laws: by enumeration where that takes seconds, else by particles.
#include "engine/decode/hole_laws.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "engine/decode/undragged.h"
#include "engine/jobs/thread_job.h"
#include "nn/decode/decoder.h"
#include "nn/model/checkpoint.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/subset_cost.h"
#include "nn/probability/subset_sampling.h"

namespace marginscope {
namespace {

constexpr double kMostSecs = 8.0;  // that enumerating may take by prediction
constexpr std::size_t kFillings = 12;

/// A hole's law given what stands before it (`end` behind the hole), or all holes' given the text.
SubsetProblem problem_of(const HoleRequest& request, std::size_t end,
                         std::vector<std::size_t> asked) {
    SubsetProblem problem;
    problem.length = end;
    problem.asked = std::move(asked);
    for (std::size_t k = 0; k < end; ++k) {
        const bool hole = std::ranges::any_of(
            request.holes, [&](const HolePlace& one) { return one.index == static_cast<int>(k); });
        if (!hole) problem.fixed[k] = request.ids[k];
    }
    return problem;
}

/// Where windows do not reach back to the last hole any more, what stands there says nothing of it:
/// its law is the same whatever fills the hole.
std::size_t end_of_influence(const HoleRequest& request) {
    const auto context = static_cast<std::size_t>(request.model->gpt.shape().context);
    const auto last = static_cast<std::size_t>(request.holes.back().index);
    std::size_t end = last + 1;
    while (end < request.ids.size() && decode_window_begin(end + 1, context) <= last) ++end;
    return end;
}

struct FoundLaw {
    SubsetLaw law;
    bool exact = true;
    int draws = 0;
    std::string sentence;  // of its cost
};

std::string rounded(double value) {
    char text[40];
    std::snprintf(text, sizeof text, value < 1e6 ? "%.0f" : "%.2g", value);
    return text;
}

FoundLaw law_of(const Model& model, const SubsetProblem& problem, const SubsetProgress& progress,
                const std::stop_token& stop) {
    const SubsetPlan plan = subset_plan(problem);
    const SubsetCost cost = measure_cost(model.gpt, plan);
    FoundLaw found;
    found.exact = cost.predicted_secs <= kMostSecs && cost.work.table <= kLargestTable;
    if (found.exact) {
        found.law = enumerate_subset(model.gpt, plan, {}, progress, stop);
        found.sentence = "Exact: all " + rounded(cost.work.fills) +
                         (cost.work.fills == 1.0 ? " filling is read." : " fillings are read.");
        return found;
    }
    SubsetSampling settings;
    SampledSubset sampled = sample_subset(model.gpt, plan, settings, progress, stop);
    found.law = std::move(sampled.law);
    found.draws = sampled.population.draws;
    found.sentence = "Sampled by " + std::to_string(found.draws) +
                     " particles, with standard errors: all " + rounded(cost.work.fills) +
                     " fillings would take about " + rounded(cost.predicted_secs) + " s.";
    return found;
}

void fill(const std::vector<SubsetProbability>& law, bool exact, std::vector<float>& out,
          std::vector<float>& error) {
    for (const SubsetProbability& one : law) {
        out.push_back(static_cast<float>(one.prob));
        if (!exact) error.push_back(static_cast<float>(one.error));
    }
}

}  // namespace

HoleLaws::HoleLaws(std::function<void()> on_news) : on_news_(std::move(on_news)) {}
HoleLaws::~HoleLaws() = default;

bool HoleLaws::idle() const { return !next_ && (!job_ || !job_->job().running()); }

void HoleLaws::ask(HoleRequest request) {
    ++asked_;
    if (job_) job_->job().cancel();
    next_.reset();
    if (request.holes.empty()) return frame_.update([](auto& slot) { slot = nullptr; });
    HolesFrame frame;
    for (const HolePlace& place : request.holes) {
        HoleLaw& law = frame.holes.emplace_back();
        law.index = place.index;
        law.node = place.node;
    }
    frame.sentence = !request.refusal.empty() ? request.refusal : undragged(request.dragged);
    frame.running = request.refusal.empty();
    tell(frame, asked_);
    if (request.refusal.empty()) next_ = std::move(request);
}

void HoleLaws::work() {
    if (!next_ || (job_ && job_->job().running())) return;
    HoleRequest request = *std::exchange(next_, std::nullopt);
    // The model may go on learning or decoding meanwhile.
    request.model = std::make_shared<const Model>(request.model->clone());
    job_ = std::make_unique<ThreadJob>(
        "finding the laws of holes",
        [this, request = std::move(request), frame = *frame_.get(), asked = asked_.load()](
            Job& job) { with_torch_errors([&] { find(request, frame, asked, job); }); },
        on_news_);
}

void HoleLaws::find(const HoleRequest& request, HolesFrame frame, std::uint64_t asked_now,
                    Job& job) {
    set_compute_threads(1);  // the others belong to training and to the window
    const double parts = static_cast<double>(request.holes.size()) + 1.0;
    double part = 0.0;
    const auto progress = [&](double done, double total) {
        job.report((part + (total > 0.0 ? done / total : 0.0)) / parts);
        frame.progress = job.status().progress;
        frame.eta_secs = job.status().eta_secs;
        tell(frame, asked_now);
    };
    std::vector<std::size_t> asked;
    for (const HolePlace& place : request.holes)
        asked.push_back(static_cast<std::size_t>(place.index));
    // What stands before a hole alone comes first: it is quick for the first hole.
    for (std::size_t k = 0; k < asked.size(); ++k, part += 1.0) {
        const FoundLaw past = law_of(*request.model, problem_of(request, asked[k] + 1, {asked[k]}),
                                     progress, job.stop_token());
        if (job.cancel_requested()) return;
        fill(past.law.marginals.at(0), past.exact, frame.holes[k].past, frame.holes[k].past_error);
        tell(frame, asked_now);
    }
    const std::size_t end = end_of_influence(request);
    const FoundLaw both =
        law_of(*request.model, problem_of(request, end, asked), progress, job.stop_token());
    if (job.cancel_requested()) return;
    for (std::size_t k = 0; k < asked.size(); ++k)
        fill(both.law.marginals.at(k), both.exact, frame.holes[k].both, frame.holes[k].error);
    for (const SubsetText& one : both.law.law) {
        if (frame.fillings.size() == kFillings) break;
        HoleFilling& filling = frame.fillings.emplace_back();
        for (const int token : one.tokens) filling.text += request.model->tokenizer().symbol(token);
        filling.probability = static_cast<float>(std::exp(one.logprob));
        if (!both.exact) filling.error = filling.probability * static_cast<float>(one.error);
    }
    frame.read = static_cast<int>(end);
    frame.draws = both.draws;
    frame.exact = both.exact;
    frame.sentence = both.sentence + (frame.sentence.empty() ? "" : " " + frame.sentence);
    frame.running = false;
    frame.progress = 1.0;
    tell(std::move(frame), asked_now);
}

void HoleLaws::tell(HolesFrame frame, std::uint64_t asked) {
    frame.version = ++version_;
    auto made = std::make_shared<const HolesFrame>(std::move(frame));
    frame_.update([&](auto& slot) {
        if (asked == asked_) slot = std::move(made);
    });
    on_news_();
}

std::optional<std::shared_ptr<const HolesFrame>> HoleLaws::take() {
    std::shared_ptr<const HolesFrame> now = frame_.get();
    if (job_ && now && now->running && job_->job().state() == JobState::failed) {
        auto told = std::make_shared<HolesFrame>(*now);
        told->version = ++version_;
        told->running = false;
        told->sentence = job_->job().error();
        now = std::move(told);
        frame_.update([&](auto& slot) { slot = now; });
    }
    if (now == taken_) return std::nullopt;
    taken_ = now;
    return now;
}

}  // namespace marginscope
