// A beam for a first guess, then enumerations with a falling limit.
#include "nn/probability/subset_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/probability/subset_tree.h"

namespace marginscope {
namespace {

/// How far below what may be left out the first limit lies, since many are left out; and what it
/// falls by in the next round. A round more costs as much as those before it saved.
const double kFall = std::log(300.0);

struct Beam {
    SequenceBatch texts;
    std::vector<double> logprob;
    std::vector<std::vector<int>> tokens;
};

Beam best_of(const Beam& beam, const std::vector<SubsetChild>& children, const SubsetStep& step,
             const std::vector<double>& logprob, const std::vector<int>& run, std::size_t width) {
    std::vector<std::int64_t> order(children.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return logprob[static_cast<std::size_t>(a)] > logprob[static_cast<std::size_t>(b)];
    });
    order.resize(std::min(width, order.size()));
    Beam out{step.texts, {}, {}};
    out.texts.select(order);
    for (const std::int64_t k : order) {
        const SubsetChild& child = children[static_cast<std::size_t>(k)];
        out.logprob.push_back(logprob[static_cast<std::size_t>(k)]);
        out.tokens.push_back(beam.tokens[static_cast<std::size_t>(child.parent)]);
        out.tokens.back().push_back(child.token);
        out.tokens.back().insert(out.tokens.back().end(), run.begin(), run.end());
    }
    return out;
}

}  // namespace

LikelyText likely_text(const LanguageModel& model, const SubsetPlan& plan, std::size_t width) {
    const SubsetStep first = read_beginning(model, plan.beginning, plan.conditioned);
    Beam beam{first.texts, first.run_logprob, {plan.beginning}};
    const auto vocabulary = static_cast<std::size_t>(model.vocabulary());
    for (const SubsetLevel& level : plan.levels) {
        const std::vector<double> next = next_logprobs(beam.texts);
        std::vector<SubsetChild> children;
        std::vector<double> logprob;
        for (std::size_t k = 0; k < next.size(); ++k) {
            children.push_back(
                {static_cast<std::int64_t>(k / vocabulary), static_cast<int>(k % vocabulary)});
            logprob.push_back(beam.logprob[k / vocabulary] + next[k]);
        }
        const SubsetStep step = read_children(beam.texts, children, level.run, true);
        for (std::size_t k = 0; k < logprob.size(); ++k) logprob[k] += step.run_logprob[k];
        beam = best_of(beam, children, step, logprob, level.run, width);
    }
    return {beam.tokens.front(), beam.logprob.front()};
}

SubsetLaw enumerate_leaving_out(const LanguageModel& model, const SubsetPlan& plan, double share,
                                const SubsetProgress& on_progress, std::stop_token stop) {
    // Everything weighs at least what one text does.
    double limit = likely_text(model, plan).logprob + std::log(share) - kFall;
    double token_steps = 0.0;
    for (;; limit -= kFall) {
        SubsetLaw law = enumerate_subset(model, plan, {.drop_below = limit}, on_progress, stop);
        token_steps += law.token_steps;
        if (law.bound <= share || law.stopped) {
            law.token_steps = token_steps;
            return law;
        }
    }
}

}  // namespace marginscope
