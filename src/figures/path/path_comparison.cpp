// Figures of two choices over the seeds that both have.
#include "figures/path/path_comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "core/words.h"

namespace marginscope {
namespace {

using Cells = std::map<std::int64_t, const PathCell*>;

Cells cells_of(const PathFrame& path, const PathChoice& choice) {
    Cells cells;
    for (const PathCell& cell : path.cells)
        if (cell.lambda == choice.lambda && cell.train_noise == choice.train_noise &&
            cell.status == CellStatus::done && (!choice.seed || *choice.seed == cell.seed))
            cells[cell.seed] = &cell;
    return cells;
}

bool is_of(const PathFrame& path, const PathChoice& choice) {
    return std::any_of(path.cells.begin(), path.cells.end(), [&](const PathCell& cell) {
        return cell.lambda == choice.lambda && cell.train_noise == choice.train_noise &&
               (!choice.seed || *choice.seed == cell.seed);
    });
}

using Pairs = std::vector<std::pair<const PathCell*, const PathCell*>>;

Pairs pairs_of(const Cells& first, const Cells& second, bool two_models) {
    Pairs pairs;
    for (const auto& [seed, cell] : first) {
        const auto other = second.find(seed);
        if (other != second.end()) pairs.emplace_back(cell, other->second);
    }
    if (pairs.empty() && two_models && !first.empty() && !second.empty())
        pairs.emplace_back(first.begin()->second, second.begin()->second);
    return pairs;
}

ComparedQuantity compared(const CellQuantity& quantity, bool relative, const Pairs& pairs) {
    std::vector<double> first, second, differences;
    for (const auto& [a, b] : pairs) {
        const auto x = value_of(quantity, *a, relative), y = value_of(quantity, *b, relative);
        if (!x || !y) continue;
        first.push_back(*x);
        second.push_back(*y);
        differences.push_back(*y - *x);
    }
    ComparedQuantity row{quantity, relative, std::nullopt, std::nullopt, student_mean(differences)};
    if (first.empty()) return row;
    row.first = mean(first);
    row.second = mean(second);
    return row;
}

}  // namespace

std::string choice_words(const PathChoice& choice) {
    std::string words = "lambda_m " + format_number(choice.lambda);
    if (choice.train_noise > 0)
        words += ", trained with noise " + format_number(choice.train_noise);
    if (choice.seed) words += ", seed " + std::to_string(*choice.seed);
    return words;
}

std::vector<PathChoice> choices_of(const PathFrame& path) {
    std::set<std::pair<double, double>> seen;
    for (const PathCell& cell : path.cells) seen.insert({cell.train_noise, cell.lambda});
    std::vector<PathChoice> choices;
    for (const auto& [noise, lambda] : seen) choices.push_back({lambda, noise, std::nullopt});
    return choices;
}

std::pair<PathChoice, PathChoice> compared_choices(const PathFrame& path,
                                                   const std::optional<PathChoice>& first,
                                                   const std::optional<PathChoice>& second) {
    const std::vector<PathChoice> choices = choices_of(path);
    // The largest lambda_m among the models that are trained as the first ones are.
    PathChoice proposed = choices.front();
    for (const PathChoice& choice : choices)
        if (choice.train_noise == choices.front().train_noise) proposed = choice;
    if (path.proposal && path.proposal->lambda > 0)
        proposed = {path.proposal->lambda, 0, std::nullopt};
    const auto or_else = [&](const std::optional<PathChoice>& chosen, const PathChoice& other) {
        return chosen && is_of(path, *chosen) ? *chosen : other;
    };
    return {or_else(first, choices.front()), or_else(second, proposed)};
}

PathComparison compare_choices(const PathFrame& path, const PathChoice& first,
                               const PathChoice& second) {
    const bool two_models = first.seed.has_value() && second.seed.has_value();
    const Pairs pairs = pairs_of(cells_of(path, first), cells_of(path, second), two_models);
    PathComparison result;
    result.pairs = static_cast<int>(pairs.size());
    result.same_seeds = std::all_of(pairs.begin(), pairs.end(), [](const auto& pair) {
        return pair.first->seed == pair.second->seed;
    });
    std::vector<std::pair<CellQuantity, bool>> all = {{clean_loss(), false}};
    for (const bool relative : {false, true})
        for (const double sigma : sigmas_of(path, relative))
            all.emplace_back(noisy_loss(sigma, relative), relative);
    for (const auto& make : {sigma_min_median, sigma_min_p5, sigma_min_smallest, logdet_mean,
                             share_beyond, embedding_rms})
        all.emplace_back(make(), false);
    for (const auto& [quantity, relative] : all)
        result.rows.push_back(compared(quantity, relative, pairs));
    return result;
}

}  // namespace marginscope
