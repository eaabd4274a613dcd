// `marginscope path`: trains, fits and measures a grid of lambdas and seeds, each cell a child
// process.
#include <algorithm>
#include <memory>
#include <sstream>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/config_flags.h"
#include "cli/output.h"
#include "cli/path_pieces.h"
#include "cli/path_text.h"
#include "cli/progress.h"
#include "cli/share_flag.h"
#include "core/error.h"
#include "core/messages/more_seeds.h"
#include "engine/path/path_cells.h"
#include "engine/path/path_folder.h"
#include "engine/path/path_init.h"
#include "engine/path/path_run.h"
#include "files/json_numbers.h"
#include "files/paths.h"

namespace marginscope {
namespace {

struct Options {
    PathPlan plan;
    TextOption text;
    std::string lambdas = "0,0.005,0.01,0.02,0.05,0.1";
    std::string train_noises = "0";
    std::string stage_sigmas;
    std::string more_seeds;
    std::string sigmas;  // of the unit chosen by --relative
    std::string max_clean_loss = "2%";
    bool list = false;
    PathPieces pieces;
    ConfigFlags flags;
    std::string json;
};

/// A bad text is refused once, here, and not in every cell.
void read_text(Options& options) {
    if (options.text.file.empty()) return;
    // Every cell reads the text anew: from a pipe the first would leave nothing to the others.
    options.plan.text = readable_text(options.text.file, options.plan.folder);
    options.text.file = options.plan.text;
    options.text.load();
}

/// The head and sigma of the cells.
void complete_recipes(Options& options) {
    PathPlan& plan = options.plan;
    const auto& given = options.flags.given();
    if (const auto tied = given.find("model.tied"); tied != given.end() && tied->second == "both") {
        plan.both_heads = true;
        options.flags.take("model.tied");
    }
    if (options.stage_sigmas.empty()) return;
    if (given.contains("stage.sigma"))
        throw UserError("Give --stage-sigma for all cells or --stage-sigmas for some of each.",
                        kExitWrongUse);
    std::istringstream items(options.stage_sigmas);
    const Field& sigma = *find_field("stage.sigma");
    for (std::string item; std::getline(items, item, ',');) {
        std::erase(item, ' ');
        plan.stage_sigmas.push_back(format_value(parse_value(sigma, item)));
    }
}

void complete_plan(Options& options) {
    PathPlan& plan = options.plan;
    complete_recipes(options);
    plan.lambdas = number_list("--lambdas", options.lambdas);
    std::istringstream more(options.more_seeds);
    for (std::string item; std::getline(more, item, ',');) {
        std::erase(item, ' ');
        plan.more_seeds.push_back(more_seeds_text(more_seeds_from(item)));
    }
    plan.train_noises = number_list("--train-noises", options.train_noises);
    // Every cell is judged in both units; --sigmas sets those of the unit that the proposal looks
    // at.
    if (!options.sigmas.empty())
        (plan.relative ? plan.relative_sigmas : plan.sigmas) =
            number_list("--sigmas", options.sigmas);
    plan.max_clean_loss = share_of("--max-clean-loss", options.max_clean_loss, "2% or 0.02");
    for (const char* field : {"barrier.lambda", "train.noise"})
        if (options.flags.given().contains(field))
            throw UserError(std::string("A path varies ") + field +
                                " itself: use --lambdas and --train-noises.",
                            kExitWrongUse);
    if (plan.init.empty()) plan.config = options.flags.apply(RunConfig{});
    read_text(options);
    if (plan.init.empty()) return;
    take_init(plan);
    plan.config = options.flags.apply_to_model(plan.config.model, "--init");
}

int list_cells(const PathPlan& plan) {
    std::string lines;
    for (const PathCell& cell : plan_cells(plan))
        lines += train_line(plan, cell, executable_path().string()) + "\n";
    write_text(lines);
    return kExitDone;
}

std::string working_on(const PathFrame& frame) {
    std::string names;
    for (const PathCell& cell : frame.cells)
        if (cell.status == CellStatus::running)
            names += (names.empty() ? "" : ", ") + ("lambda " + number_text(cell.lambda)) +
                     " seed " + std::to_string(cell.seed);
    return names;
}

void take_folder_plan(PathPlan& plan) {
    const int jobs = plan.jobs;  // of this machine
    plan = read_plan(plan.folder);
    plan.jobs = jobs;
}

int run(Options& options, std::stop_token stop) {
    if (options.pieces.from_folder(options.plan.folder))
        take_folder_plan(options.plan);
    else
        complete_plan(options);
    if (options.list) return list_cells(options.plan);
    if (options.pieces.plan()) return write_path_plan(options.plan);
    if (options.pieces.collect()) return collect_path(options.plan.folder, options.json);
    constexpr double kPollSecs = 0.2;
    ProgressLine progress("path");
    PathRun path(
        options.plan, executable_path().string(), [] {}, options.pieces.cells());
    bool stopped = false;
    while (!path.wait_for(kPollSecs)) {
        if (stop.stop_requested() && !stopped) {
            stopped = true;
            path.request_stop();
        }
        // Thousandths of the whole grid: cells that are half done count.
        const auto frame = path.frame();
        progress.update(static_cast<std::size_t>(frame->progress * 1000), 1000, working_on(*frame));
    }
    progress.clear();
    // A scheduler tells the children as well, and they may have ended first.
    stopped = stopped || stop.stop_requested();
    const auto frame = path.frame();
    if (options.json != "-") write_text(path_text(*frame));
    if (!options.json.empty()) write_json(options.json, parse_json(path_json(*frame), "path.json"));
    const bool all_done =
        std::all_of(frame->cells.begin(), frame->cells.end(),
                    [](const PathCell& cell) { return cell.status == CellStatus::done; });
    if (stopped && !all_done) {
        progress.note("Stopped; what is done is kept in " + options.plan.folder +
                      ". The same command goes on.");
        return kExitInterrupted;
    }
    for (const PathCell& cell : frame->cells)
        if (cell.status == CellStatus::failed)
            throw UserError("A cell of the path failed: " + cell.run + ": " + cell.sentence);
    return kExitDone;
}

}  // namespace

constexpr const char* kFooter =
    "--tied both and --stage-sigmas train each lambda with each head and each sigma; every one is "
    "judged against\n"
    "lambda 0 of its own. Each cell is a `train`, a `fit`, a `margins` and a `noise` of its own; "
    "what is done is kept, "
    "and the same\n"
    "command goes on after a stop. --list prints the train commands alone, one a line. On several "
    "machines that share DIR, each cell is done by its name (scripts/slurm does so as a job "
    "array):\n"
    "  marginscope path --out DIR --lambdas 0,0.02 --seeds 5 --plan | parallel marginscope path "
    "--out DIR --cell {}\n"
    "  marginscope path --out DIR --collect";

/// What is trained.
void add_grid_options(CLI::App& command, Options& options) {
    PathPlan& plan = options.plan;
    options.text.add_to(command, "UTF-8 text to learn and to evaluate");
    command.add_option("--out", plan.folder, "the folder of the path")
        ->type_name("DIR")
        ->required();
    add_init_option(command, plan.init);
    command.add_option("--lambdas", options.lambdas, "values of lambda_m")
        ->type_name("LIST")
        ->capture_default_str();
    command.add_option("--seeds", plan.seeds, "seeds per lambda, from --seed on")
        ->check(CLI::Range(1, 10'000))
        ->type_name("N")
        ->capture_default_str();
    command
        .add_option("--more-seeds", options.more_seeds,
                    "seeds in all at some lambda only, as in 0:8,0.02:8, where --seeds is less")
        ->type_name("LIST");
    command
        .add_option("--train-noises", options.train_noises, "training noises: the barrier's rival")
        ->type_name("LIST")
        ->capture_default_str();
    command
        .add_option("--stage-sigmas", options.stage_sigmas,
                    "values of --stage-sigma, each with every lambda, as in closed,learned,1")
        ->type_name("LIST");
    command.add_option("--jobs", plan.jobs, "cells at once; 0: the number of cores")
        ->check(CLI::Range(0, 1024))
        ->type_name("N")
        ->capture_default_str();
    command.add_flag("--list", options.list, "print the train command of each cell and do nothing");
}

/// By what it is judged.
void add_judging_options(CLI::App& command, Options& options) {
    PathPlan& plan = options.plan;
    command
        .add_option("--sigmas", options.sigmas,
                    "noise at which each cell is evaluated, beside none [0.02,0.05,0.1; with "
                    "--relative 0.25,0.5]")
        ->type_name("LIST");
    command.add_flag("--relative", plan.relative,
                     "those, and the proposal, in units of the RMS of each model's own embeddings");
    command.add_option("--draws", plan.draws, "noise draws for each sigma")
        ->check(CLI::Range(1, 10'000))
        ->type_name("N")
        ->capture_default_str();
    command
        .add_option("--noise-windows", plan.noise_windows,
                    "windows of the last tenth on which each noise is evaluated, evenly spaced; 0: "
                    "all")
        ->check(CLI::Range(0, 100'000'000))
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--positions", plan.positions, "positions whose margins are measured")
        ->check(CLI::Range(16, 100'000'000))
        ->type_name("N")
        ->capture_default_str();
    command
        .add_option("--max-clean-loss", options.max_clean_loss,
                    "what the proposed lambda may cost on clean text")
        ->type_name("SHARE")
        ->capture_default_str();
}

void add_path_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("path", "train a grid of lambdas and seeds and compare them");
    command->footer(kFooter);
    const auto options = std::make_shared<Options>();
    add_grid_options(*command, *options);
    add_judging_options(*command, *options);
    options->flags.add_to(*command);
    add_json_option(*command, options->json);
    options->pieces.add_to(*command);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
