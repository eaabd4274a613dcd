// The lambda that a path proposes: nothing that its own paired differences do not tell.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "core/messages/recipe_words.h"
#include "core/messages/split_words.h"
#include "core/statistics.h"
#include "engine/path/path_cells.h"
#include "engine/path/seed_splits.h"

namespace marginscope {
namespace {

constexpr int kFewSeeds = 5;
constexpr int kMostSeeds = 1000;  // more than anyone will train

/// One lambda above 0 against lambda 0, over the seeds finished at both.
struct LambdaAgainst0 {
    double lambda = 0;
    PairedDifference clean;
    PairedDifference noisy;
};

std::string number(double value) { return format_value(value); }

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%+.2f %%", 100.0 * share);
    return text;
}

std::string with_interval(const PairedDifference& one) {
    return percent(one.mean) + " (" + percent(one.low) + " … " + percent(one.high) + ")";
}

std::string counted(int count, const char* one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

/// The middle one of all noise levels at which finished cells without training noise were judged.
std::optional<double> middle_sigma(const std::vector<PathCell>& cells, bool relative) {
    std::set<double> sigmas;
    for (const PathCell& cell : cells)
        if (cell.status == CellStatus::done && cell.train_noise == 0)
            for (const auto& [sigma, ce] : relative ? cell.noisy_ce_relative : cell.noisy_ce)
                sigmas.insert(sigma);
    if (sigmas.empty()) return std::nullopt;
    return *std::next(sigmas.begin(), static_cast<std::ptrdiff_t>(sigmas.size() / 2));
}

std::vector<LambdaAgainst0> all_against_0(const std::vector<PathCell>& cells,
                                          const std::string& quantity) {
    std::map<double, std::optional<PairedDifference>> clean, noisy;
    for (const PairedDifference& one : paired_differences(cells)) {
        if (one.train_noise > 0) continue;
        if (one.quantity == "clean") clean[one.lambda] = one;
        if (one.quantity == quantity) noisy[one.lambda] = one;
    }
    std::vector<LambdaAgainst0> candidates;
    for (const auto& [lambda, difference] : noisy)
        if (clean[lambda]) candidates.push_back({lambda, *clean[lambda], *difference});
    return candidates;
}

bool helps(const LambdaAgainst0& one, double max_clean_loss) {
    return one.noisy.high < 0 && one.clean.mean <= max_clean_loss;
}

/// Beyond doubt: worse under noise, or dearer on clean text than allowed.
bool ruled_out(const LambdaAgainst0& one, double max_clean_loss) {
    return one.noisy.low > 0 || one.clean.low > max_clean_loss;
}

const LambdaAgainst0* least_noisy(const std::vector<LambdaAgainst0>& candidates, auto&& wanted) {
    const LambdaAgainst0* best = nullptr;
    for (const LambdaAgainst0& one : candidates)
        if (wanted(one) && (best == nullptr || one.noisy.mean < best->noisy.mean)) best = &one;
    return best;
}

void propose(PathProposal& proposal, const LambdaAgainst0& best, const std::string& quantity,
             std::size_t compared) {
    proposal.settled = true;
    proposal.lambda = best.lambda;
    proposal.pairs = best.noisy.seeds;
    proposal.reason = with_interval(best.noisy) + " under " + quantity + " for " +
                      with_interval(best.clean) + " on clean text: mean and 95 % interval over " +
                      counted(best.noisy.seeds, "paired seed");
    if (compared > 1)
        proposal.reason += ", each of " + std::to_string(compared) + " values judged by its own";
    if (best.noisy.seeds < kFewSeeds)
        proposal.reason += "; fewer than five seeds, so take it as a hint";
}

/// What is missing until the most promising of what is left can be told from 0.
void ask_for_more(PathProposal& proposal, const LambdaAgainst0& best) {
    proposal.pairs = best.noisy.seeds;
    proposal.reason = "No lambda_m can be told from 0 yet: ";
    if (best.noisy.seeds < 2) {
        proposal.reason += "one seed shows no spread between seeds; two at least are needed";
        return;
    }
    const auto total = sample_size(best.noisy.mean, best.noisy.spread, 0.95, 0.8, kMostSeeds);
    const std::string where = "lambda_m " + number(best.lambda) + ", now " +
                              with_interval(best.noisy) + " over " +
                              counted(best.noisy.seeds, "paired seed");
    if (!total) {
        proposal.reason +=
            "more than " + std::to_string(kMostSeeds) + " seeds would be needed for " + where;
        return;
    }
    proposal.seeds_needed = std::max(1, *total - best.noisy.seeds);
    proposal.open_lambda = best.lambda;
    proposal.reason +=
        "about " + counted(*proposal.seeds_needed, "more seed") + " would settle it for " + where +
        ", if mean and spread stay as they are (95 % interval, four chances in five)";
}

/// Where the seeds of the lambda that `reason` looks at, or of lambda 0, fall into two groups.
void tell_splits(PathProposal& proposal, double lambda, const std::vector<PathCell>& cells,
                 bool relative) {
    for (const SeedSplit& split : seed_splits(cells, relative))
        if (split.train_noise == 0 && (split.lambda == lambda || split.lambda == 0))
            proposal.reason += "; " + split_words(split) + ", so a mean over them is of neither";
}

/// The rule over cells of one recipe.
std::optional<PathProposal> propose_within(const std::vector<PathCell>& cells,
                                           const std::string& quantity, double max_clean_loss,
                                           bool relative) {
    const std::vector<LambdaAgainst0> all = all_against_0(cells, quantity);
    if (all.empty()) return std::nullopt;
    const std::string cost = number(std::round(1000.0 * max_clean_loss) / 10.0) + " %";
    PathProposal proposal;
    proposal.rule =
        "lowest loss at " + quantity +
        " among the lambda_m whose 95 % interval against lambda_m 0, paired over seeds, "
        "lies below 0 and that cost at most " +
        cost + " on clean text";
    const auto helping = [&](const LambdaAgainst0& one) { return helps(one, max_clean_loss); };
    if (const LambdaAgainst0* best = least_noisy(all, helping)) {
        propose(proposal, *best, quantity, all.size());
        tell_splits(proposal, best->lambda, cells, relative);
        return proposal;
    }
    const auto open = [&](const LambdaAgainst0& one) { return !ruled_out(one, max_clean_loss); };
    const auto affordable = [&](const LambdaAgainst0& one) {
        return open(one) && one.clean.mean <= max_clean_loss;
    };
    if (const LambdaAgainst0* best = least_noisy(all, affordable)) {
        ask_for_more(proposal, *best);
        tell_splits(proposal, best->lambda, cells, relative);
    } else if (const LambdaAgainst0* dear = least_noisy(all, open)) {
        proposal.pairs = dear->noisy.seeds;
        proposal.reason = "No lambda_m can be told from 0 yet: what is not worse under " +
                          quantity + " seems to cost more than " + cost +
                          " on clean text, lambda_m " + number(dear->lambda) + " " +
                          percent(dear->clean.mean) + " over " +
                          counted(dear->clean.seeds, "paired seed");
    } else {
        proposal.settled = true;
        proposal.pairs = all.front().noisy.seeds;
        for (const LambdaAgainst0& one : all)
            proposal.pairs = std::min(proposal.pairs, one.noisy.seeds);
        proposal.reason = "every other value is worse under " + quantity + " or costs more than " +
                          cost + " on clean text, by 95 % intervals over " +
                          counted(proposal.pairs, "paired seed");
    }
    return proposal;
}

/// Mean over the finished cells of one lambda without training noise.
double mean_noisy_loss(const std::vector<PathCell>& cells, double lambda, double sigma,
                       bool relative) {
    double sum = 0;
    int count = 0;
    for (const PathCell& cell : cells)
        if (cell.status == CellStatus::done && cell.lambda == lambda && cell.train_noise == 0)
            for (const auto& [at, ce] : relative ? cell.noisy_ce_relative : cell.noisy_ce)
                if (at == sigma && std::isfinite(ce)) {
                    sum += ce;
                    ++count;
                }
    return count > 0 ? sum / count : INFINITY;
}

/// What is proposed before what is open, and that before what is ruled out.
int rank_of(const PathProposal& proposal) {
    if (!proposal.settled) return 1;
    return proposal.lambda > 0 ? 0 : 2;
}

}  // namespace

std::optional<PathProposal> propose_lambda(const std::vector<PathCell>& cells,
                                           double max_clean_loss, bool relative) {
    const auto sigma = middle_sigma(cells, relative);
    if (!sigma) return std::nullopt;
    std::map<PathRecipe, std::vector<PathCell>> apart;
    for (const PathCell& cell : cells) apart[cell.recipe].push_back(cell);
    std::optional<PathProposal> best;
    double best_loss = INFINITY;
    for (const auto& [recipe, own] : apart) {
        auto one = propose_within(own, noise_name(*sigma, relative), max_clean_loss, relative);
        if (!one) continue;
        one->recipe = recipe;
        const double loss = mean_noisy_loss(own, one->lambda, *sigma, relative);
        if (best && std::pair(rank_of(*one), loss) >= std::pair(rank_of(*best), best_loss))
            continue;
        best = std::move(one);
        best_loss = loss;
    }
    if (!best || apart.size() < 2) return best;
    best->rule += ", each head and sigma judged against its own lambda_m 0";
    const std::string words = recipe_words(best->recipe);
    best->reason = best->settled ? words + ": " + best->reason : best->reason + "; " + words;
    return best;
}

}  // namespace marginscope
