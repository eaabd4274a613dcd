// Passes of every member over batches of windows, averaged position by position.
#include "nn/posterior/predictive.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/error.h"
#include "core/probability/mean_law.h"
#include "nn/measure/noise.h"
#include "nn/measure/token_windows.h"
#include "nn/model/device.h"
#include "nn/model/ensemble.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr std::size_t kBatch = 16;  // windows in one pass

/// The part of the text that counts, in the ids of one vocabulary.
struct CutText {
    TokenIds ids;
    std::size_t begin = 0;
    std::vector<TokenWindow> windows;

    TokenView view() const { return {ids, begin, ids.size() - begin}; }
};

CutText cut(const PredictiveRequest& request, const Model& model) {
    CutText text{model.tokenizer().encode_narrow(request.text), 0, {}};
    text.begin = request.whole_text ? 0 : text.ids.size() * 9 / 10;
    const auto context = static_cast<std::size_t>(model.config.model.context);
    text.windows = prediction_windows(text.view().size(), context, request.max_windows);
    if (text.windows.empty())
        throw UserError("The " +
                        std::string(request.whole_text ? "text" : "last tenth of the text") +
                        " is shorter than the " + std::to_string(context + 1) +
                        " characters of one window: take a longer text" +
                        (request.whole_text ? "." : ", or the whole of it with --whole."));
    return text;
}

/// Adds up what positions say, window by window.
class Judge {
public:
    explicit Judge(Predictive& found) : found_(found) {}

    /// laws[k][v] of this position's token; `came`: which it was.
    void add(std::span<const std::vector<double>> laws, int came) {
        const MeanLaw law = mean_law(laws);
        const auto at = static_cast<std::size_t>(came);
        ce_ -= law.logprob[at];
        for (const std::vector<double>& one : laws)
            found_.members_ce -= one[at] / static_cast<double>(laws.size());
        double squares = 0.0;
        std::size_t top = 0;
        for (std::size_t v = 0; v < law.logprob.size(); ++v) {
            const double p = std::exp(law.logprob[v]);
            squares += (p - (v == at ? 1.0 : 0.0)) * (p - (v == at ? 1.0 : 0.0));
            if (law.logprob[v] > law.logprob[top]) top = v;
        }
        brier_ += squares;
        judged_.push_back({std::exp(law.logprob[top]), top == at});
        found_.entropy += law.entropy;
        found_.expected_entropy += law.expected_entropy;
        found_.mutual_information += law.mutual_information();
        ++positions_;
    }

    void end_window() {
        const auto count = static_cast<double>(positions_);
        found_.window_ce.push_back(ce_ / count);
        found_.window_brier.push_back(brier_ / count);
        ce_ = brier_ = 0.0;
        positions_ = 0;
    }

    void finish(std::uint64_t seed) {
        const auto count = static_cast<double>(judged_.size());
        for (double* sum : {&found_.members_ce, &found_.entropy, &found_.expected_entropy,
                            &found_.mutual_information})
            *sum /= count;
        for (const Judged& one : judged_) found_.accuracy += one.right ? 1.0 / count : 0.0;
        found_.calibration = calibration_of(judged_);
        found_.ce = bootstrap_mean(found_.window_ce, seed);
        found_.brier = bootstrap_mean(found_.window_brier, seed);
    }

private:
    Predictive& found_;
    std::vector<Judged> judged_;
    double ce_ = 0.0, brier_ = 0.0;
    std::size_t positions_ = 0;
};

/// One predictor at work on one text.
struct Work {
    const PredictiveRequest& request;
    const Predictor& predictor;
    const CutText& text;
    const Ensemble& ensemble;
    std::vector<double> sigmas;  // of each member's noise, absolute

    /// float64 log-probabilities (B, T, V) of each member and draw.
    std::vector<at::Tensor> laws(std::span<const TokenWindow> windows) const;
    void judge(std::span<const TokenWindow> windows, Judge& judge) const;
};

std::vector<at::Tensor> Work::laws(std::span<const TokenWindow> windows) const {
    const auto context = static_cast<std::size_t>(ensemble.context());
    const at::Tensor ids = window_ids(text.view(), windows, context);
    std::vector<std::uint64_t> numbers;
    for (const TokenWindow& window : windows) numbers.push_back(window.number);
    std::vector<at::Tensor> all;
    for (std::size_t k = 0; k < ensemble.members.size(); ++k) {
        const Model& member = ensemble.members[k];
        const double sigma = sigmas[k];
        const at::Tensor clean = member.gpt.embed(ids);
        for (int draw = 0; draw < (sigma > 0.0 ? predictor.draws : 1); ++draw) {
            at::Tensor u = clean;
            if (sigma > 0.0) {
                NoiseKey key;
                key.seed = request.seed;
                key.draw = static_cast<std::uint64_t>(draw);
                NoiseDraws draws(key, numbers);
                u = draws.added(clean, -1, sigma);
            }
            all.push_back(at::log_softmax(member.gpt.logits_from_embeddings(u).to(at::kDouble), -1)
                              .contiguous());
        }
    }
    return all;
}

void Work::judge(std::span<const TokenWindow> windows, Judge& judge) const {
    const std::vector<at::Tensor> all = laws(windows);
    const std::int64_t time = all.front().size(1), size = all.front().size(2);
    std::vector<std::vector<double>> at_position(all.size());
    for (std::size_t w = 0; w < windows.size(); ++w) {
        for (std::int64_t t = 0; t < time; ++t) {
            const std::int64_t row = (static_cast<std::int64_t>(w) * time + t) * size;
            for (std::size_t k = 0; k < all.size(); ++k) {
                const double* values = all[k].const_data_ptr<double>() + row;
                at_position[k].assign(values, values + size);
            }
            judge.add(at_position, text.view()[windows[w].begin + static_cast<std::size_t>(t) + 1]);
        }
        judge.end_window();
    }
}

std::vector<double> sigmas_of(const Predictor& predictor, const CutText& text,
                              const Ensemble& ensemble) {
    std::vector<int> inputs;
    if (predictor.sigma > 0.0)
        for (const TokenWindow& window : text.windows)
            for (std::size_t t = 0; t + 1 < window.length; ++t)
                inputs.push_back(text.view()[window.begin + t]);
    std::vector<double> sigmas;
    for (const Model& member : ensemble.members)
        sigmas.push_back(
            inputs.empty() ? 0.0 : predictor.sigma * token_embedding_rms(member.gpt, inputs));
    return sigmas;
}

/// Nothing: stopped.
std::optional<Predictive> evaluated(const Work& work, const std::function<void()>& one_more,
                                    const std::stop_token& stop) {
    Predictive found;
    found.name = work.predictor.name;
    found.models = work.ensemble.files;
    found.passes =
        work.ensemble.members.size() *
        (work.predictor.sigma > 0.0 ? static_cast<std::size_t>(work.predictor.draws) : 1);
    Judge judge(found);
    const std::span<const TokenWindow> windows = work.text.windows;
    for (std::size_t first = 0; first < windows.size(); first += kBatch) {
        if (stop.stop_requested()) return std::nullopt;
        work.judge(windows.subspan(first, std::min(kBatch, windows.size() - first)), judge);
        one_more();
    }
    judge.finish(work.request.seed);
    return found;
}

Interval difference(const std::vector<double>& of, const std::vector<double>& from,
                    std::uint64_t seed) {
    std::vector<double> apart;
    for (std::size_t k = 0; k < of.size(); ++k) apart.push_back(of[k] - from[k]);
    return bootstrap_mean(apart, seed);
}

PredictiveReport report_of(const PredictiveRequest& request,
                           const std::function<void(std::size_t, std::size_t)>& progress,
                           const std::stop_token& stop) {
    set_compute_threads(request.threads);
    const at::NoGradGuard no_grad;
    PredictiveReport report;
    std::optional<CutText> text;
    std::vector<std::string> symbols;
    std::size_t done = 0;
    for (const Predictor& predictor : request.predictors) {
        const Ensemble ensemble = load_ensemble(predictor.models);
        if (!text) {
            text = cut(request, ensemble.first());
            symbols = ensemble.first().vocabulary.symbols();
            report.windows = text->windows.size();
            report.positions = report.windows * static_cast<std::size_t>(ensemble.context());
            for (std::size_t i = 0; i < text->view().size(); ++i)
                report.unknown += text->view()[i] == ensemble.first().tokenizer().unknown_id();
        } else if (symbols != ensemble.first().vocabulary.symbols() ||
                   text->windows.front().length !=
                       static_cast<std::size_t>(ensemble.context()) + 1) {
            throw UserError("Predictors that are compared need one vocabulary and one context; " +
                            predictor.name + " has others than " + request.predictors.front().name +
                            ".");
        }
        const std::size_t batches = (text->windows.size() + kBatch - 1) / kBatch;
        auto found = evaluated(
            {request, predictor, *text, ensemble, sigmas_of(predictor, *text, ensemble)},
            [&] {
                ++done;
                if (progress) progress(done, batches * request.predictors.size());
            },
            stop);
        if (!found) {
            report.stopped = true;
            break;
        }
        report.predictors.push_back(std::move(*found));
        Predictive& last = report.predictors.back();
        const Predictive& first = report.predictors.front();
        last.ce_difference = difference(last.window_ce, first.window_ce, request.seed);
        last.brier_difference = difference(last.window_brier, first.window_brier, request.seed);
    }
    return report;
}

}  // namespace

PredictiveReport evaluate_predictors(const PredictiveRequest& request,
                                     const std::function<void(std::size_t, std::size_t)>& progress,
                                     std::stop_token stop) {
    for (const Predictor& predictor : request.predictors)
        if (!(predictor.sigma >= 0.0) || !std::isfinite(predictor.sigma) || predictor.draws < 1)
            throw UserError("Noise needs a standard deviation of 0 or more and at least one draw.",
                            2);
    PredictiveReport report;
    with_torch_errors([&] { report = report_of(request, progress, stop); });
    return report;
}

}  // namespace marginscope
