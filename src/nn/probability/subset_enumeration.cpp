// The tree of what is free, walked depth first.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "core/probability/log_space.h"
#include "core/probability/log_sum.h"
#include "nn/probability/subset_law.h"
#include "nn/probability/subset_tree.h"

namespace marginscope {
namespace {

/// Fixed tokens that are read before it is asked again what may be dropped; then twice as many.
constexpr std::size_t kFirstPiece = 2;

/// Texts of one level: what they are so far, as numbers.
struct Beginnings {
    std::vector<double> logprob;
    std::vector<std::uint64_t> key;  // the asked ones among their tokens, as digits to the base V
};

class Enumeration {
public:
    Enumeration(const LanguageModel& model, const SubsetPlan& plan,
                const EnumerationSettings& settings, const SubsetProgress& on_progress,
                std::stop_token stop)
        : model_(model),
          plan_(plan),
          settings_(settings),
          on_progress_(on_progress),
          stop_(std::move(stop)),
          work_(enumeration_work(plan, model.shape(), model.vocabulary())),
          table_(static_cast<std::size_t>(work_.table)) {
        assert(work_.table <= kLargestTable);
    }

    void run() {
        const SubsetStep first = read_beginning(model_, plan_.beginning, plan_.conditioned);
        count(0, plan_.beginning.size(), 1);
        descend(first.texts, {first.run_logprob, {0}}, 0);
    }

    const std::vector<LogSum>& table() const { return table_; }
    double left_out() const { return left_out_.log(); }
    double token_steps() const { return done_; }
    bool stopped() const { return stopped_; }

private:
    void descend(const SequenceBatch& texts, const Beginnings& above, std::size_t level);
    void read(const SequenceBatch& parents, Beginnings children,
              const std::vector<SubsetChild>& which, std::size_t level);
    bool keep_likely(SequenceBatch& texts, Beginnings& children);
    void count(std::size_t from, std::size_t to, std::size_t texts);
    std::uint64_t weight_of(std::size_t asked) const;

    const LanguageModel& model_;
    const SubsetPlan& plan_;
    const EnumerationSettings& settings_;
    const SubsetProgress& on_progress_;
    std::stop_token stop_;
    SubsetWork work_;
    std::vector<LogSum> table_;
    LogSum left_out_;
    double done_ = 0.0;
    bool stopped_ = false;
};

void Enumeration::count(std::size_t from, std::size_t to, std::size_t texts) {
    const auto context = static_cast<std::size_t>(model_.shape().context);
    done_ += tokens_passed(from, to, context) * static_cast<double>(texts);
    if (on_progress_) on_progress_(done_, work_.token_steps);
}

/// The worth of the digit of an asked position: the first asked is the leading one.
std::uint64_t Enumeration::weight_of(std::size_t asked) const {
    std::size_t count = 0;
    for (const SubsetLevel& level : plan_.levels) count += level.asked ? 1 : 0;
    std::uint64_t weight = 1;
    for (std::size_t k = asked + 1; k < count; ++k)
        weight *= static_cast<std::uint64_t>(model_.vocabulary());
    return weight;
}

// Every text of the level with every token after it.
void Enumeration::descend(const SequenceBatch& texts, const Beginnings& above, std::size_t level) {
    const SubsetLevel& here = plan_.levels[level];
    const auto vocabulary = static_cast<std::size_t>(model_.vocabulary());
    const std::vector<double> next = next_logprobs(texts);
    const std::uint64_t weight = here.asked ? weight_of(*here.asked) : 0;
    const bool read_on = plan_.read_at(level) > 0;
    const std::size_t at_once =
        read_on ? children_at_once(model_, plan_.length_before(level) + plan_.read_at(level),
                                   settings_.texts_at_once)
                : 0;
    Beginnings children;
    std::vector<SubsetChild> which;
    const auto flush = [&] {
        if (!which.empty()) read(texts, std::move(children), which, level);
        children = {};
        which.clear();
    };
    for (std::size_t k = 0; k < next.size(); ++k) {
        const std::size_t parent = k / vocabulary, token = k % vocabulary;
        const double logprob = above.logprob[parent] + next[k];
        const std::uint64_t key = above.key[parent] + weight * token;
        if (logprob < settings_.drop_below || stop_.stop_requested()) {
            stopped_ = stopped_ || stop_.stop_requested();
            left_out_.add(logprob);
        } else if (!read_on) {
            table_[key].add(logprob);
        } else {
            children.logprob.push_back(logprob);
            children.key.push_back(key);
            which.push_back({static_cast<std::int64_t>(parent), static_cast<int>(token)});
            if (which.size() == at_once) flush();
        }
    }
    flush();
}

// The run is read in growing pieces where something may be dropped: what the first characters rule
// out need not be read to the end.
void Enumeration::read(const SequenceBatch& parents, Beginnings children,
                       const std::vector<SubsetChild>& which, std::size_t level) {
    const bool last = level + 1 == plan_.levels.size();
    const bool pieces = settings_.drop_below > -std::numeric_limits<double>::infinity();
    std::span<const int> rest = plan_.levels[level].run;
    std::size_t size = std::min(rest.size(), pieces ? kFirstPiece : rest.size());
    const std::size_t begin = plan_.length_before(level);
    std::size_t length = begin;
    SubsetStep step = read_children(parents, which, rest.first(size), size < rest.size() || !last);
    while (true) {
        const bool ends = size == rest.size();
        const std::size_t read = length + size + (length == begin ? 1 : 0);
        count(length, read - (ends && last ? 1 : 0), step.texts.size());
        for (std::size_t k = 0; k < step.run_logprob.size(); ++k)
            children.logprob[k] += step.run_logprob[k];
        if (ends) break;
        rest = rest.subspan(size);
        length = read;
        size = std::min(rest.size(), 2 * size);
        if (!keep_likely(step.texts, children)) return;
        step.run_logprob = read_on(step.texts, rest.first(size), size < rest.size() || !last);
    }
    if (!last) {
        descend(step.texts, children, level + 1);
        return;
    }
    for (std::size_t k = 0; k < children.key.size(); ++k)
        table_[children.key[k]].add(children.logprob[k]);
}

/// Drops what has become too unlikely; false where nothing is left.
bool Enumeration::keep_likely(SequenceBatch& texts, Beginnings& children) {
    std::vector<std::int64_t> kept;
    Beginnings likely;
    for (std::size_t k = 0; k < children.key.size(); ++k) {
        if (children.logprob[k] < settings_.drop_below) {
            left_out_.add(children.logprob[k]);
            continue;
        }
        kept.push_back(static_cast<std::int64_t>(k));
        likely.logprob.push_back(children.logprob[k]);
        likely.key.push_back(children.key[k]);
    }
    if (kept.empty()) return false;
    if (kept.size() < children.key.size()) texts.select(kept);
    children = std::move(likely);
    return true;
}

void fill_law(SubsetLaw& out, const std::vector<double>& logs, std::size_t asked,
              std::size_t vocabulary) {
    const double all = log_sum_exp(logs);
    std::vector<std::size_t> order(logs.size());
    std::iota(order.begin(), order.end(), 0);
    std::erase_if(order, [&](std::size_t k) { return !(std::exp(logs[k] - all) > 0.0); });
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return logs[a] > logs[b]; });
    out.marginals.assign(asked, std::vector<SubsetProbability>(vocabulary));
    out.law.reserve(order.size());
    for (const std::size_t key : order) {
        SubsetText text{std::vector<int>(asked), logs[key] - all, 0.0};
        std::size_t rest = key;
        for (std::size_t k = asked; k-- > 0; rest /= vocabulary) {
            text.tokens[k] = static_cast<int>(rest % vocabulary);
            out.marginals[k][rest % vocabulary].prob += std::exp(text.logprob);
        }
        out.law.push_back(std::move(text));
    }
}

}  // namespace

SubsetLaw enumerate_subset(const LanguageModel& model, const SubsetPlan& plan,
                           const EnumerationSettings& settings, const SubsetProgress& on_progress,
                           std::stop_token stop) {
    Enumeration enumeration(model, plan, settings, on_progress, std::move(stop));
    enumeration.run();
    std::vector<double> logs;
    for (const LogSum& sum : enumeration.table()) logs.push_back(sum.log());
    std::size_t asked = 0;
    for (const SubsetLevel& level : plan.levels) asked += level.asked ? 1 : 0;
    SubsetLaw out;
    fill_law(out, logs, asked, static_cast<std::size_t>(model.vocabulary()));
    out.evidence = log_sum_exp(logs);
    // All that was left out might be one text's, or none of it exist.
    out.bound = normalised(std::vector{out.evidence, enumeration.left_out()})[1];
    if (out.law.empty()) out.bound = 1.0;
    out.token_steps = enumeration.token_steps();
    out.stopped = enumeration.stopped();
    return out;
}

}  // namespace marginscope
