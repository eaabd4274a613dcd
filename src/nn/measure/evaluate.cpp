// Noise curves: clean and noisy passes over the same windows with the same draws.
#include "nn/measure/evaluate.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/statistics.h"
#include "nn/measure/noise.h"
#include "nn/measure/token_windows.h"
#include "nn/model/checkpoint.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr std::size_t kBatch = 32;  // windows in one pass

struct Losses {
    at::Tensor ce;      // (B) float64, mean over positions
    at::Tensor argmax;  // (B, T)
};

// Sums over draws, one entry per window.
struct Sums {
    std::vector<double> ce;
    std::vector<double> flips;
};

Losses losses_of(const LanguageModel& model, const at::Tensor& u, const at::Tensor& targets,
                 const ForwardOptions& options) {
    const at::Tensor logits = model.logits_from_embeddings(u, options);  // (B, T, V)
    const at::Tensor logprob = at::log_softmax(logits, -1);
    const at::Tensor of_target = logprob.gather(-1, targets.unsqueeze(-1)).squeeze(-1);
    return {of_target.to(at::kDouble).mean(1).neg().to(at::kCPU).contiguous(), logits.argmax(-1)};
}

class CurveRun {
public:
    CurveRun(const LanguageModel& model, const TokenView& ids, std::vector<TokenWindow> windows,
             const NoiseRequest& request, double unit)
        : model_(model), ids_(ids), windows_(std::move(windows)), request_(request), unit_(unit) {
        sums_.resize(request.sigmas.size());
        for (Sums& sums : sums_) {
            sums.ce.assign(windows_.size(), 0.0);
            sums.flips.assign(windows_.size(), 0.0);
        }
    }

    std::size_t batches() const { return (windows_.size() + kBatch - 1) / kBatch; }
    std::size_t windows() const { return windows_.size(); }

    // All sigmas and draws of one batch of windows.
    void run_batch(std::size_t batch) {
        const std::size_t first = batch * kBatch;
        const std::size_t count = std::min(kBatch, windows_.size() - first);
        const std::span<const TokenWindow> of_batch(windows_.data() + first, count);
        const std::size_t context = windows_.front().length - 1;
        const at::Tensor u = model_.embed(window_ids(ids_, of_batch, context).to(model_.device()));
        const at::Tensor targets = window_ids(ids_, of_batch, context, 1).to(model_.device());
        const Losses clean = losses_of(model_, u, targets, {});
        std::vector<std::uint64_t> numbers;
        for (const TokenWindow& window : of_batch) numbers.push_back(window.number);
        for (int draw = 0; draw < request_.draws; ++draw) {
            NoiseKey key;
            key.seed = request_.seed;
            key.draw = static_cast<std::uint64_t>(draw);
            NoiseDraws draws(key, numbers);
            for (std::size_t k = 0; k < request_.sigmas.size(); ++k) {
                const double sigma = request_.sigmas[k] * unit_;
                if (sigma == 0.0) {
                    add(sums_[k], first, clean, clean);
                    continue;
                }
                ForwardOptions options;
                const at::Tensor noisy = add_noise(request_.where, sigma, u, draws, options);
                add(sums_[k], first, losses_of(model_, noisy, targets, options), clean);
            }
        }
    }

    NoisePoint point(std::size_t k, std::size_t windows_done) const {
        const int draws = request_.draws;
        NoisePoint point;
        point.sigma = request_.sigmas[k];
        point.draws = point.sigma == 0.0 ? 1 : draws;
        for (std::size_t w = 0; w < windows_done; ++w) {
            point.window_ce.push_back(sums_[k].ce[w] / draws);
            point.flips += sums_[k].flips[w] / draws;
        }
        point.flips /= static_cast<double>(windows_done);
        const Interval interval = bootstrap_mean(point.window_ce, request_.seed);
        point.ce = mean(point.window_ce);
        point.ce_low = interval.low;
        point.ce_high = interval.high;
        return point;
    }

private:
    static void add(Sums& sums, std::size_t first, const Losses& losses, const Losses& clean) {
        const at::Tensor flips =
            losses.argmax.ne(clean.argmax).to(at::kDouble).mean(1).to(at::kCPU).contiguous();
        for (std::int64_t b = 0; b < flips.size(0); ++b) {
            sums.ce[first + static_cast<std::size_t>(b)] += losses.ce.data_ptr<double>()[b];
            sums.flips[first + static_cast<std::size_t>(b)] += flips.data_ptr<double>()[b];
        }
    }

    const LanguageModel& model_;
    TokenView ids_;
    std::vector<TokenWindow> windows_;
    const NoiseRequest& request_;
    double unit_;
    std::vector<Sums> sums_;
};

void check(const NoiseRequest& request) {
    if (request.sigmas.empty())
        throw UserError("A noise curve needs at least one sigma, as in --sigmas 0,0.05.", 2);
    for (const double sigma : request.sigmas)
        if (!(sigma >= 0.0) || !std::isfinite(sigma))
            throw UserError("Noise needs standard deviations of 0 or more; one is " +
                                std::to_string(sigma) + ".",
                            2);
    if (request.draws < 1)
        throw UserError("--draws must be at least 1; it is " + std::to_string(request.draws) + ".",
                        2);
}

NoiseCurve curve_of(const NoiseRequest& request,
                    const std::function<void(std::size_t, std::size_t)>& progress,
                    const std::stop_token& stop) {
    set_compute_threads(request.threads);
    const at::NoGradGuard no_grad;
    const std::string name = model_name(request.model);
    const Model model = load_requested_model(request.model);
    const TokenIds all = model.tokenizer().encode_narrow(request.text);
    const auto context = static_cast<std::size_t>(model.language().shape().context);
    // The split of training: what the model learned from is never evaluated.
    const std::size_t begin = request.whole_text ? 0 : all.size() * 9 / 10;
    const TokenView ids(all, begin, all.size() - begin);
    std::vector<TokenWindow> windows = prediction_windows(ids.size(), context, request.max_windows);
    if (windows.empty())
        throw UserError(
            "The " + std::string(request.whole_text ? "text" : "last tenth of the text") + " has " +
            std::to_string(ids.size()) + " characters; noise needs at least " +
            std::to_string(context + 1) + ", one more than the model's context" +
            (request.whole_text ? "." : ": take a longer text, or the whole of it with --whole."));
    std::vector<int> evaluated;
    for (const TokenWindow& window : windows)
        for (std::size_t t = 0; t + 1 < window.length; ++t)
            evaluated.push_back(ids[window.begin + t]);

    NoiseCurve curve;
    curve.model = name;
    for (std::size_t i = 0; i < ids.size(); ++i)
        curve.unknown += ids[i] == model.tokenizer().unknown_id();
    curve.unit = request.relative ? "rms" : "absolute";
    curve.where = name_of(request.where);
    curve.rms = token_embedding_rms(model.language(), evaluated);
    CurveRun run(model.language(), ids, std::move(windows), request,
                 request.relative ? curve.rms : 1.0);
    std::size_t done = 0;
    while (done < run.batches() && !(done > 0 && stop.stop_requested())) {
        run.run_batch(done++);
        if (progress) progress(done, run.batches());
    }
    curve.stopped = done < run.batches();
    curve.windows = std::min(done * kBatch, run.windows());
    for (std::size_t k = 0; k < request.sigmas.size(); ++k)
        curve.points.push_back(run.point(k, curve.windows));
    return curve;
}

}  // namespace

NoiseCurve evaluate_noise(const NoiseRequest& request,
                          const std::function<void(std::size_t done, std::size_t total)>& progress,
                          std::stop_token stop) {
    check(request);
    NoiseCurve curve;
    with_torch_errors([&] { curve = curve_of(request, progress, stop); });
    return curve;
}

const char* name_of(NoisePlace place) {
    switch (place) {
        case NoisePlace::embeddings:
            return "embeddings";
        case NoisePlace::attention:
            return "attention";
        case NoisePlace::residual:
            return "residual";
    }
    return "";
}

}  // namespace marginscope
