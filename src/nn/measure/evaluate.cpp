// Noise curves: batches of windows through one kind of pass, then means and intervals over windows.
#include "nn/measure/evaluate.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>

#include "core/error.h"
#include "core/statistics.h"
#include "nn/measure/evaluated_text.h"
#include "nn/measure/noise.h"
#include "nn/measure/noise_pass.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

constexpr std::size_t kBatch = 32;  // windows in one pass
constexpr double kMostSpoilt = 0.5;

const std::vector<double>& levels(const NoiseRequest& request) {
    return request.characters ? request.rates : request.sigmas;
}

/// Sums over draws as means, of the first `windows` windows; NaN where no draw could be judged.
std::vector<double> means(const std::vector<double>& sums, const WindowSums& all,
                          std::size_t windows) {
    std::vector<double> out;
    for (std::size_t w = 0; w < windows; ++w)
        out.push_back(all.draws[w] > 0 ? sums[w] / all.draws[w]
                                       : std::numeric_limits<double>::quiet_NaN());
    return out;
}

double mean_share(const std::vector<double>& sums, std::size_t windows, int draws) {
    return mean(std::span(sums).first(windows)) / draws;
}

NoisePoint point_of(const NoiseRequest& request, std::size_t level, const WindowSums& sums,
                    std::size_t windows) {
    NoisePoint point;
    point.level = levels(request)[level];
    point.draws = point.level == 0.0 ? 1 : request.draws;
    const auto of_windows = [&](double PositionSums::*member) {
        std::vector<double> of;
        for (const PositionSums& one : sums.of) of.push_back(one.*member);
        return means(of, sums, windows);
    };
    const auto interval = [&](double PositionSums::*member) {
        return bootstrap_mean(of_windows(member), request.seed);
    };
    point.window_ce = of_windows(&PositionSums::ce);
    point.window_flips = of_windows(&PositionSums::flips);
    const Interval flips = bootstrap_mean(point.window_flips, request.seed);
    point.flips = mean(point.window_flips);
    point.flips_low = flips.low;
    point.flips_high = flips.high;
    const Interval ce = bootstrap_mean(point.window_ce, request.seed);
    point.ce = mean(point.window_ce);
    point.ce_low = ce.low;
    point.ce_high = ce.high;
    point.errors = interval(&PositionSums::errors);
    point.brier = interval(&PositionSums::brier);
    point.calibration = sums.reliability.calibration();
    if (!request.together.empty())
        point.members = MembersPoint{interval(&PositionSums::members_ce),
                                     interval(&PositionSums::members_flips),
                                     interval(&PositionSums::members_errors)};
    if (request.characters) {
        point.clean_ce = mean(means(sums.clean_ce, sums, windows));
        point.share_changed = mean_share(sums.changed, windows, request.draws);
        point.share_judged = mean_share(sums.judged, windows, request.draws);
    }
    return point;
}

void check_levels(const NoiseRequest& request) {
    if (request.sigmas.empty())
        throw UserError("A noise curve needs at least one sigma, as in --sigmas 0,0.05.", 2);
    for (const double sigma : request.sigmas)
        if (!(sigma >= 0.0) || !std::isfinite(sigma))
            throw UserError("Noise needs standard deviations of 0 or more; one is " +
                                std::to_string(sigma) + ".",
                            2);
    if (!request.characters) return;
    if (request.rates.empty())
        throw UserError("Spoilt characters need at least one rate, as in --rates 0.01,0.05.", 2);
    for (const double rate : request.rates)
        if (!(rate >= 0.0 && rate <= kMostSpoilt))
            throw UserError("A rate is a share of characters between 0 and 0.5; one is " +
                                std::to_string(rate) + ".",
                            2);
}

void check(const NoiseRequest& request) {
    check_levels(request);
    if (request.draws < 1)
        throw UserError("--draws must be at least 1; it is " + std::to_string(request.draws) + ".",
                        2);
    if (request.support < 1)
        throw UserError(
            "--support must be at least 1; it is " + std::to_string(request.support) + ".", 2);
}

std::vector<double> rms_of(const EvaluatedText& text) {
    const std::vector<int> read = text.inputs();
    std::vector<double> rms;
    for (const Model& model : text.models())
        rms.push_back(token_embedding_rms(model.language(), read));
    return rms;
}

NoiseCurve curve_of(const NoiseRequest& request,
                    const std::function<void(std::size_t, std::size_t)>& progress,
                    const std::stop_token& stop) {
    set_compute_threads(request.threads);
    const at::NoGradGuard no_grad;
    const EvaluatedText text(request);
    NoiseCurve curve;
    curve.unit = request.characters ? "rate" : request.relative ? "rms" : "absolute";
    curve.model = text.name();
    curve.unknown = text.unknown();
    curve.context = text.context();
    if (!request.together.empty()) curve.members = text.files();
    const std::vector<double> rms = rms_of(text);
    curve.rms = mean(rms);
    const std::unique_ptr<NoisePass> pass =
        request.characters
            ? spoilt_pass(text, request)
            : gaussian_pass(text, request,
                            request.relative ? rms : std::vector<double>(rms.size(), 1.0));
    const std::span<const TokenWindow> windows = text.windows();
    std::vector<WindowSums> sums(levels(request).size(), WindowSums(windows.size()));
    const std::size_t batches = (windows.size() + kBatch - 1) / kBatch;
    std::size_t done = 0;
    while (done < batches) {
        const std::size_t first = kBatch * done;
        std::vector<Reliability> before;
        for (const WindowSums& level : sums) before.push_back(level.reliability);
        if (!pass->add(windows.subspan(first, std::min(kBatch, windows.size() - first)), first,
                       sums, stop)) {
            for (std::size_t k = 0; k < sums.size(); ++k) sums[k].reliability = before[k];
            break;
        }
        ++done;
        if (progress) progress(done, batches);
    }
    curve.stopped = done < batches;
    curve.windows = std::min(done * kBatch, windows.size());
    pass->describe(curve);
    for (std::size_t k = 0; k < sums.size(); ++k)
        curve.points.push_back(point_of(request, k, sums[k], curve.windows));
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

const char* name_of(NoisyTokens tokens) {
    switch (tokens) {
        case NoisyTokens::all:
            return "all";
        case NoisyTokens::support:
            return "support";
        case NoisyTokens::random:
            return "random";
    }
    return "";
}

const char* name_of(CharacterChange change) {
    switch (change) {
        case CharacterChange::swap:
            return "swap";
        case CharacterChange::drop:
            return "drop";
        case CharacterChange::insert:
            return "insert";
        case CharacterChange::letter_case:
            return "case";
    }
    return "";
}

}  // namespace marginscope
