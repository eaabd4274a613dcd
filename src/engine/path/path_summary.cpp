// What a path tells: paired differences over seeds, and the lambda it proposes.
#include <cmath>
#include <cstdio>
#include <map>
#include <tuple>

#include "engine/path/path_cells.h"

namespace marginscope {
namespace {

std::string number(double value) { return format_value(value); }

}  // namespace

std::optional<PathProposal> propose_lambda(const std::vector<PathCell>& cells,
                                           double max_clean_loss, bool relative) {
    struct Mean {
        double clean = 0.0;
        double noisy = 0.0;
        int count = 0;
    };
    std::map<double, Mean> by_lambda;
    double sigma = 0.0;
    for (const PathCell& cell : cells) {
        const auto& noisy = relative ? cell.noisy_ce_relative : cell.noisy_ce;
        if (cell.status != CellStatus::done || cell.train_noise > 0 || !cell.clean_ce ||
            noisy.empty())
            continue;
        const auto& middle = noisy[noisy.size() / 2];
        sigma = middle.first;
        Mean& mean = by_lambda[cell.lambda];
        mean.clean += *cell.clean_ce;
        mean.noisy += middle.second;
        ++mean.count;
    }
    if (by_lambda.size() < 2 || by_lambda.begin()->first != 0.0) return std::nullopt;
    for (auto& [lambda, mean] : by_lambda) {
        mean.clean /= mean.count;
        mean.noisy /= mean.count;
    }
    const Mean& base = by_lambda.begin()->second;
    auto best = by_lambda.begin();
    for (auto it = by_lambda.begin(); it != by_lambda.end(); ++it)
        if (it->second.clean <= base.clean * (1.0 + max_clean_loss) &&
            it->second.noisy < best->second.noisy)
            best = it;

    const auto percent = [](double to, double from) {
        char text[32];
        std::snprintf(text, sizeof text, "%+.1f %%", 100.0 * (to / from - 1.0));
        return std::string(text);
    };
    PathProposal proposal;
    proposal.lambda = best->first;
    proposal.rule = "lowest loss at noise " + number(sigma) + (relative ? " RMS" : "") +
                    " among lambdas that cost at most " +
                    number(std::round(1000.0 * max_clean_loss) / 10.0) + " % on clean text";
    proposal.reason = best->first == 0.0
                          ? "no other lambda within that cost was better under noise"
                          : percent(best->second.noisy, base.noisy) + " under noise for " +
                                percent(best->second.clean, base.clean) +
                                " on clean text, means of " + std::to_string(best->second.count) +
                                (best->second.count == 1 ? " seed" : " seeds");
    if (base.count < 5) proposal.reason += "; fewer than five seeds, so take it as a hint";
    return proposal;
}

namespace {

/// 0.975 quantiles of Student's t for 1 … 30 degrees of freedom; beyond that the normal's is within
/// 2 %.
double student_quantile(int degrees) {
    static constexpr double kTable[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                        2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                        2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                        2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
    return degrees <= 30 ? kTable[degrees - 1] : 1.960;
}

/// Every loss of a finished cell, by the name it is reported under.
std::map<std::string, double> losses_of(const PathCell& cell) {
    std::map<std::string, double> losses = {{"clean", *cell.clean_ce}};
    for (const auto& [sigma, ce] : cell.noisy_ce) losses["noise " + number(sigma)] = ce;
    for (const auto& [sigma, ce] : cell.noisy_ce_relative)
        losses["noise " + number(sigma) + " RMS"] = ce;
    return losses;
}

PairedDifference summarise(std::vector<double> differences) {
    PairedDifference result;
    result.seeds = static_cast<int>(differences.size());
    for (const double difference : differences) result.mean += difference / result.seeds;
    double square = 0.0;
    for (const double difference : differences)
        square += (difference - result.mean) * (difference - result.mean);
    const int degrees = result.seeds - 1;
    const double half =
        degrees > 0 ? student_quantile(degrees) * std::sqrt(square / degrees / result.seeds) : NAN;
    result.low = result.mean - half;
    result.high = result.mean + half;
    return result;
}

}  // namespace

std::vector<PairedDifference> paired_differences(const std::vector<PathCell>& cells) {
    std::map<std::int64_t, std::map<std::string, double>> base;
    for (const PathCell& cell : cells)
        if (cell.status == CellStatus::done && cell.lambda == 0 && cell.train_noise == 0)
            base[cell.seed] = losses_of(cell);
    std::map<std::tuple<double, double, std::string>, std::vector<double>> differences;
    for (const PathCell& cell : cells) {
        const auto own = base.find(cell.seed);
        const bool is_base = cell.lambda == 0 && cell.train_noise == 0;
        if (cell.status != CellStatus::done || is_base || own == base.end()) continue;
        for (const auto& [quantity, loss] : losses_of(cell))
            if (const auto from = own->second.find(quantity); from != own->second.end())
                differences[{cell.lambda, cell.train_noise, quantity}].push_back(
                    loss / from->second - 1.0);
    }
    std::vector<PairedDifference> result;
    for (auto& [key, values] : differences) {
        PairedDifference one = summarise(std::move(values));
        std::tie(one.lambda, one.train_noise, one.quantity) = key;
        result.push_back(std::move(one));
    }
    return result;
}

}  // namespace marginscope
