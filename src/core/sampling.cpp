// From logits to the next token.
#include "core/sampling.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/random.h"

namespace marginscope {
namespace {

std::vector<double> log_softmax(std::span<const double> logits, double temperature) {
    double largest = -INFINITY;
    for (const double logit : logits) largest = std::max(largest, logit);
    double sum = 0.0;
    for (const double logit : logits) sum += std::exp((logit - largest) / temperature);
    const double log_sum = std::log(sum);
    std::vector<double> result(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i)
        result[i] = (logits[i] - largest) / temperature - log_sum;
    return result;
}

void renormalise(std::vector<Candidate>& all) {
    double sum = 0.0;
    for (const Candidate& one : all) sum += one.probability;
    for (Candidate& one : all) one.probability /= sum;
}

}  // namespace

TokenDistribution distribution(std::span<const float> logits) {
    return distribution(std::vector<double>(logits.begin(), logits.end()));
}

TokenDistribution distribution(std::span<const double> logits) {
    TokenDistribution result{log_softmax(logits, 1.0), 0.0};
    for (const double logprob : result.logprob)
        if (logprob > -INFINITY) result.entropy -= std::exp(logprob) * logprob;
    return result;
}

std::vector<Candidate> candidates(std::span<const float> logits, const SamplingSettings& settings) {
    return candidates(std::vector<double>(logits.begin(), logits.end()), settings);
}

std::vector<Candidate> candidates(std::span<const double> logits,
                                  const SamplingSettings& settings) {
    const std::vector<double> own = log_softmax(logits, 1.0);
    std::vector<int> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return logits[a] > logits[b]; });

    const bool greedy = settings.temperature <= 0.0;
    const std::vector<double> tempered = greedy ? own : log_softmax(logits, settings.temperature);
    std::size_t count = greedy ? 1 : order.size();
    if (settings.top_k > 0) count = std::min(count, static_cast<std::size_t>(settings.top_k));

    std::vector<Candidate> all;
    double mass = 0.0;
    for (std::size_t rank = 0; rank < count; ++rank) {
        const auto token = static_cast<std::size_t>(order[rank]);
        // The smallest set whose mass reaches top_p, so the token that crosses the mark still
        // belongs.
        if (mass >= settings.top_p && !all.empty()) break;
        all.push_back({order[rank], std::exp(tempered[token]), own[token]});
        mass += all.back().probability;
    }
    renormalise(all);
    return all;
}

std::vector<Candidate> only_allowed(std::vector<Candidate> all,
                                    const std::function<bool(int token)>& allowed) {
    std::erase_if(all, [&](const Candidate& one) { return !allowed(one.token); });
    if (!all.empty()) renormalise(all);
    return all;
}

std::vector<Candidate> weighted(std::vector<Candidate> all,
                                const std::function<double(int token)>& log_weight) {
    // The largest exponent is left out: weights may be too large for a number.
    std::vector<double> logs;
    double largest = -INFINITY;
    for (const Candidate& one : all) {
        logs.push_back(std::log(one.probability) + log_weight(one.token));
        largest = std::max(largest, logs.back());
    }
    for (std::size_t k = 0; k < all.size(); ++k)
        all[k].probability = logs[k] > -INFINITY ? std::exp(logs[k] - largest) : 0.0;
    std::erase_if(all, [](const Candidate& one) { return !(one.probability > 0.0); });
    if (!all.empty()) renormalise(all);
    return all;
}

int draw(std::span<const Candidate> from, const SamplingSettings& settings, std::uint64_t position,
         std::uint64_t branch) {
    assert(!from.empty());
    CounterRng rng({settings.seed, DrawPurpose::sampling, 0, branch, position});
    double left = rng.uniform();
    for (const Candidate& one : from) {
        left -= one.probability;
        if (left < 0.0) return one.token;
    }
    return from.back().token;  // rounding left a sliver
}

}  // namespace marginscope
