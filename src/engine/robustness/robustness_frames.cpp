// Field by field.
#include "engine/robustness/robustness_frames.h"

#include "nn/measure/noise_difference.h"

namespace marginscope {
namespace {

RobustnessPoint point_of(const NoisePoint& point, std::size_t windows) {
    const int count = static_cast<int>(windows);
    RobustnessPoint out;
    out.level = point.level;
    out.ce = {point.ce, point.ce_low, point.ce_high, count};
    out.flips = {point.flips, point.flips_low, point.flips_high, count};
    out.draws = point.draws;
    out.clean_ce = point.clean_ce;
    out.share_changed = point.share_changed;
    out.share_judged = point.share_judged;
    out.errors = point.errors;
    out.brier = point.brier;
    out.ece = point.calibration.ece;
    out.ece_if_calibrated = point.calibration.ece_if_calibrated;
    if (point.members)
        out.members =
            RobustnessMembers{point.members->ce, point.members->flips, point.members->errors};
    if (point.well_formed)
        out.stories = StoryShare{point.well_formed->share, point.well_formed->sentences,
                                 point.well_formed->well_formed};
    return out;
}

RobustnessCurve curve_of(const NoiseCurve& curve, std::size_t model) {
    RobustnessCurve out;
    out.model = model;
    out.unit = curve.unit;
    out.where = curve.where;
    out.tokens = curve.tokens;
    out.change = curve.change;
    out.rms = curve.rms;
    out.noisy_tokens = curve.noisy_tokens;
    out.noisy_place = curve.noisy_place;
    out.windows = curve.windows;
    out.context = curve.context;
    out.unknown = curve.unknown;
    if (!curve.members.empty()) out.members = curve.members.size();
    for (const NoisePoint& point : curve.points)
        out.points.push_back(point_of(point, curve.windows));
    return out;
}

/// Windows and positions come in the same order.
std::size_t window_of(const FragilityReport& report, const FragilePosition& position,
                      std::size_t from) {
    while (from + 1 < report.read.size() && report.read[from].begin != position.window.begin)
        ++from;
    return from;
}

}  // namespace

RobustnessCurves curves_frame(const RobustnessSettings& settings, const std::string& text_label,
                              const std::vector<RobustnessModel>& models,
                              const std::vector<NoiseCurve>& curves,
                              const std::vector<std::size_t>& of) {
    RobustnessCurves out;
    out.settings = settings;
    out.text_label = text_label;
    out.models = models;
    for (std::size_t k = 0; k < curves.size(); ++k)
        out.curves.push_back(curve_of(curves[k], of[k]));
    for (const CurveDifference& one : curve_differences(curves, settings.seed, out.unpaired)) {
        RobustnessDifference& difference = out.differences.emplace_back();
        difference.curve = one.curve;
        difference.to = one.to;
        for (const DifferencePoint& point : one.points)
            difference.points.push_back({point.level, point.ce, point.flips});
    }
    return out;
}

FragilityFrame fragility_frame(const RobustnessSettings& settings, const std::string& text_label,
                               const RobustnessModel& model, const FragilityReport& report) {
    FragilityFrame out;
    out.settings = settings;
    out.text_label = text_label;
    out.model = model;
    out.rms = report.rms;
    for (const WindowText& window : report.read)
        out.read.push_back({window.begin, window.characters});
    std::size_t window = 0;
    for (const FragilePosition& position : report.positions) {
        window = window_of(report, position, window);
        out.places.push_back({position.i, position.token, position.predicted, window,
                              position.sigma, position.flipped});
    }
    for (const Predictor& predictor : report.predictors)
        out.predictors.push_back(
            {predictor.name, predictor.rival, predictor.values, predictor.rho});
    out.best_margin = report.best(false);
    out.best_rival = report.best(true);
    out.windows = report.windows;
    out.unknown = report.unknown;
    out.censored = report.censored;
    out.has_stage = report.has_stage;
    out.sentence = fragility_sentence(report);
    return out;
}

}  // namespace marginscope
