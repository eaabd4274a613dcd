// The cells of a lambda path and their commands.
#include "engine/path/path_cells.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

#include "core/error.h"
#include "core/messages/cell_config.h"
#include "core/messages/more_seeds.h"
#include "core/shell_word.h"
#include "core/shown.h"
#include "engine/path/path_files.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

std::string number(double value) { return format_value(value); }

std::string numbers(const std::vector<double>& values) {
    std::string all;
    for (const double value : values) all += (all.empty() ? "" : ",") + number(value);
    return all;
}

/// A head or a sigma is part of the name only where the plan has several of them.
std::string cell_folder(const PathPlan& plan, const PathCell& cell) {
    std::string name = "lambda-" + number(cell.lambda) + "_seed-" + std::to_string(cell.seed);
    if (cell.train_noise > 0) name += "_noise-" + number(cell.train_noise);
    if (plan.both_heads) name += cell.recipe.tied ? "_head-tied" : "_head-own";
    if (plan.stage_sigmas.size() > 1) {
        std::string sigma = cell.recipe.stage_sigma;
        std::replace(sigma.begin(), sigma.end(), ':', '-');
        name += "_sigma-" + sigma;
    }
    return (fs::path(plan.folder) / name).string();
}

std::vector<PathRecipe> recipes_of(const PathPlan& plan) {
    const Field& sigma = *find_field("stage.sigma");
    std::vector<std::string> sigmas;
    for (const std::string& text : plan.stage_sigmas)
        sigmas.push_back(format_value(parse_value(sigma, text)));
    if (sigmas.empty()) sigmas.push_back(format_value(sigma.get(plan.config)));
    std::vector<PathRecipe> recipes;
    for (const bool tied : {true, false})
        for (const std::string& one : sigmas)
            if (plan.both_heads || tied == plan.config.model.tied) recipes.push_back({tied, one});
    return recipes;
}

/// UserError for a value that no training would take.
void checked_lists(const PathPlan& plan) {
    for (const double lambda : plan.lambdas) checked_value(*find_field("barrier.lambda"), lambda);
    for (const double noise : plan.train_noises) checked_value(*find_field("train.noise"), noise);
    for (const std::string& text : plan.more_seeds) {
        const double lambda = more_seeds_from(text).lambda;
        if (std::find(plan.lambdas.begin(), plan.lambdas.end(), lambda) == plan.lambdas.end())
            throw UserError("More seeds are asked for at lambda " + number(lambda) +
                                ", which is not one of the path's: " + numbers(plan.lambdas) + ".",
                            2);
    }
}

std::vector<std::string> train_arguments(const PathPlan& plan, const PathCell& cell) {
    std::vector<std::string> arguments = {"train", "--out", cell.run};
    if (!plan.text.empty()) arguments.insert(arguments.end(), {"--text", plan.text});
    if (!plan.init.empty()) arguments.insert(arguments.end(), {"--init", plan.init});
    RunConfig config = cell_config(plan, cell);
    config.train.threads = 1;  // cells run side by side
    const RunConfig usual;
    for (const Field& field : config_fields()) {
        if (!plan.init.empty() && field.name.starts_with("model.")) continue;  // the model's own
        const FieldValue value = field.get(config);
        const bool always = field.name == "barrier.lambda" || field.name == "train.seed" ||
                            field.name == "train.threads";
        if (!always && value == field.get(usual)) continue;
        const std::string flag(field.short_flag.empty() ? field.name : field.short_flag);
        arguments.push_back("--" + flag);
        arguments.push_back(format_value(value));
    }
    arguments.push_back("--resume");  // begins anew where there is nothing to resume
    return arguments;
}

}  // namespace

std::string cell_file(const PathCell& cell, std::string_view name) {
    return (fs::path(cell.run) / name).string();
}

std::vector<PathCell> plan_cells(const PathPlan& plan) {
    if (plan.lambdas.empty())
        throw UserError("A path needs at least one lambda, for example --lambdas 0,0.02.", 2);
    if (plan.seeds < 1)
        throw UserError(
            "A path needs at least one seed; --seeds was " + std::to_string(plan.seeds) + ".", 2);
    checked_lists(plan);
    const std::vector<PathRecipe> recipes = recipes_of(plan);
    std::vector<PathCell> cells;
    std::set<std::string> seen;
    // Seeds outermost: a stopped path then has whole lambda curves rather than half of the grid.
    PathCell cell;
    cell.site = name_of(plan.config.barrier.site);
    cell.fit = name_of(plan.config.stage.fit);
    cell.stage_sigma_floor = plan.config.stage.sigma_floor;
    cell.stage_input_rms = plan.config.stage.input_rms;
    cell.text_mark = plan.text_mark;
    const int most = most_seeds(plan);
    for (int k = 0; k < most; ++k) {
        cell.seed = plan.config.train.seed + k;
        for (const PathRecipe& recipe : recipes) {
            cell.recipe = recipe;
            for (const double noise : plan.train_noises) {
                cell.train_noise = noise;
                for (const double lambda : plan.lambdas) {
                    const int own = noise > 0 ? plan.seeds : planned_seeds(plan, lambda, recipe);
                    if (k >= own) continue;
                    cell.lambda = lambda;
                    cell.run = cell_folder(plan, cell);
                    if (seen.insert(cell.run).second) cells.push_back(cell);
                }
            }
        }
    }
    return cells;
}

std::string cell_name(const PathCell& cell) { return fs::path(cell.run).filename().string(); }

std::vector<PathCell> chosen_cells(const PathPlan& plan, const std::vector<std::string>& names) {
    std::set<std::string> wanted(names.begin(), names.end());
    std::vector<PathCell> cells = plan_cells(plan);
    std::erase_if(cells, [&](const PathCell& cell) { return wanted.erase(cell_name(cell)) == 0; });
    if (!wanted.empty())
        throw UserError("The plan in " + shown_path(plan.folder) + " has no cell " +
                            shown(*wanted.begin()) +
                            "; `marginscope path --out DIR --plan` names those that it has.",
                        2);
    return cells;
}

std::vector<CellStep> cell_steps(const PathPlan& plan, const PathCell& cell) {
    const auto with_text = [&](std::vector<std::string> arguments) {
        if (!plan.text.empty()) arguments.insert(arguments.end(), {"--text", plan.text});
        return arguments;
    };
    // Sigma 0 goes along: it is the clean loss, and a curve without it cannot be read.
    const auto noise = [&](const std::vector<double>& chosen, bool relative) {
        std::vector<double> sigmas = {0.0};
        std::copy_if(chosen.begin(), chosen.end(), std::back_inserter(sigmas),
                     [](double sigma) { return sigma != 0.0; });
        std::vector<std::string> arguments =
            with_text({"noise", "--model", cell.run, "--sigmas", numbers(sigmas), "--draws",
                       std::to_string(plan.draws), "--max-windows",
                       std::to_string(plan.noise_windows), "--threads", "1", "--json", "-"});
        if (relative) arguments.push_back("--relative");
        return arguments;
    };
    return {
        {train_arguments(plan, cell), "", cell_file(cell, "final.safetensors")},
        {with_text(
             {"fit", "--model", cell.run, "--out", cell_file(cell, kFitted), "--threads", "1"}),
         "", cell_file(cell, kFitted)},
        {with_text({"margins", "--model", cell_file(cell, kFitted), "--kind", "singular",
                    "--geometric", "none", "--max-positions", std::to_string(plan.positions),
                    "--threads", "1", "--json", "-"}),
         cell_file(cell, kMargins), cell_file(cell, kMargins)},
        {noise(plan.sigmas, false), cell_file(cell, kNoise), cell_file(cell, kNoise)},
        {noise(plan.relative_sigmas, true), cell_file(cell, kRelativeNoise),
         cell_file(cell, kRelativeNoise)},
    };
}

std::string train_line(const PathPlan& plan, const PathCell& cell, const std::string& program) {
    return shell_path(program) + " " + shell_command(train_arguments(plan, cell));
}

}  // namespace marginscope
