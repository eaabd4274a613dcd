// Sums of joints against laws, and laws across a seam.
#include "nn/probability/subset_checks.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/statistics.h"
#include "nn/decode/decoder.h"
#include "nn/probability/subset_search.h"
#include "nn/probability/subset_tree.h"

namespace marginscope {
namespace {

using Table = std::map<std::vector<int>, double>;

/// The law with the asked position number `place` summed out.
Table without(const SubsetLaw& law, std::size_t place) {
    Table out;
    for (const SubsetText& text : law.law) {
        std::vector<int> tokens = text.tokens;
        tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(place));
        out[tokens] += std::exp(text.logprob);
    }
    return out;
}

Table table_of(const SubsetLaw& law) {
    Table out;
    for (const SubsetText& text : law.law) out[text.tokens] = std::exp(text.logprob);
    return out;
}

double largest_difference(const Table& a, const Table& b) {
    double largest = 0.0;
    const auto at = [](const Table& table, const std::vector<int>& key) {
        const auto found = table.find(key);
        return found == table.end() ? 0.0 : found->second;
    };
    for (const auto& [key, p] : a) largest = std::max(largest, std::abs(p - at(b, key)));
    for (const auto& [key, p] : b) largest = std::max(largest, std::abs(p - at(a, key)));
    return largest;
}

bool affordable(const LanguageModel& model, const SubsetPlan& plan, double most_token_steps) {
    const SubsetWork work = enumeration_work(plan, model.shape(), model.vocabulary());
    return work.table <= kLargestTable && work.token_steps <= most_token_steps;
}

/// The law of what follows `ids` when the model sees those from `begin` on.
std::vector<double> law_after(const LanguageModel& model, std::span<const int> ids,
                              std::size_t begin) {
    SequenceBatch window(model);
    window.start(ids.subspan(begin));
    return next_logprobs(window);
}

double divergence(const std::vector<double>& p, const std::vector<double>& q) {
    double sum = 0.0;
    for (std::size_t k = 0; k < p.size(); ++k)
        if (std::exp(p[k]) > 0.0) sum += std::exp(p[k]) * (p[k] - q[k]);
    return sum;
}

/// The marginals of `law`, of `asked`, against those of another law of the same positions or more.
SubsetCheck compared(const std::vector<std::size_t>& asked, const SubsetLaw& law,
                     const std::vector<std::size_t>& others, const SubsetLaw& other, int islands) {
    SubsetCheck out;
    out.sampled = true;
    for (std::size_t k = 0; k < asked.size(); ++k) {
        const auto found = std::ranges::find(others, asked[k]);
        if (found == others.end()) continue;
        const auto& theirs = other.marginals[static_cast<std::size_t>(found - others.begin())];
        for (std::size_t token = 0; token < theirs.size(); ++token) {
            const SubsetProbability &a = law.marginals[k][token], &b = theirs[token];
            // Of what is nearly never or nearly always drawn the scatter says too little.
            const double middle = 0.5 * (a.prob + b.prob);
            if (middle < kLeastCompared || middle > 1.0 - kLeastCompared) continue;
            const double apart = std::abs(a.prob - b.prob), error = std::hypot(a.error, b.error);
            out.value = std::max(out.value, apart);
            if (!(error > 0.0)) continue;  // both are certain
            ++out.compared;
            out.in_errors = std::max(out.in_errors, apart / error);
        }
    }
    if (out.compared > 0) out.by_chance = student_quantile(1.0 - 0.025 / out.compared, islands - 1);
    return out;
}

}  // namespace

std::string_view name_of(SubsetCheck::Kind kind) {
    switch (kind) {
        case SubsetCheck::Kind::summed_out:
            return "summed_out";
        case SubsetCheck::Kind::one_longer:
            return "one_longer";
        case SubsetCheck::Kind::seam:
            break;
    }
    return "seam";
}

std::vector<SubsetCheck> check_consistency(const LanguageModel& model, const SubsetProblem& problem,
                                           const SubsetLaw& law, double most_token_steps,
                                           std::stop_token stop) {
    std::vector<SubsetCheck> out;
    const auto law_of = [&](const SubsetProblem& other) {
        return enumerate_subset(model, subset_plan(other), {}, {}, stop);
    };
    for (std::size_t k = 0; k < problem.asked.size() && problem.asked.size() > 1; ++k) {
        SubsetProblem fewer = problem;
        fewer.asked.erase(fewer.asked.begin() + static_cast<std::ptrdiff_t>(k));
        if (!affordable(model, subset_plan(fewer), most_token_steps)) continue;
        const SubsetLaw direct = law_of(fewer);
        if (direct.stopped) return out;
        out.push_back({SubsetCheck::Kind::summed_out, problem.asked[k],
                       largest_difference(without(law, k), table_of(direct))});
    }
    SubsetProblem longer = problem;
    longer.asked.push_back(longer.length++);
    if (!affordable(model, subset_plan(longer), most_token_steps)) return out;
    const SubsetLaw further = law_of(longer);
    if (!further.stopped)
        out.push_back({SubsetCheck::Kind::one_longer, problem.length,
                       largest_difference(without(further, problem.asked.size()), table_of(law))});
    return out;
}

std::vector<SubsetCheck> check_sampled(const LanguageModel& model, const SubsetProblem& problem,
                                       const SubsetLaw& law, const SubsetSampling& sampling,
                                       std::stop_token stop) {
    std::vector<SubsetCheck> out;
    const auto add = [&](SubsetCheck::Kind kind, std::size_t position, const SubsetProblem& other) {
        SubsetSampling again = sampling;
        again.seed += 1 + out.size();
        const SubsetLaw theirs = sample_subset(model, subset_plan(other), again, {}, stop).law;
        if (theirs.stopped) return;
        SubsetCheck check = compared(problem.asked, law, other.asked, theirs, sampling.islands);
        check.kind = kind;
        check.position = position;
        out.push_back(check);
    };
    for (std::size_t k = 0; k < problem.asked.size() && problem.asked.size() > 1; ++k) {
        SubsetProblem fewer = problem;
        fewer.asked.erase(fewer.asked.begin() + static_cast<std::ptrdiff_t>(k));
        add(SubsetCheck::Kind::summed_out, problem.asked[k], fewer);
    }
    SubsetProblem longer = problem;
    longer.asked.push_back(longer.length++);
    add(SubsetCheck::Kind::one_longer, problem.length, longer);
    return out;
}

std::vector<SubsetCheck> seams(const LanguageModel& model, const SubsetProblem& problem) {
    SubsetProblem whole =
        problem;  // what is open behind the last asked one belongs to the text too
    if (!whole.fixed.contains(whole.length - 1) &&
        std::find(whole.asked.begin(), whole.asked.end(), whole.length - 1) == whole.asked.end())
        whole.asked.push_back(whole.length - 1);
    const std::vector<int> text = likely_text(model, subset_plan(whole)).tokens;
    const auto context = static_cast<std::size_t>(model.shape().context);
    std::vector<SubsetCheck> out;
    for (std::size_t length = 1; length < text.size(); ++length) {
        const std::size_t before = decode_window_begin(length, context);
        const std::size_t after = decode_window_begin(length + 1, context);
        if (before == after || length < problem.before.size()) continue;
        const std::span<const int> past = std::span(text).first(length);
        out.push_back({SubsetCheck::Kind::seam, length - problem.before.size(),
                       divergence(law_after(model, past, before), law_after(model, past, after))});
    }
    return out;
}

}  // namespace marginscope
