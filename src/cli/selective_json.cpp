// The document of `selective --json`.
#include "cli/selective_output.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

json interval_json(const Interval& interval) {
    return {{"value", json_number(interval.value)},
            {"low", json_number(interval.low)},
            {"high", json_number(interval.high)}};
}

json kept_json(const KeptItems& items) { return {{"kept", items.kept}, {"wrong", items.wrong}}; }

const char* name_of(ScoreFamily family) {
    switch (family) {
        case ScoreFamily::probability:
            return "probability";
        case ScoreFamily::entropy:
            return "entropy";
        case ScoreFamily::margin:
            break;
    }
    return "margin";
}

json part_json(const SelectiveItems& items, std::size_t scores, bool with_items) {
    std::size_t wrong = 0;
    for (const std::uint8_t one : items.wrong) wrong += one ? 1 : 0;
    json out = {{"items", items.size()}, {"wrong", wrong}};
    if (!with_items) return out;
    out["truth"] = items.wrong;  // 1: wrong
    if (!items.groups.empty()) out["groups"] = items.groups;
    out["scores"] = json::object();
    for (std::size_t s = 0; s < scores; ++s)
        out["scores"][items.scores[s].name] = json_numbers(items.scores[s].values);
    return out;
}

json promise_json(const JudgedScore& judged) {
    json tests = json::array();
    for (const ThresholdTest& test : judged.promise.tests)
        tests.push_back({{"threshold", json_number(threshold_value(judged.score, test.threshold))},
                         {"tuning", kept_json(test.tuning)},
                         {"calibration", kept_json(test.calibration)},
                         {"p_value", json_number(test.p_value)},
                         {"passed", test.passed}});
    json out = {{"threshold", nullptr},
                {"tests", tests},
                {"calibrations", {{"promised", judged.promised}, {"broken", judged.broken}}}};
    if (judged.promise.chosen) {
        const ShareBounds bounds = clopper_pearson(static_cast<std::int64_t>(judged.kept.wrong),
                                                   static_cast<std::int64_t>(judged.kept.kept));
        out["threshold"] = json_number(threshold_value(judged.score, *judged.promise.threshold()));
        out["fresh"] = kept_json(judged.kept);
        out["fresh"]["low"] = bounds.low;
        out["fresh"]["high"] = bounds.high;
    }
    return out;
}

json score_json(const JudgedScore& judged, const std::vector<double>& coverages) {
    json risk = json::array();
    for (std::size_t c = 0; c < coverages.size(); ++c) {
        risk.push_back(interval_json(judged.curve.risk[c]));
        risk.back()["coverage"] = coverages[c];
    }
    json out = {{"name", judged.score.name},
                {"keep", judged.score.high_is_sure ? "high" : "low"},
                {"area", interval_json(judged.curve.area)},
                {"risk", risk},
                {"promise", promise_json(judged)}};
    if (judged.made.empty()) {
        out["family"] = name_of(judged.score.family);
    } else {
        json fit = json::array();
        for (std::size_t f = 0; f < judged.made.size(); ++f)
            fit.push_back({{"score", judged.made[f]},
                           {"center", judged.fit.center[f]},
                           {"scale", judged.fit.scale[f]},
                           {"low", judged.fit.low[f]},
                           {"high", judged.fit.high[f]},
                           {"weight", judged.fit.weights[f]}});
        out["made_of"] = fit;
        out["intercept"] = judged.fit.intercept;
    }
    return out;
}

json best_of_json(const SelectiveReport& report) {
    json out = json::array();
    for (const BestOf& best : report.best_of)
        out.push_back({{"k", best.k},
                       {"score", report.scores[best.score].score.name},
                       {"groups", best.groups},
                       {"wrong", best.wrong},
                       {"low", best.bounds.low},
                       {"high", best.bounds.high},
                       {"threshold", interval_json(best.threshold)}});
    return out;
}

}  // namespace

double threshold_value(const SelectiveScore& score, double trust) {
    return score.high_is_sure ? trust : -trust;
}

json selective_json(const SelectiveResult& result) {
    const SelectiveReport& report = result.report;
    std::size_t own = 0;  // scores that are not combinations
    while (own < report.scores.size() && report.scores[own].made.empty()) ++own;
    json out = result.about;
    out["sentence"] = report.sentence;
    out["error"] = result.settings.promise.error;
    out["confidence"] = result.settings.promise.confidence;
    out["calibrations"] = result.parts.calibrations;
    out["bootstrap"] = {{"seed", result.settings.seed}, {"draws", result.settings.draws}};
    out["tuning"] = part_json(result.parts.tuning, own, result.with_items);
    out["calibration"] = part_json(result.parts.calibration, own, result.with_items);
    out["fresh"] = part_json(result.parts.fresh, own, result.with_items);
    out["base"] = json_number(report.base);
    out["perfect"] = json_number(report.perfect);
    out["beside_entropy"] = report.beside_entropy ? interval_json(*report.beside_entropy) : json();
    out["beside_all"] = report.beside_all ? interval_json(*report.beside_all) : json();
    out["scores"] = json::array();
    for (const JudgedScore& judged : report.scores)
        out["scores"].push_back(score_json(judged, told_coverages()));
    out["best_of"] = best_of_json(report);
    return out;
}

}  // namespace marginscope
