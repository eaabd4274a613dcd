// What a training step costs, ours and with the barrier, over the same step in plain LibTorch.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>

#include "bench/contest.h"
#include "bench/figures.h"
#include "bench/training_rivals.h"
#include "core/error.h"
#include "core/run/run_config.h"
#include "core/statistics.h"
#include "nn/model/cuda_graph.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr const char* kPlain = "the plain LibTorch step";
constexpr const char* kUnrecorded = "the same step, its model's pass not recorded";

/// What of a step is estimated.
struct Share {
    double fraction = 1.0;
    BarrierSampling sample = BarrierSampling::sequences;

    std::string text() const {
        if (fraction >= 1.0) return "all sequences";
        const std::string one_in = std::to_string(std::lround(1.0 / fraction));
        return sample == BarrierSampling::sequences
                   ? "one sequence in " + one_in + " on average"
                   : "one position in " + one_in + " of every sequence";
    }
};

/// What every contest needs.
struct Training {
    const Corpus& corpus;
    const BenchSettings& settings;
    DeviceChoice device;
};

/// Steps that are timed together; the first one is the plain step, the second one large product.
class StepContest {
public:
    StepContest(const TrainingShape& shape, const Training& training)
        : shape_(shape),
          corpus_(training.corpus),
          settings_(training.settings),
          config_(training_config(shape, settings_.threads, training.device)) {
        contenders_.push_back(plain_step(config_, corpus_));
        contenders_.push_back(gemm(training.device));
    }

    std::size_t add(Contender contender) {
        contenders_.push_back(std::move(contender));
        return contenders_.size() - 1;
    }
    /// The product's step with the barrier at `site`.
    std::size_t add_barrier(BarrierSite site, const Share& share = {}) {
        RunConfig config = config_;
        config.barrier.site = site;
        config.barrier.fraction = share.fraction;
        config.barrier.sample = share.sample;
        Contender contender = trainer_step(config, corpus_);
        contender.name = site == BarrierSite::heads ? "all heads, " : "";
        contender.name += share.text();
        // Steps that carry the barrier must come in every turn, wherever there is time at all.
        if (share.fraction * config.train.batch < 1.0 && turns_for(settings_) > 1)
            contender.least_calls = 4;
        return add(std::move(contender));
    }
    /// The product's bare step in bfloat16, where the processor has it.
    std::optional<std::size_t> add_bfloat16() {
        if (!has_bfloat16(choose_device(config_.train.device))) return std::nullopt;
        RunConfig config = config_;
        config.train.precision = Precision::bfloat16;
        return add(bare_step(config, corpus_));
    }
    /// The product's bare step of a model whose head is its embeddings.
    std::size_t add_tied() {
        RunConfig config = config_;
        config.model.tied = true;
        return add(bare_step(config, corpus_));
    }
    /// The product's step with its exact barrier, the model's pass replayed from a recording.
    std::size_t add_recorded() {
        RunConfig config = config_;
        config.train.cuda_graph = true;
        return add(trainer_step(config, corpus_));
    }
    const RunConfig& config() const { return config_; }
    const Corpus& corpus() const { return corpus_; }

    void hold() { timings_ = hold_contest(contenders_, settings_, "steps, " + shape_.text()); }

    BenchFigure speed(const std::string& name, const std::string& goal, std::size_t which,
                      const std::string& what = "no stage, no barrier") const {
        char note[240];
        std::snprintf(note, sizeof note, "%.0f tokens/s over %.0f; %s; %s", tokens_per_s(which),
                      tokens_per_s(0), shape_.text().c_str(), what.c_str());
        return {name, timings_.ratio(0, which), "times", goal, kPlain, note};
    }
    /// How often `which` steps while `rival` steps once.
    BenchFigure speed_over(const std::string& name, std::size_t which, std::size_t rival,
                           const std::string& rival_text, const std::string& goal = "") const {
        char note[240];
        std::snprintf(note, sizeof note, "%.2f ms over %.2f ms a step; %s; all sequences",
                      1000 / timings_.rate(which), 1000 / timings_.rate(rival),
                      shape_.text().c_str());
        return {name, timings_.ratio(rival, which), "times", goal, rival_text, note};
    }
    BenchFigure bfloat16_speed(const std::string& name, std::optional<std::size_t> which) const {
        if (!which)
            return {name,     std::nan(""), "times",
                    ">= 1.6", kPlain,       "this processor has no AVX512_BF16"};
        return speed(name, ">= 1.6", *which,
                     "no stage, no barrier; products of bfloat16, the plain step in float32");
    }

    /// `flops`: what the barrier has to compute, for the floor; 0: none is told.
    BenchFigure cost(const std::string& name, const std::string& goal, std::size_t which,
                     double flops = 0.0) const {
        return cost_of(name, goal, which, timings_.ratio(which, 0),
                       {1 / timings_.rate(which), 1 / timings_.rate(0)}, flops);
    }
    /// Where steps differ by the sequences drawn.
    BenchFigure mean_cost(const std::string& name, const std::string& goal,
                          std::size_t which) const {
        return cost_of(name, goal, which, timings_.mean_ratio(which, 0),
                       {mean(timings_.secs[which]), mean(timings_.secs[0])}, 0.0);
    }

private:
    struct StepSecs {
        double ours, plain;
    };
    BenchFigure cost_of(const std::string& name, const std::string& goal, std::size_t which,
                        double ratio, StepSecs secs, double flops) const {
        char note[360];
        std::snprintf(note, sizeof note, "%.1f ms over %.1f ms a step; %s; %s", 1000 * secs.ours,
                      1000 * secs.plain, shape_.text().c_str(), contenders_[which].name.c_str());
        BenchFigure figure{name, ratio, "times", goal, kPlain, note};
        if (flops > 0.0) {
            const double rate = gemm_flops() * timings_.rate(1);
            std::snprintf(note, sizeof note,
                          "; floor %.2f: its %.2f GFLOP at %.0f GFLOP/s on top of the plain step",
                          1.0 + flops / rate / secs.plain, flops / 1e9, rate / 1e9);
            figure.note += note;
        }
        return figure;
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

double heads_flops(RunConfig config) {
    config.barrier.site = BarrierSite::heads;
    return barrier_flops(config);
}

void measure_t64(const Training& training, std::vector<BenchFigure>& out) {
    StepContest contest({}, training);
    const auto bare = contest.add(bare_step(contest.config(), contest.corpus()));
    const auto rough = contest.add_bfloat16();
    const auto tied = contest.add_tied();
    const auto exact = contest.add_barrier(BarrierSite::embeddings);
    const auto naive = contest.add(naive_step(contest.config(), contest.corpus()));
    contest.hold();
    out.push_back(contest.speed("train_tokens_per_s", ">= 1.15", bare));
    out.push_back(contest.bfloat16_speed("train_tokens_per_s_bf16", rough));
    // The same products; only the head's weights are updated besides.
    out.push_back(contest.speed_over("train_own_head", bare, tied,
                                     "the bare step with the head tied", ">= 0.97"));
    out.push_back(contest.cost("barrier_embeddings_exact", "<= 1.15", exact,
                               barrier_flops(contest.config())));
    out.push_back(contest.cost("barrier_naive", "", naive));
}

void measure_t128(const Training& training, std::vector<BenchFigure>& out) {
    StepContest contest({.context = 128, .batch = 16}, training);
    const auto bare = contest.add(bare_step(contest.config(), contest.corpus()));
    const auto rough = contest.add_bfloat16();
    const auto exact = contest.add_barrier(BarrierSite::embeddings);
    const auto sampled = contest.add_barrier(BarrierSite::embeddings, {1.0 / 8});
    const auto positions =
        contest.add_barrier(BarrierSite::embeddings, {1.0 / 8, BarrierSampling::positions});
    const auto heads = contest.add_barrier(BarrierSite::heads);
    const auto heads_sampled = contest.add_barrier(BarrierSite::heads, {1.0 / 8});
    const auto heads_positions =
        contest.add_barrier(BarrierSite::heads, {1.0 / 8, BarrierSampling::positions});
    contest.hold();
    out.push_back(contest.speed("train_tokens_per_s_t128", ">= 1.10", bare));
    out.push_back(contest.bfloat16_speed("train_tokens_per_s_t128_bf16", rough));
    out.push_back(contest.cost("barrier_embeddings_exact_t128", "<= 1.45", exact,
                               barrier_flops(contest.config())));
    out.push_back(contest.mean_cost("barrier_embeddings_sampled_t128", "<= 1.10", sampled));
    out.push_back(contest.cost("barrier_embeddings_positions_t128", "", positions));
    out.push_back(
        contest.cost("barrier_heads_exact_t128", "<= 2.5", heads, heads_flops(contest.config())));
    out.push_back(contest.mean_cost("barrier_heads_sampled_t128", "<= 1.15", heads_sampled));
    out.push_back(contest.cost("barrier_heads_positions_t128", "", heads_positions));
}

void measure_t256(const Training& training, std::vector<BenchFigure>& out) {
    StepContest contest({.context = 256, .batch = 8}, training);
    const auto sampled = contest.add_barrier(BarrierSite::embeddings, {1.0 / 32});
    contest.hold();
    out.push_back(contest.mean_cost("barrier_embeddings_sampled_t256", "<= 1.10", sampled));
}

void measure_all(const Training& training, std::vector<BenchFigure>& out) {
    check_training_rivals(training.corpus, training.settings.threads, training.device);
    for (const auto measure : {measure_t64, measure_t128, measure_t256})
        if (!training.settings.stop.stop_requested()) measure(training, out);
}

void measure_recorded(const Training& training, std::vector<BenchFigure>& out) {
    const auto nothing = [&](const std::string& reason) {
        out.push_back({"cuda_graph_step", std::nan(""), "times", "", kUnrecorded, reason});
    };
    if (!can_record_on_gpu()) return nothing("built without CUDA's headers");
    StepContest contest({}, training);
    const auto exact = contest.add_barrier(BarrierSite::embeddings);
    const auto recorded = contest.add_recorded();
    try {
        contest.hold();
    } catch (const UserError& error) {
        return nothing(error.what());
    }
    out.push_back(contest.speed_over("cuda_graph_step", recorded, exact, kUnrecorded));
}

}  // namespace

std::vector<BenchFigure> training_figures(const BenchSettings& settings) {
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        const Corpus corpus = built_in_corpus();
        measure_all({corpus, settings, DeviceChoice::cpu}, out);
    });
    return out;
}

std::vector<BenchFigure> gpu_figures(const BenchSettings& settings) {
    if (!load_cuda())
        return {{"gpu_cuda_graph_step", std::nan(""), "times", "", kUnrecorded,
                 "no usable CUDA device, so nothing of a GPU is measured"}};
    std::vector<BenchFigure> out;
    with_torch_errors([&] {
        const Corpus corpus = built_in_corpus();
        const Training training{corpus, settings, DeviceChoice::cuda};
        measure_all(training, out);
        if (!settings.stop.stop_requested()) measure_recorded(training, out);
    });
    for (BenchFigure& figure : out) {
        figure.name = "gpu_" + figure.name;
        figure.goal.clear();  // those of the table are a processor's
    }
    return out;
}

std::vector<BenchFigure> precision_figures(const BenchSettings& settings) {
    const std::string name = "bf16_final_loss";
    const std::string rival = "the same training in float32";
    if (!has_bfloat16(at::kCPU))
        return {{name, std::nan(""), "%", "<= 1", rival, "this processor has no AVX512_BF16"}};
    const int steps = std::max(20, static_cast<int>(200 * settings.secs));
    double rough = 0.0, exact = 0.0;
    with_torch_errors([&] {
        const Corpus corpus = built_in_corpus();
        RunConfig config = training_config({}, settings.threads);
        config.train.steps = steps;
        exact = loss_after(config, corpus, steps);
        config.train.precision = Precision::bfloat16;
        rough = loss_after(config, corpus, steps);
    });
    char note[200];
    std::snprintf(note, sizeof note,
                  "validation loss %.4f over %.4f nats after %d steps of the default run, lambda "
                  "0.02, the cosine ending there",
                  rough, exact, steps);
    return {{name, 100.0 * std::abs(rough / exact - 1.0), "%", "<= 1", rival, note}};
}

}  // namespace marginscope
