// Reliability diagram, table, and the sentence that comes first.
#include "cli/calibration_page.h"

#include <cstdio>

#include "cli/calibration_report.h"
#include "figures/report_page.h"

namespace marginscope {
namespace {

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
}

std::string signed_number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%+.4f", value);
    return text;
}

std::string percent(double share) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f %%", share * 100.0);
    return text;
}

Figure reliability(const PredictiveReport& report) {
    Plot plot;
    plot.x.label = "Probability of the most likely character, mean of the bin";
    plot.y.label = "Share that came";
    plot.equal = true;
    PlotSeries even;
    even.name = "as claimed";
    even.x = even.y = {0.0, 1.0};
    even.color = "#888888";
    even.markers = false;
    even.dashed = true;
    plot.series.push_back(even);
    std::vector<std::vector<CsvCell>> rows;
    for (const Predictive& one : report.predictors) {
        PlotSeries series;
        series.name = one.name;
        for (const ReliabilityBin& bin : one.calibration.bins) {
            if (bin.count == 0) continue;
            series.x.push_back(bin.confidence);
            series.y.push_back(bin.accuracy);
            rows.push_back({one.name, bin.low, bin.high, static_cast<std::int64_t>(bin.count),
                            bin.confidence, bin.accuracy});
        }
        plot.series.push_back(std::move(series));
    }
    Figure figure;
    figure.id = "calibration.reliability";
    figure.title = "Reliability";
    figure.caption = std::to_string(report.positions) + " predictions in " +
                     std::to_string(report.windows) + " windows, bins of equal width.";
    figure.parts.push_back(std::move(plot));
    figure.table =
        table_of({"predictor", "low", "high", "count", "confidence", "accuracy"}, std::move(rows));
    return figure;
}

TextTable scores(const PredictiveReport& report) {
    TextTable table;
    table.columns = {"Predictor",     "Passes",
                     "Loss, nats",    "Less the first",
                     "Brier",         "ECE plug-in",
                     "If calibrated", "ECE debiased",
                     "Right",         "Mutual information, nats"};
    table.numbers = {false, true, true, true, true, true, true, true, true, true};
    for (std::size_t k = 0; k < report.predictors.size(); ++k) {
        const Predictive& one = report.predictors[k];
        const Calibration& c = one.calibration;
        table.rows.push_back(
            {{one.name, std::to_string(one.passes),
              number(one.ce.value) + " (" + number(one.ce.low) + " … " + number(one.ce.high) + ")",
              k == 0 ? ""
                     : signed_number(one.ce_difference.value) + " (" +
                           signed_number(one.ce_difference.low) + " … " +
                           signed_number(one.ce_difference.high) + ")",
              number(one.brier.value), number(c.ece), number(c.ece_if_calibrated),
              number(c.ece_debiased), percent(one.accuracy), number(one.mutual_information)}});
    }
    return table;
}

}  // namespace

std::string calibration_verdict(const PredictiveReport& report) {
    std::string better, worse, same;
    for (std::size_t k = 1; k < report.predictors.size(); ++k) {
        const Predictive& one = report.predictors[k];
        std::string& list = one.ce_difference.high < 0.0  ? better
                            : one.ce_difference.low > 0.0 ? worse
                                                          : same;
        list += (list.empty() ? "" : "; ") + one.name;
        if (&list != &same) list += " (" + signed_number(one.ce_difference.value) + " nats)";
    }
    std::string verdict;
    if (!better.empty()) verdict += "Lower loss than the first: " + better + ". ";
    if (!worse.empty()) verdict += "Higher loss than the first: " + worse + ". ";
    if (!same.empty()) verdict += "Cannot be told from the first: " + same + ". ";
    if (verdict.empty()) return "One predictor, nothing to compare it with.";
    verdict.pop_back();
    return verdict;
}

std::string calibration_page(const PredictiveReport& report, const std::string& text_name,
                             const std::string& command) {
    ReportPage page;
    page.title = "Calibration on " + text_name;
    page.verdict = calibration_verdict(report);
    page.facts = {
        {"Text", text_name},
        {"Predictions", std::to_string(report.positions) + " in " + std::to_string(report.windows) +
                            " windows; 95 % intervals by bootstrap over windows"}};
    page.sections.push_back(
        {"Reliability",
         "On the dashed line a prediction comes as often as it claims. Below it the model is too "
         "sure, above it not sure enough.",
         reliability(report), scores(report)});
    page.notes = predictors_notes();
    page.command = command;
    return report_page(page);
}

}  // namespace marginscope
