// Sentences and tables of `marginscope subset`.
#include "cli/subset_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "cli/output.h"
#include "cli/progress.h"
#include "core/probability/digits.h"

namespace marginscope {
namespace {

std::string short_number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, value < 1e6 ? "%.0f" : "%.2e", value);
    return text;
}

std::string secs_text(double secs) {
    if (secs >= 10.0) return duration_text(secs);
    return number_text(secs, 2) + " s";
}

/// How far a probability of the report can be from the true one; 0: it is that one.
double doubt(const SubsetReport& report, double standard_error) {
    return report.method == SubsetMethod::sampled ? standard_error : report.law.bound;
}

std::string with_doubt(const SubsetReport& report, double value, double standard_error) {
    const double error = doubt(report, standard_error);
    if (!(error > 0.0)) return with_its_digits(value, 0.0);
    // Of what may as well be 0 nothing is known but that it is small.
    const double reach = report.method == SubsetMethod::sampled ? 2.0 * error : error;
    if (reach >= value) return "below " + error_digits(value + reach);
    return with_its_digits(value, error) + " ± " + error_digits(error);
}

std::string method_text(const SubsetReport& report) {
    const SubsetLaw& law = report.law;
    if (report.method == SubsetMethod::sampled) {
        const auto& effective = report.population.effective;
        return "sampled: " + std::to_string(report.population.draws) +
               " particles, standard errors after ±; effective sample size " +
               short_number(effective.back()) + " at the end, " +
               short_number(*std::min_element(effective.begin(), effective.end())) +
               " at its lowest";
    }
    if (law.bound > 0.0)
        return "enumerated in part: no probability is further than " + error_digits(law.bound) +
               " from the true one, whatever was left out";
    return "exact";
}

std::string positions_text(const SubsetReport& report) {
    std::string out;
    for (const std::size_t position : report.problem.asked)
        out += (out.empty() ? "" : ", ") + std::to_string(position);
    return (report.problem.asked.size() == 1 ? "position " : "positions ") + out;
}

std::string marginal_text(const SubsetReport& report, std::size_t place) {
    const std::vector<SubsetProbability>& law = report.law.marginals[place];
    std::vector<std::size_t> order(law.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return law[a].prob > law[b].prob; });
    std::string out = "position " + std::to_string(report.problem.asked[place]) + ":";
    constexpr std::size_t kShown = 6;
    for (std::size_t k = 0; k < std::min(kShown, order.size()); ++k) {
        const SubsetProbability& p = law[order[k]];
        if (!(p.prob > 0.0)) break;
        out += (k > 0 ? "  " : " ") + visible_token(report.symbols[order[k]]) + " " +
               with_doubt(report, p.prob, p.error);
    }
    return out + "\n";
}

std::string evidence_text(const SubsetReport& report) {
    if (report.problem.fixed.size() <= (report.problem.before.empty() ? 1u : 0u)) return "";
    const double error = report.method == SubsetMethod::sampled ? report.law.evidence_error : 0.0;
    std::string out = "log p of what is fixed " + with_its_digits(report.law.evidence, error, 6);
    if (error > 0.0) out += " ± " + error_digits(error);
    if (report.law.bound > 0.0) out += " or more";
    return out + " nats, ";
}

std::string check_text(const SubsetCheck& check) {
    const std::string position = "position " + std::to_string(check.position);
    std::string value = number_text(check.value, 2);
    if (check.sampled && check.compared == 0)
        return position + ": no law is left that chance could have moved: nothing to compare\n";
    if (check.compared > 0)
        value += " (" + number_text(check.in_errors, 2) + " standard errors, the largest of " +
                 std::to_string(check.compared) + "; chance alone stays below " +
                 number_text(check.by_chance, 2) + " in 95 of 100 runs)";
    switch (check.kind) {
        case SubsetCheck::Kind::summed_out:
            return position + " summed out of the joint law: differs by at most " + value +
                   " from the law computed without it\n";
        case SubsetCheck::Kind::one_longer:
            return "a text longer by " + position + ": differs by at most " + value +
                   " from the law above\n";
        case SubsetCheck::Kind::seam:
            break;
    }
    return "the window moves at " + position +
           ": its law before and after, of a likely text, are " + value + " nats apart (KL)\n";
}

}  // namespace

std::string subset_entry_text(const SubsetReport& report, const SubsetText& text) {
    std::string out;
    for (const int token : text.tokens) out += report.symbols[static_cast<std::size_t>(token)];
    return out;
}

std::string subset_cost_text(const SubsetReport& report) {
    const SubsetCost& cost = report.cost;
    std::string out =
        "Enumerating: " + short_number(cost.work.fills) + " fills, " + short_number(cost.passes) +
        " passes, " + short_number(cost.work.token_steps) + " token-steps, " +
        short_number(cost.work.flop / 1e9) + " GFLOP: about " + secs_text(cost.predicted_secs) +
        ", no less than " + secs_text(cost.floor_secs) + " at " +
        short_number(cost.gemm_flop_per_s / 1e9) + " GFLOP/s";
    switch (report.method) {
        case SubsetMethod::enumerated:
            return out + ".";
        case SubsetMethod::bounded:
            return out + ", of which branch and bound leaves out what it can.";
        case SubsetMethod::sampled:
            break;
    }
    return out + ". Sampled instead: at most " + short_number(report.most_token_steps) +
           " token-steps, " + secs_text(report.most_token_steps * cost.token_secs) + ".";
}

std::string subset_law_text(const SubsetReport& report, std::size_t most) {
    const SubsetLaw& law = report.law;
    std::string out = "law of " + positions_text(report) + " (" + method_text(report) + ")\n";
    double listed = 0.0;
    const std::size_t rows = std::min(most == 0 ? law.law.size() : most, law.law.size());
    for (std::size_t k = 0; k < rows; ++k) {
        const double p = std::exp(law.law[k].logprob);
        listed += p;
        std::string text;
        for (const int token : law.law[k].tokens)
            text += visible_token(report.symbols[static_cast<std::size_t>(token)]);
        out += "  " + text + "  " + with_doubt(report, p, p * law.law[k].error) + "\n";
    }
    if (rows < law.law.size()) {
        char line[120];
        std::snprintf(line, sizeof line, "  and %zu more, which have %.2g of the probability\n",
                      law.law.size() - rows, std::max(0.0, 1.0 - listed));
        out += line;
    }
    for (std::size_t place = 0; place < law.marginals.size() && law.marginals.size() > 1; ++place)
        out += marginal_text(report, place);
    out += evidence_text(report) + "in " + secs_text(report.secs) + "\n";
    for (const SubsetCheck& check : report.checks) out += check_text(check);
    return out;
}

}  // namespace marginscope
