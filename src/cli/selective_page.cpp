// The page of `selective --html`.
#include <algorithm>
#include <cstdio>

#include "cli/output.h"
#include "cli/selective_output.h"
#include "core/words.h"
#include "figures/report_page.h"

namespace marginscope {
namespace {

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", 100.0 * share);
    return text;
}

std::string bounds_words(double low, double high) {
    char text[64];
    std::snprintf(text, sizeof text, "%.2f to %.2f", 100.0 * low, 100.0 * high);
    return text;
}

double share(const KeptItems& items) {
    return static_cast<double>(items.wrong) / static_cast<double>(items.kept);
}

PlotSeries curve_of(const JudgedScore& judged, const std::vector<double>& coverages, bool band) {
    PlotSeries series;
    series.name = judged.score.name;
    series.markers = false;
    for (std::size_t c = 0; c < coverages.size(); ++c) {
        series.x.push_back(100.0 * coverages[c]);
        series.y.push_back(100.0 * judged.curve.risk[c].value);
        if (!band) continue;
        series.low.push_back(100.0 * judged.curve.risk[c].low);
        series.high.push_back(100.0 * judged.curve.risk[c].high);
    }
    return series;
}

// Scores of their own, or combinations with their intervals.
Figure curves_of(const SelectiveResult& result, bool combined) {
    Plot plot;
    plot.x.label = "kept, % of all " + result.items;
    plot.y.label = "wrong among those kept, %";
    plot.x.min = 0.0;
    plot.x.max = 100.0;
    plot.y.min = 0.0;
    for (const JudgedScore& judged : result.report.scores)
        if (judged.made.empty() != combined)
            plot.series.push_back(curve_of(judged, told_coverages(), combined));
    PlotMark promised;
    promised.vertical = false;
    promised.value = 100.0 * result.settings.promise.error;
    promised.label = "stated error";
    plot.marks.push_back(promised);
    Figure figure;
    figure.parts.emplace_back(std::move(plot));
    return figure;
}

TextTable areas_of(const SelectiveResult& result) {
    TextTable table{{"score", "kept first", "area", "95 %", "wrong at 10 % kept", "95 %",
                     "wrong at 25 %", "95 %", "wrong at 50 %", "95 %"},
                    {false, false, true, true, true, true, true, true, true, true},
                    {}};
    const std::vector<double> coverages = told_coverages();
    for (const JudgedScore& judged : result.report.scores) {
        const Interval& area = judged.curve.area;
        char bounds[64];
        std::snprintf(bounds, sizeof bounds, "%.4f to %.4f", area.low, area.high);
        std::vector<std::string> cells = {judged.score.name,
                                          judged.score.high_is_sure ? "high" : "low",
                                          format_number(area.value), bounds};
        for (const double asked : {0.1, 0.25, 0.5}) {
            const auto at = std::find(coverages.begin(), coverages.end(), asked);
            const Interval& risk =
                judged.curve.risk[static_cast<std::size_t>(at - coverages.begin())];
            cells.push_back(percent(risk.value));
            cells.push_back(bounds_words(risk.low, risk.high));
        }
        table.rows.push_back({cells});
    }
    return table;
}

TextTable promises_of(const SelectiveResult& result) {
    TextTable table{{"score", "threshold", "calibration: kept", "wrong", "fresh: kept", "wrong",
                     "95 %", "promise"},
                    {false, true, true, true, true, true, true, false},
                    {}};
    const auto of = [](std::size_t kept, std::size_t all) {
        return percent(static_cast<double>(kept) / static_cast<double>(all));
    };
    const std::size_t each = result.parts.calibration.size() / result.parts.calibrations;
    for (const JudgedScore& judged : result.report.scores) {
        if (!judged.promise.chosen) {
            table.rows.push_back({{judged.score.name, kNoNumber, kNoNumber, kNoNumber, kNoNumber,
                                   kNoNumber, kNoNumber, "no threshold keeps it"}});
            continue;
        }
        const KeptItems& calibration = judged.promise.tests[*judged.promise.chosen].calibration;
        const ShareBounds bounds = clopper_pearson(static_cast<std::int64_t>(judged.kept.wrong),
                                                   static_cast<std::int64_t>(judged.kept.kept));
        const bool kept = judged.kept.kept > 0;
        table.rows.push_back(
            {{judged.score.name,
              format_number(threshold_value(judged.score, *judged.promise.threshold())),
              of(calibration.kept, each), percent(share(calibration)),
              of(judged.kept.kept, result.parts.fresh.size()),
              kept ? percent(share(judged.kept)) : kNoNumber,
              kept ? bounds_words(bounds.low, bounds.high) : kNoNumber,
              share(judged.kept) <= result.settings.promise.error || !kept ? "kept"
                                                                           : "not kept here"}});
    }
    return table;
}

TextTable best_of_table(const SelectiveReport& report) {
    TextTable table{{"K", "score", "best of K: wrong", "95 %", "threshold: wrong", "95 %"},
                    {true, false, true, true, true, true},
                    {}};
    for (const BestOf& best : report.best_of)
        table.rows.push_back(
            {{std::to_string(best.k), report.scores[best.score].score.name,
              best.groups > 0
                  ? percent(static_cast<double>(best.wrong) / static_cast<double>(best.groups))
                  : kNoNumber,
              bounds_words(best.bounds.low, best.bounds.high), percent(best.threshold.value),
              bounds_words(best.threshold.low, best.threshold.high)}});
    return table;
}

TextTable calibrations_of(const SelectiveResult& result) {
    TextTable table{{"score", "promise made", "promise kept"}, {false, true, true}, {}};
    const std::string all = " of " + std::to_string(result.parts.calibrations);
    for (const JudgedScore& judged : result.report.scores)
        table.rows.push_back({{judged.score.name, std::to_string(judged.promised) + all,
                               std::to_string(result.parts.calibrations - judged.broken) + all}});
    return table;
}

}  // namespace

std::string selective_page(const SelectiveResult& result) {
    ReportPage page;
    page.title = "What to keep of what a model writes";
    page.verdict = result.report.sentence;
    page.facts = result.facts;
    page.facts.emplace_back("Wrong, all kept", percent(result.report.base));
    page.command = result.command;
    page.sections.push_back({"Risk against coverage, each score by itself",
                             "How many of those kept are wrong, when the most trusted are kept.",
                             curves_of(result, false),
                             {}});
    page.sections.push_back(
        {"Scores made one",
         "The log odds of being wrong, fitted on the tuning part; bands: 95 %, bootstrap.",
         curves_of(result, true), areas_of(result)});
    page.sections.push_back({"A threshold with a promise",
                             "Chosen so that there are " + promise_words(result.settings.promise) +
                                 "; what it keeps of the fresh part.",
                             {},
                             promises_of(result)});
    if (result.parts.calibrations > 1)
        page.sections.push_back({"The promise, calibration after calibration",
                                 "Each of its own items, all judged on the fresh part.",
                                 {},
                                 calibrations_of(result)});
    if (!result.report.best_of.empty())
        page.sections.push_back({"At equal cost: the best of K, or a threshold",
                                 "The best of K costs K passes for each one kept; a threshold that "
                                 "keeps one in K costs "
                                 "the same.",
                                 {},
                                 best_of_table(result.report)});
    page.notes = result.notes;
    return report_page(page);
}

}  // namespace marginscope
