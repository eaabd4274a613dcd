// What a training step costs, ours and with the barrier, over the same step in plain LibTorch.
#include <cmath>
#include <cstdio>
#include <string>

#include "bench/contest.h"
#include "bench/figures.h"
#include "bench/training_rivals.h"
#include "core/run_config.h"
#include "core/statistics.h"
#include "nn/torch_errors.h"

namespace marginscope {
namespace {

constexpr const char* kPlain = "the plain LibTorch step";

/// Steps that are timed together; the first one is the plain step.
class StepContest {
public:
    StepContest(const TrainingShape& shape, const Corpus& corpus, const BenchSettings& settings)
        : shape_(shape),
          corpus_(corpus),
          settings_(settings),
          config_(training_config(shape, settings.threads)) {
        contenders_.push_back(plain_step(config_, corpus));
    }

    std::size_t add(Contender contender) {
        contenders_.push_back(std::move(contender));
        return contenders_.size() - 1;
    }
    /// The product's step with the barrier at `site`; on a share of the sequences below 1.
    std::size_t add_barrier(BarrierSite site, double fraction) {
        RunConfig config = config_;
        config.barrier.site = site;
        config.barrier.fraction = fraction;
        Contender contender = trainer_step(config, corpus_);
        contender.name = site == BarrierSite::heads ? "all heads, " : "";
        contender.name +=
            fraction < 1.0
                ? "one sequence in " + std::to_string(std::lround(1.0 / fraction)) + " on average"
                : "all sequences";
        // Steps that carry the barrier must come in every turn, wherever there is time at all.
        if (fraction * config.train.batch < 1.0 && turns_for(settings_) > 1)
            contender.least_calls = 4;
        return add(std::move(contender));
    }
    const RunConfig& config() const { return config_; }

    void hold() { timings_ = hold_contest(contenders_, settings_, "steps, " + shape_.text()); }

    BenchFigure speed(const std::string& name, const std::string& goal, std::size_t which) const {
        char note[200];
        std::snprintf(note, sizeof note, "%.0f tokens/s over %.0f; %s; no stage, no barrier",
                      tokens_per_s(which), tokens_per_s(0), shape_.text().c_str());
        return {name, timings_.ratio(0, which), "times", goal, kPlain, note};
    }

    BenchFigure cost(const std::string& name, const std::string& goal, std::size_t which) const {
        return cost_of(name, goal, which, timings_.ratio(which, 0),
                       {1 / timings_.rate(which), 1 / timings_.rate(0)});
    }
    /// Where steps differ by the sequences drawn.
    BenchFigure mean_cost(const std::string& name, const std::string& goal,
                          std::size_t which) const {
        return cost_of(name, goal, which, timings_.mean_ratio(which, 0),
                       {mean(timings_.secs[which]), mean(timings_.secs[0])});
    }

private:
    struct StepSecs {
        double ours, plain;
    };
    BenchFigure cost_of(const std::string& name, const std::string& goal, std::size_t which,
                        double ratio, StepSecs secs) const {
        char note[240];
        std::snprintf(note, sizeof note, "%.1f ms over %.1f ms a step; %s; %s", 1000 * secs.ours,
                      1000 * secs.plain, shape_.text().c_str(), contenders_[which].name.c_str());
        return {name, ratio, "times", goal, kPlain, note};
    }

    double tokens_per_s(std::size_t which) const {
        return timings_.rate(which) * static_cast<double>(shape_.tokens());
    }

    TrainingShape shape_;
    const Corpus& corpus_;
    BenchSettings settings_;
    RunConfig config_;
    std::vector<Contender> contenders_;
    Timings timings_;
};

void measure_t64(const Corpus& corpus, const BenchSettings& settings,
                 std::vector<BenchFigure>& out) {
    StepContest contest({}, corpus, settings);
    const auto bare = contest.add(bare_step(contest.config(), corpus));
    const auto exact = contest.add_barrier(BarrierSite::embeddings, 1.0);
    const auto naive = contest.add(naive_step(contest.config(), corpus));
    contest.hold();
    out.push_back(contest.speed("train_tokens_per_s", ">= 1.15", bare));
    out.push_back(contest.cost("barrier_embeddings_exact", "<= 1.15", exact));
    out.push_back(contest.cost("barrier_naive", "", naive));
}

void measure_t128(const Corpus& corpus, const BenchSettings& settings,
                  std::vector<BenchFigure>& out) {
    StepContest contest({.context = 128, .batch = 16}, corpus, settings);
    const auto bare = contest.add(bare_step(contest.config(), corpus));
    const auto exact = contest.add_barrier(BarrierSite::embeddings, 1.0);
    const auto sampled = contest.add_barrier(BarrierSite::embeddings, 1.0 / 8);
    const auto heads = contest.add_barrier(BarrierSite::heads, 1.0);
    const auto heads_sampled = contest.add_barrier(BarrierSite::heads, 1.0 / 8);
    contest.hold();
    out.push_back(contest.speed("train_tokens_per_s_t128", ">= 1.10", bare));
    out.push_back(contest.cost("barrier_embeddings_exact_t128", "<= 1.45", exact));
    out.push_back(contest.mean_cost("barrier_embeddings_sampled_t128", "<= 1.10", sampled));
    out.push_back(contest.cost("barrier_heads_exact_t128", "<= 2.5", heads));
    out.push_back(contest.mean_cost("barrier_heads_sampled_t128", "<= 1.15", heads_sampled));
}

void measure_t256(const Corpus& corpus, const BenchSettings& settings,
                  std::vector<BenchFigure>& out) {
    StepContest contest({.context = 256, .batch = 8}, corpus, settings);
    const auto sampled = contest.add_barrier(BarrierSite::embeddings, 1.0 / 32);
    contest.hold();
    out.push_back(contest.mean_cost("barrier_embeddings_sampled_t256", "<= 1.10", sampled));
}

}  // namespace

std::vector<BenchFigure> training_figures(const BenchSettings& settings) {
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        const Corpus corpus = built_in_corpus();
        check_training_rivals(corpus, settings.threads);
        measure_t64(corpus, settings, out);
        if (!settings.stop.stop_requested()) measure_t128(corpus, settings, out);
        if (!settings.stop.stop_requested()) measure_t256(corpus, settings, out);
    });
    return out;
}

}  // namespace marginscope
