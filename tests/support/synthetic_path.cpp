// Cells, differences and splits by formulas.
#include "support/synthetic_path.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace marginscope::synthetic {
namespace {

float uniform(std::mt19937& generator) {
    return std::uniform_real_distribution<float>(0, 1)(generator);
}

}  // namespace

std::shared_ptr<PathFrame> make_path(int lambda_count, int seeds, std::mt19937& generator) {
    auto frame = std::make_shared<PathFrame>();
    frame->version = 1;
    frame->folder = "runs/path";
    frame->running = true;
    const double lambdas[] = {0, 0.005, 0.01, 0.02, 0.05, 0.1};
    for (int l = 0; l < lambda_count; ++l) {
        for (int s = 0; s < seeds; ++s) {
            PathCell cell;
            cell.lambda = l < 6 ? lambdas[l] : 0.1 * (l - 4);
            cell.seed = 1337 + s;
            cell.site = "embeddings";
            cell.fit = "likelihood";
            const bool done = s < seeds - 1 || l < lambda_count / 2;
            cell.status = done                    ? CellStatus::done
                          : l == lambda_count / 2 ? CellStatus::running
                                                  : CellStatus::waiting;
            cell.progress = 0.4;
            if (done) {
                const double u = uniform(generator) * 0.02;
                cell.clean_ce = 1.02 + 0.6 * cell.lambda + u;
                for (const double sigma : {0.02, 0.05, 0.1}) {
                    cell.noisy_ce.emplace_back(
                        sigma,
                        *cell.clean_ce + sigma * (14 - 60 * std::min(cell.lambda, 0.05)) + u);
                }
                cell.sigma_min_median = 0.24 + 2 * cell.lambda;
                cell.sigma_min_p5 = 0.06 + cell.lambda;
                cell.sigma_min_min = 0.01 + 0.2 * cell.lambda;
                cell.logdet_mean = -2.1 + 12 * cell.lambda;
                cell.share_beyond = 0.41 * std::exp(-40 * cell.lambda);
                cell.embedding_rms = 0.11 + 0.5 * cell.lambda;
            }
            cell.run = "runs/path/lambda-" + std::to_string(cell.lambda) + "-seed-" +
                       std::to_string(cell.seed);
            frame->cells.push_back(cell);
        }
    }
    frame->running_cells = 1;
    frame->progress = 0.72;
    frame->eta_secs = 340;
    frame->proposal = PathProposal{0.02,
                                   "at most 2 % clean loss",
                                   "largest lambda whose clean cross-entropy rises by at most 2 %",
                                   true,
                                   2,
                                   std::nullopt};
    return frame;
}

namespace {

PathRecipe recipe_of(int index) {
    constexpr const char* kSigmas[] = {"learned:0.125", "closed", "1.2"};
    return {index % 2 == 1, kSigmas[index / 2 % 3]};
}

void finish(PathCell& cell, std::mt19937& generator) {
    const double u = 0.02 * uniform(generator);
    cell.status = CellStatus::done;
    cell.progress = 1;
    cell.clean_ce = 1.02345 + 0.6 * cell.lambda + u;
    cell.noisy_ce.clear();
    for (const double sigma : {0.0125, 0.05, 0.1})
        cell.noisy_ce.emplace_back(sigma, *cell.clean_ce + 14 * sigma + u);
    for (const double sigma : {0.25, 0.5})
        cell.noisy_ce_relative.emplace_back(sigma, *cell.clean_ce + 2 * sigma - cell.lambda + u);
    cell.sigma_min_median = 0.24 + 2 * cell.lambda;
    cell.sigma_min_p5 = 0.06 + cell.lambda;
    cell.sigma_min_min = 0.01 + 0.2 * cell.lambda;
    cell.logdet_mean = -2.1 + 12 * cell.lambda + 40 * u;
    cell.share_beyond = 0.41 * std::exp(-40 * cell.lambda);
    cell.embedding_rms = 0.11 + 0.5 * cell.lambda;
}

void add_differences(PathFrame& path, const PathRecipe& recipe, double lambda, double noise,
                     int seeds) {
    for (const char* quantity :
         {"clean", "noise 0.0125", "noise 0.05", "noise 0.1", "noise 0.25 RMS", "noise 0.5 RMS"}) {
        const double mean = 0.3 * lambda - 0.01, half = 0.02;
        path.paired.push_back(
            {lambda, noise, quantity, seeds, mean, mean - half, mean + half, 0.05, recipe});
    }
}

}  // namespace

std::shared_ptr<PathFrame> finished_path(int lambda_count, int seeds, int recipes) {
    std::mt19937 generator(23);
    auto path = std::make_shared<PathFrame>(*make_path(lambda_count, seeds, generator));
    const std::vector<PathCell> like = path->cells;
    path->cells.clear();
    path->running = false;
    path->progress = 1;
    for (int r = 0; r < recipes; ++r)
        for (const double noise : {0.0, 0.0125}) {
            if (noise > 0 && (r > 0 || recipes < 2)) continue;
            for (PathCell cell : like) {
                cell.recipe = recipe_of(r);
                cell.train_noise = noise;
                cell.run += "-" + cell.recipe.stage_sigma + (noise > 0 ? "-noise" : "") +
                            (cell.recipe.tied ? "-tied" : "-own");
                finish(cell, generator);
                path->cells.push_back(cell);
                const bool base = cell.lambda == 0 && noise == 0;
                if (cell.seed == like.front().seed && !base)
                    add_differences(*path, cell.recipe, cell.lambda, noise, seeds);
            }
        }
    SeedSplit split;
    split.recipe = recipe_of(0);
    split.lambda = like[static_cast<std::size_t>(seeds)].lambda;
    split.quantity = "mean log|det J|";
    for (int s = 0; s < seeds; ++s)
        (s % 2 == 0 ? split.low : split.high).seeds.push_back(like.front().seed + s);
    split.low.mean = -1.90123;
    split.high.mean = 0.31234;
    path->splits = {split};
    path->proposal = PathProposal{
        0,
        "lowest loss at noise 0.25 RMS among the lambda_m whose 95 % interval lies below 0",
        "No lambda_m can be told from 0 yet: about 123 more seeds would settle it for lambda_m "
        "0.0125, if mean and spread stay as they are",
        false,
        seeds,
        123,
        recipe_of(0),
        split.lambda};
    return path;
}

}  // namespace marginscope::synthetic
