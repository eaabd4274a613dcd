// Fields and columns.
#include "cli/noise_report.h"

#include <cstdio>

#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

json interval_json(const Interval& interval) {
    return {{"value", json_number(interval.value)},
            {"low", json_number(interval.low)},
            {"high", json_number(interval.high)}};
}

bool of_characters(const NoiseCurve& curve) { return !curve.change.empty(); }

json point_json(const NoisePoint& point, bool characters, bool window_losses) {
    json out = {{"sigma", characters ? json() : json_number(point.level)},
                {"ce", json_number(point.ce)},
                {"ce_low", json_number(point.ce_low)},
                {"ce_high", json_number(point.ce_high)},
                {"flips", json_number(point.flips)},
                {"flips_low", json_number(point.flips_low)},
                {"flips_high", json_number(point.flips_high)},
                {"draws", point.draws},
                {"errors", interval_json(point.errors)},
                {"brier", interval_json(point.brier)},
                {"ece", json_number(point.calibration.ece)},
                {"ece_if_calibrated", json_number(point.calibration.ece_if_calibrated)},
                {"ece_debiased", json_number(point.calibration.ece_debiased)}};
    if (point.members)
        out["members"] = {{"ce", interval_json(point.members->ce)},
                          {"flips", interval_json(point.members->flips)},
                          {"errors", interval_json(point.members->errors)}};
    if (characters)
        out.update({{"rate", json_number(point.level)},
                    {"clean_ce", json_number(point.clean_ce)},
                    {"share_changed", json_number(point.share_changed)},
                    {"share_judged", json_number(point.share_judged)}});
    if (point.well_formed) {
        const WellFormedShare& of = *point.well_formed;
        out["well_formed"] = {
            {"share", json_number(of.share.value)}, {"low", json_number(of.share.low)},
            {"high", json_number(of.share.high)},   {"sentences", of.sentences},
            {"well_formed", of.well_formed},        {"texts", of.share.count}};
    }
    if (window_losses) {
        out["window_ce"] = json_numbers(point.window_ce);
        out["window_flips"] = json_numbers(point.window_flips);
    }
    return out;
}

std::string noisy_text(const NoiseCurve& curve) {
    if (curve.tokens == "all") return curve.where;
    char text[128];
    std::snprintf(text, sizeof text, "%s of %.3g %s tokens a window (mean place %.1f of 0 to %zu)",
                  curve.where.c_str(), curve.noisy_tokens, curve.tokens.c_str(), curve.noisy_place,
                  curve.context - 1);
    return text;
}

std::string heading(const NoiseCurve& curve) {
    char text[320];
    if (of_characters(curve))
        std::snprintf(text, sizeof text, "%zu windows, characters spoilt: %s\n", curve.windows,
                      curve.change.c_str());
    else
        std::snprintf(text, sizeof text,
                      "RMS of the token embeddings %.4g, %zu windows, noise on %s, sigma %s\n",
                      curve.rms, curve.windows, noisy_text(curve).c_str(),
                      curve.unit == "rms" ? "in units of that RMS" : "absolute");
    return text;
}

std::string members_text(const NoiseCurve& curve) {
    std::string out = "of these models alone, their mean\n" +
                      std::string(of_characters(curve) ? "     rate" : "    sigma") +
                      "  cross-entropy  95 % interval         changed predictions  wrong alone  "
                      "together\n";
    char text[256];
    for (const NoisePoint& point : curve.points) {
        const MembersPoint& alone = *point.members;
        std::snprintf(text, sizeof text,
                      "%9.4g  %13.4f  [%7.4f, %7.4f]  %18.2f %%  %9.2f %%  %7.2f %%\n", point.level,
                      alone.ce.value, alone.ce.low, alone.ce.high, alone.flips.value * 100,
                      alone.errors.value * 100, point.errors.value * 100);
        out += text;
    }
    return out;
}

}  // namespace

json curve_json(const NoiseCurve& curve, bool window_losses) {
    json points = json::array();
    for (const NoisePoint& point : curve.points)
        points.push_back(point_json(point, of_characters(curve), window_losses));
    json out = {{"model", curve.model}, {"unit", curve.unit},       {"where", curve.where},
                {"rms", curve.rms},     {"windows", curve.windows}, {"context", curve.context},
                {"points", points}};
    if (!curve.members.empty()) out["members"] = curve.members;
    if (of_characters(curve)) {
        out["characters"] = curve.change;
    } else {
        out["tokens"] = curve.tokens;
        out["noisy_tokens"] = json_number(curve.noisy_tokens);
        out["noisy_place"] = json_number(curve.noisy_place);
    }
    return out;
}

std::string curve_text(const NoiseCurve& curve) {
    char text[256];
    const bool characters = of_characters(curve);
    std::string out =
        curve.model +
        (curve.members.empty() ? ""
                               : ", " + std::to_string(curve.members.size()) + " models together") +
        "\n" + heading(curve) + (characters ? "     rate" : "    sigma") +
        "  cross-entropy  95 % interval         changed predictions" +
        (characters ? "  clean there  changed  judged" : "") +
        (curve.points.front().well_formed ? "  well-formed sentences" : "") + "\n";
    for (const NoisePoint& point : curve.points) {
        std::snprintf(text, sizeof text, "%9.4g  %13.4f  [%7.4f, %7.4f]  %18.2f %%", point.level,
                      point.ce, point.ce_low, point.ce_high, point.flips * 100);
        out += text;
        if (characters) {
            std::snprintf(text, sizeof text, "  %11.4f  %5.2f %%  %4.1f %%",
                          point.clean_ce.value_or(0), point.share_changed.value_or(0) * 100,
                          point.share_judged.value_or(0) * 100);
            out += text;
        }
        if (point.well_formed) {
            const Interval& share = point.well_formed->share;
            std::snprintf(text, sizeof text, "  %.1f %% [%.1f, %.1f] of %zu", share.value * 100,
                          share.low * 100, share.high * 100, point.well_formed->sentences);
            out += text;
        }
        out += "\n";
    }
    return curve.members.empty() ? out : out + members_text(curve);
}

json difference_json(const CurveDifference& difference, const std::vector<NoiseCurve>& curves) {
    json points = json::array();
    for (const DifferencePoint& point : difference.points)
        points.push_back(
            {{curves[difference.curve].unit == "rate" ? "rate" : "sigma", json_number(point.level)},
             {"ce", interval_json(point.ce)},
             {"flips", interval_json(point.flips)},
             {"windows", point.ce.count}});
    return {{"curve", difference.curve}, {"to", difference.to}, {"points", points}};
}

std::string difference_text(const CurveDifference& difference,
                            const std::vector<NoiseCurve>& curves) {
    const NoiseCurve& curve = curves[difference.curve];
    std::string out = name_of_curve(curve) + "\nless " + name_of_curve(curves[difference.to]) +
                      ", window by window\n" + (of_characters(curve) ? "     rate" : "    sigma") +
                      "  cross-entropy  95 % interval         changed predictions  95 % interval\n";
    char text[256];
    for (const DifferencePoint& point : difference.points) {
        std::snprintf(text, sizeof text,
                      "%9.4g  %+13.4f  [%+7.4f, %+7.4f]  %+16.2f %%  [%+.2f, %+.2f] %%\n",
                      point.level, point.ce.value, point.ce.low, point.ce.high,
                      point.flips.value * 100, point.flips.low * 100, point.flips.high * 100);
        out += text;
    }
    return out;
}

}  // namespace marginscope
