// Islands of particles that share their texts.
#include "nn/probability/subset_sampling.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/probability/log_space.h"
#include "nn/probability/island_estimate.h"
#include "nn/probability/particle_islands.h"
#include "nn/probability/subset_tree.h"

namespace marginscope {
namespace {

/// Outcomes that the last position's sum may add before it is drawn like the others.
constexpr std::size_t kMostOutcomes = 1 << 18;

/// What a level proposes: log p(c | text) of all c, and the same with what the look-ahead adds,
/// text by text.
struct Proposals {
    std::vector<double> next;
    std::vector<double> seen;
    std::vector<double> log_sum;  // of `seen`, a number for each text
};

class SubsetSampler {
public:
    SubsetSampler(const LanguageModel& model, const SubsetPlan& plan,
                  const SubsetSampling& settings)
        : model_(model),
          plan_(plan),
          settings_(settings),
          vocabulary_(static_cast<std::size_t>(model.vocabulary())),
          particles_(static_cast<std::size_t>(settings.draws),
                     static_cast<std::size_t>(settings.islands), settings.seed) {
        for (const SubsetLevel& level : plan.levels) asked_ += level.asked ? 1 : 0;
        keys_ = {std::vector<int>(asked_)};
    }

    SampledSubset run(const SubsetProgress& on_progress, const std::stop_token& stop);

private:
    Proposals propose(const SequenceBatch& texts, std::size_t level);
    void look_ahead(const SequenceBatch& texts, std::size_t level, Proposals& out);
    SequenceBatch fill(const SequenceBatch& texts, std::size_t level, const Proposals& proposals);
    SubsetStep read(const SequenceBatch& texts, const std::vector<SubsetChild>& children,
                    std::size_t level);
    IslandMeasures summed(std::size_t level, const Proposals& proposals) const;
    IslandMeasures counted() const;
    std::size_t sight(std::size_t level) const;
    bool sums_over(std::size_t level, std::size_t texts) const;

    const LanguageModel& model_;
    const SubsetPlan& plan_;
    const SubsetSampling& settings_;
    std::size_t vocabulary_, asked_ = 0;
    ParticleIslands particles_;           // `text` counts the texts of the batch
    std::vector<std::vector<int>> keys_;  // of each text: what it has where it was asked
    double token_steps_ = 0.0;
};

/// Fixed tokens after this level's that a proposal looks at.
std::size_t SubsetSampler::sight(std::size_t level) const {
    return std::min(plan_.levels[level].run.size(), static_cast<std::size_t>(settings_.look_ahead));
}

/// Whether this level, the last, is summed over instead of drawn.
bool SubsetSampler::sums_over(std::size_t level, std::size_t texts) const {
    return level + 1 == plan_.levels.size() && sight(level) == plan_.levels[level].run.size() &&
           texts * vocabulary_ <= kMostOutcomes;
}

Proposals SubsetSampler::propose(const SequenceBatch& texts, std::size_t level) {
    Proposals out;
    out.next = next_logprobs(texts);
    out.seen = out.next;
    if (sight(level) > 0) look_ahead(texts, level, out);
    for (std::size_t text = 0; text < texts.size(); ++text)
        out.log_sum.push_back(
            log_sum_exp(std::span(out.seen).subspan(text * vocabulary_, vocabulary_)));
    return out;
}

void SubsetSampler::look_ahead(const SequenceBatch& texts, std::size_t level, Proposals& out) {
    const std::span<const int> run = std::span(plan_.levels[level].run).first(sight(level));
    const std::size_t from = plan_.length_before(level);
    const std::size_t at_once =
        children_at_once(model_, from + run.size(), settings_.texts_at_once);
    for (std::size_t first = 0; first < out.seen.size(); first += at_once) {
        std::vector<SubsetChild> children;
        for (std::size_t k = first; k < std::min(first + at_once, out.seen.size()); ++k)
            children.push_back(
                {static_cast<std::int64_t>(k / vocabulary_), static_cast<int>(k % vocabulary_)});
        const SubsetStep step = read_children(texts, children, run, false);
        for (std::size_t k = 0; k < children.size(); ++k)
            out.seen[first + k] += step.run_logprob[k];
    }
    token_steps_ +=
        tokens_passed(from, from + run.size(), static_cast<std::size_t>(model_.shape().context)) *
        static_cast<double>(out.seen.size());
}

// Draws a token for each particle and reads what was drawn, each text once.
SequenceBatch SubsetSampler::fill(const SequenceBatch& texts, std::size_t level,
                                  const Proposals& proposals) {
    const SubsetLevel& here = plan_.levels[level];
    const std::vector<int> tokens = particles_.draw(proposals.seen, vocabulary_, level);
    std::map<std::pair<std::size_t, int>, std::size_t> places;
    std::vector<SubsetChild> children;
    std::vector<std::vector<int>> keys;
    for (std::size_t p = 0; p < particles_.size(); ++p) {
        const std::size_t text = particles_.text(p);
        const auto [at, added] = places.try_emplace({text, tokens[p]}, children.size());
        if (added) {
            children.push_back({static_cast<std::int64_t>(text), tokens[p]});
            keys.push_back(keys_[text]);
            if (here.asked) keys.back()[*here.asked] = tokens[p];
        }
        particles_.move(p, at->second);
    }
    keys_ = std::move(keys);
    SubsetStep step{texts, std::vector<double>(children.size(), 0.0)};
    if (plan_.read_at(level) > 0) step = read(texts, children, level);
    // What the proposal has looked at is in the weight already.
    for (std::size_t k = 0; k < children.size(); ++k) {
        const std::size_t c = static_cast<std::size_t>(children[k].parent) * vocabulary_ +
                              static_cast<std::size_t>(children[k].token);
        step.run_logprob[k] -= proposals.seen[c] - proposals.next[c];
    }
    particles_.weigh(step.run_logprob);
    return std::move(step.texts);
}

SubsetStep SubsetSampler::read(const SequenceBatch& texts, const std::vector<SubsetChild>& children,
                               std::size_t level) {
    const bool last = level + 1 == plan_.levels.size();
    const std::size_t from = plan_.length_before(level);
    token_steps_ += tokens_passed(from, from + plan_.read_at(level),
                                  static_cast<std::size_t>(model_.shape().context)) *
                    static_cast<double>(children.size());
    return read_children(texts, children, plan_.levels[level].run, !last);
}

IslandMeasures SubsetSampler::summed(std::size_t level, const Proposals& proposals) const {
    const std::optional<std::size_t> asked = plan_.levels[level].asked;
    const std::vector<std::vector<double>> by_text = particles_.measures(keys_.size());
    IslandMeasures out(particles_.islands());
    for (std::size_t text = 0; text < keys_.size(); ++text) {
        std::vector<int> tokens = keys_[text];
        for (std::size_t c = 0; c < (asked ? vocabulary_ : 1); ++c) {
            if (asked) tokens[*asked] = static_cast<int>(c);
            const double share =
                asked ? std::exp(proposals.seen[text * vocabulary_ + c] - proposals.log_sum[text])
                      : 1.0;
            out.add(tokens, share, by_text[text]);
        }
    }
    return out;
}

IslandMeasures SubsetSampler::counted() const {
    const std::vector<std::vector<double>> by_text = particles_.measures(keys_.size());
    IslandMeasures out(particles_.islands());
    for (std::size_t text = 0; text < keys_.size(); ++text)
        out.add(keys_[text], 1.0, by_text[text]);
    return out;
}

SampledSubset SubsetSampler::run(const SubsetProgress& on_progress, const std::stop_token& stop) {
    SampledSubset out;
    const SubsetStep first = read_beginning(model_, plan_.beginning, plan_.conditioned);
    token_steps_ = static_cast<double>(plan_.beginning.size());
    SequenceBatch texts = first.texts;
    bool summed_over = false;
    IslandMeasures measures(particles_.islands());
    for (std::size_t level = 0; level < plan_.levels.size(); ++level) {
        if (on_progress)
            on_progress(static_cast<double>(level), static_cast<double>(plan_.levels.size()));
        if (stop.stop_requested()) {
            out.law.stopped = true;
            return out;
        }
        const Proposals proposals = propose(texts, level);
        particles_.weigh(proposals.log_sum);
        summed_over = sums_over(level, texts.size());
        if (summed_over)
            measures = summed(level, proposals);
        else {
            particles_.resample_where_few(level);
            texts = fill(texts, level, proposals);
        }
        out.population.effective.push_back(particles_.effective());
        out.population.distinct.push_back(keys_.size());
    }
    if (!summed_over) measures = counted();
    measures.fill(out.law, asked_, vocabulary_);
    const SubsetProbability evidence = particles_.evidence(measures.totals());
    out.law.evidence = first.run_logprob[0] + evidence.prob;
    out.law.evidence_error = evidence.error;
    out.law.token_steps = token_steps_;
    out.population.draws = static_cast<int>(particles_.size());
    return out;
}

}  // namespace

double sampling_work(const SubsetPlan& plan, const ModelConfig& shape, int vocabulary,
                     const SubsetSampling& settings) {
    const auto context = static_cast<std::size_t>(shape.context);
    double texts = 1.0;
    double steps = tokens_passed(0, plan.beginning.size(), context);
    for (std::size_t level = 0; level < plan.levels.size(); ++level) {
        const std::size_t from = plan.length_before(level);
        const std::size_t sight =
            std::min(plan.levels[level].run.size(), static_cast<std::size_t>(settings.look_ahead));
        steps += texts * vocabulary * tokens_passed(from, from + sight, context);
        texts = std::min(texts * vocabulary, static_cast<double>(settings.draws));
        const bool summed =
            level + 1 == plan.levels.size() && sight == plan.levels[level].run.size();
        if (!summed) steps += texts * tokens_passed(from, from + plan.read_at(level), context);
    }
    return steps;
}

SampledSubset sample_subset(const LanguageModel& model, const SubsetPlan& plan,
                            const SubsetSampling& settings, const SubsetProgress& on_progress,
                            std::stop_token stop) {
    return SubsetSampler(model, plan, settings).run(on_progress, stop);
}

}  // namespace marginscope
