// What `selective` tells on a terminal.
#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "cli/output.h"
#include "cli/selective_output.h"
#include "core/words.h"

namespace marginscope {
namespace {

[[gnu::format(printf, 1, 2)]] std::string line(const char* format, ...) {
    char text[256];
    va_list values;
    va_start(values, format);
    std::vsnprintf(text, sizeof text, format, values);
    va_end(values);
    return text;
}

std::string share_text(std::size_t wrong, std::size_t of) {
    return of == 0 ? kNoNumber
                   : line("%.2f %%", 100.0 * static_cast<double>(wrong) / static_cast<double>(of));
}

std::string promise_row(const JudgedScore& judged, std::size_t fresh) {
    if (!judged.promise.chosen) return "no threshold keeps it";
    const ShareBounds bounds = clopper_pearson(static_cast<std::int64_t>(judged.kept.wrong),
                                               static_cast<std::int64_t>(judged.kept.kept));
    return line("%-9s  keeps %5.1f %%  wrong %s (%.2f to %.2f)",
                number_text(threshold_value(judged.score, *judged.promise.threshold())).c_str(),
                100.0 * static_cast<double>(judged.kept.kept) / static_cast<double>(fresh),
                share_text(judged.kept.wrong, judged.kept.kept).c_str(), 100.0 * bounds.low,
                100.0 * bounds.high);
}

std::string scores_text(const SelectiveResult& result) {
    std::string out = line("%-27s %-7s %-17s  threshold for %s\n", "score", "area", "95 %",
                           promise_words(result.settings.promise).c_str());
    for (const JudgedScore& judged : result.report.scores)
        out += line("%-27s %.4f  %.4f to %.4f  ", judged.score.name.c_str(),
                    judged.curve.area.value, judged.curve.area.low, judged.curve.area.high) +
               promise_row(judged, result.parts.fresh.size()) + "\n";
    return out;
}

std::string best_of_text(const SelectiveResult& result) {
    if (result.report.best_of.empty()) return {};
    std::string out =
        "wrong among the best of K, and among as many kept by a threshold for the same passes:\n";
    for (const BestOf& best : result.report.best_of) {
        const JudgedScore& judged = result.report.scores[best.score];
        if (judged.score.name != "mean log p" && judged.score.name != "mean entropy" &&
            judged.score.name != "least determinant margin" && judged.made.empty())
            continue;
        out += line("  K %d  %-27s %s (%.2f to %.2f)   threshold %.2f %% (%.2f to %.2f)\n", best.k,
                    judged.score.name.c_str(), share_text(best.wrong, best.groups).c_str(),
                    100.0 * best.bounds.low, 100.0 * best.bounds.high, 100.0 * best.threshold.value,
                    100.0 * best.threshold.low, 100.0 * best.threshold.high);
    }
    return out;
}

std::string calibrations_text(const SelectiveResult& result) {
    if (result.parts.calibrations < 2) return {};
    std::string out = line(
        "promises over %zu independent calibrations, each judged on the fresh "
        "part:\n",
        result.parts.calibrations);
    for (const JudgedScore& judged : result.report.scores)
        out += line("  %-27s made in %zu, kept in %zu of all\n", judged.score.name.c_str(),
                    judged.promised, result.parts.calibrations - judged.broken);
    return out;
}

}  // namespace

std::string promise_words(const PromiseSettings& promise) {
    return "errors below " + format_percent(promise.error) + " with " +
           format_percent(promise.confidence) + " confidence";
}

std::string selective_text(const SelectiveResult& result) {
    std::string out = result.report.sentence + "\n";
    std::size_t width = 0;
    for (const auto& fact : result.facts) width = std::max(width, fact.first.size());
    for (const auto& [name, value] : result.facts)
        out += name + std::string(width + 2 - name.size(), ' ') + value + "\n";
    out += line(
        "wrong, all kept %.2f %%; area of a score that knows nothing %.4f, of the truth "
        "%.4f\n",
        100.0 * result.report.base, result.report.base, result.report.perfect);
    out += scores_text(result);
    return out + best_of_text(result) + calibrations_text(result);
}

}  // namespace marginscope
