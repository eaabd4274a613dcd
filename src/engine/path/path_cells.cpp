// The plan of a lambda path: its cells, their commands, its file.
#include "engine/path/path_cells.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "engine/path/path_files.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"
#include "nn/model/config_json.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string number(double value) { return format_value(value); }

std::string numbers(const std::vector<double>& values) {
    std::string all;
    for (const double value : values) all += (all.empty() ? "" : ",") + number(value);
    return all;
}

std::string cell_folder(const PathPlan& plan, double lambda, std::int64_t seed, double noise) {
    std::string name = "lambda-" + number(lambda) + "_seed-" + std::to_string(seed);
    if (noise > 0) name += "_noise-" + number(noise);
    return (fs::path(plan.folder) / name).string();
}

/// The config of one cell: the plan's, with the cell's own values and a single thread, since cells
/// run side by side.
RunConfig cell_config(const PathPlan& plan, const PathCell& cell) {
    RunConfig config = plan.config;
    config.barrier.lambda = cell.lambda;
    config.train.seed = cell.seed;
    config.train.noise = cell.train_noise;
    config.train.threads = 1;
    return config;
}

std::vector<std::string> train_arguments(const PathPlan& plan, const PathCell& cell) {
    std::vector<std::string> arguments = {"train", "--out", cell.run};
    if (!plan.text.empty()) arguments.insert(arguments.end(), {"--text", plan.text});
    const RunConfig config = cell_config(plan, cell);
    const RunConfig usual;
    for (const Field& field : config_fields()) {
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

std::string quoted(const std::string& word) {
    const bool plain =
        !word.empty() && word.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "-_./=,:+%@") == std::string::npos;
    if (plain) return word;
    std::string result = "'";
    for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
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
    std::vector<PathCell> cells;
    std::set<std::string> seen;
    // Seeds outermost: a stopped path then has whole lambda curves rather than half of the grid.
    for (int k = 0; k < plan.seeds; ++k) {
        for (const double noise : plan.train_noises) {
            for (const double lambda : plan.lambdas) {
                PathCell cell;
                cell.lambda = lambda;
                cell.seed = plan.config.train.seed + k;
                cell.train_noise = noise;
                cell.site = name_of(plan.config.barrier.site);
                cell.fit = name_of(plan.config.stage.fit);
                cell.run = cell_folder(plan, lambda, cell.seed, noise);
                checked_value(*find_field("barrier.lambda"), lambda);
                checked_value(*find_field("train.noise"), noise);
                if (seen.insert(cell.run).second) cells.push_back(std::move(cell));
            }
        }
    }
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
                       std::to_string(plan.draws), "--threads", "1", "--json", "-"});
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
    std::string line = quoted(program);
    for (const std::string& argument : train_arguments(plan, cell)) line += " " + quoted(argument);
    return line;
}

namespace {

json plan_document(const PathPlan& plan) {
    return {{"format", 1},
            {"text", plan.text.empty() ? plan.text : fs::absolute(plan.text).string()},
            {"lambdas", plan.lambdas},
            {"train_noises", plan.train_noises},
            {"seeds", plan.seeds},
            {"sigmas", plan.sigmas},
            {"relative_sigmas", plan.relative_sigmas},
            {"relative", plan.relative},
            {"max_clean_loss", plan.max_clean_loss},
            {"positions", plan.positions},
            {"draws", plan.draws},
            {"config", config_to_json(plan.config)}};
}

/// What must be equal for two plans to share a folder: everything that a cell's numbers depend on
/// besides its own lambda, seed and noise.
json shared_part(json document) {
    for (const char* free : {"lambdas", "train_noises", "seeds", "max_clean_loss", "relative"})
        document.erase(free);
    document.at("config").at("barrier").erase("lambda");
    document.at("config").at("train").erase("noise");
    return document;
}

}  // namespace

void write_plan(const PathPlan& plan) {
    const std::string file = (fs::path(plan.folder) / "plan.json").string();
    if (fs::exists(file) &&
        shared_part(plan_document(read_plan(plan.folder))) != shared_part(plan_document(plan)))
        throw UserError(
            plan.folder +
                " holds a path with other settings (see its plan.json); choose another folder.",
            2);
    std::error_code problem;
    fs::create_directories(plan.folder, problem);
    if (problem)
        throw UserError("Cannot make the folder " + plan.folder + ": " + problem.message() + ".");
    write_file_atomically(file, dump_json(plan_document(plan), 2) + "\n");
}

PathPlan read_plan(const std::string& folder) {
    const std::string file = (fs::path(folder) / "plan.json").string();
    if (!fs::exists(file))
        throw UserError(
            folder +
            " is no path folder: it has no plan.json. Make one with `marginscope path --out " +
            folder + "`.");
    PathPlan plan;
    try {
        const json document = read_json_file(file, "a path's plan");
        plan.folder = folder;
        plan.text = document.at("text").get<std::string>();
        plan.lambdas = document.at("lambdas").get<std::vector<double>>();
        plan.train_noises = document.at("train_noises").get<std::vector<double>>();
        plan.seeds = document.at("seeds").get<int>();
        plan.sigmas = document.at("sigmas").get<std::vector<double>>();
        plan.relative_sigmas = document.at("relative_sigmas").get<std::vector<double>>();
        plan.relative = document.at("relative").get<bool>();
        plan.max_clean_loss = document.at("max_clean_loss").get<double>();
        plan.positions = document.at("positions").get<int>();
        plan.draws = document.at("draws").get<int>();
        plan.config = config_from_json(document.at("config"), file);
    } catch (const nlohmann::json::exception& error) {
        throw UserError(file + " is not a plan that this version reads: " + error.what() + ".");
    }
    return plan;
}

}  // namespace marginscope
