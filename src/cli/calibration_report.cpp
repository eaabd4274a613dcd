// Fields and columns.
#include "cli/calibration_report.h"

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

json calibration_json(const Calibration& calibration) {
    json bins = json::array();
    for (const ReliabilityBin& bin : calibration.bins)
        bins.push_back({{"low", bin.low},
                        {"high", bin.high},
                        {"count", bin.count},
                        {"confidence", bin.count > 0 ? json_number(bin.confidence) : json()},
                        {"accuracy", bin.count > 0 ? json_number(bin.accuracy) : json()}});
    return {{"ece", json_number(calibration.ece)},
            {"ece_if_calibrated", json_number(calibration.ece_if_calibrated)},
            {"ece_debiased", json_number(calibration.ece_debiased)},
            {"squared_unbiased", json_number(calibration.squared_unbiased)},
            {"positions", calibration.count},
            {"bins", std::move(bins)}};
}

std::string spread(const Interval& interval) {
    char text[96];
    std::snprintf(text, sizeof text, "%.4f (%.4f to %.4f)", interval.value, interval.low,
                  interval.high);
    return text;
}

std::string difference(const Interval& interval) {
    char text[96];
    std::snprintf(text, sizeof text, ",  less the first %+.4f (%+.4f to %+.4f)", interval.value,
                  interval.low, interval.high);
    return text;
}

}  // namespace

json predictors_json(const PredictiveReport& report) {
    json predictors = json::array();
    for (const Predictive& one : report.predictors)
        predictors.push_back({{"name", one.name},
                              {"models", one.models},
                              {"passes", one.passes},
                              {"ce", interval_json(one.ce)},
                              {"ce_difference", interval_json(one.ce_difference)},
                              {"members_ce", json_number(one.members_ce)},
                              {"brier", interval_json(one.brier)},
                              {"brier_difference", interval_json(one.brier_difference)},
                              {"accuracy", json_number(one.accuracy)},
                              {"entropy", json_number(one.entropy)},
                              {"expected_entropy", json_number(one.expected_entropy)},
                              {"mutual_information", json_number(one.mutual_information)},
                              {"calibration", calibration_json(one.calibration)}});
    return {{"windows", report.windows},
            {"positions", report.positions},
            {"unknown", report.unknown},
            {"predictors", std::move(predictors)}};
}

std::string predictors_text(const PredictiveReport& report) {
    std::string text = std::to_string(report.windows) + " windows, " +
                       std::to_string(report.positions) +
                       " predictions; 95 % intervals by bootstrap over windows\n";
    char line[320];
    for (std::size_t k = 0; k < report.predictors.size(); ++k) {
        const Predictive& one = report.predictors[k];
        std::snprintf(line, sizeof line, "\n%zu  %s  (%zu %s)\n", k + 1, one.name.c_str(),
                      one.passes, one.passes == 1 ? "pass" : "passes");
        text += line;
        text += "   loss   " + spread(one.ce) + " nats";
        if (k > 0) text += difference(one.ce_difference);
        if (one.passes > 1) {
            std::snprintf(line, sizeof line, ",  its members alone %.4f", one.members_ce);
            text += line;
        }
        text += "\n   Brier  " + spread(one.brier);
        if (k > 0) text += difference(one.brier_difference);
        const Calibration& c = one.calibration;
        std::snprintf(line, sizeof line,
                      "\n   ECE    %.4f plug-in;  a calibrated model would show %.4f;  debiased "
                      "%.4f\n   right  %.2f %%;  entropy %.4f = expected %.4f + mutual information "
                      "%.4f nats\n",
                      c.ece, c.ece_if_calibrated, c.ece_debiased, one.accuracy * 100.0, one.entropy,
                      one.expected_entropy, one.mutual_information);
        text += line;
    }
    return text;
}

std::vector<std::string> predictors_notes() {
    return {
        "Loss, Brier score and accuracy are of the mean of the probabilities of all passes. ECE is "
        "of the most likely token, in bins of equal width: how far the share that came lies from "
        "the probability claimed.",
        "The plug-in ECE lies above the truth, because chance never cancels in an absolute value: "
        "beside it stands what it would be of a calibrated model with as many predictions, and the "
        "value less its estimated bias. Predictions of one window are not independent, so the bias "
        "is somewhat larger than that.",
        "Mutual information is what the passes do not agree on; of a single pass it is 0."};
}

}  // namespace marginscope
