// `marginscope posterior`: draws a trained model's weights from a density around it.
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/error.h"
#include "core/shell_word.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "nn/posterior/posterior_run.h"

namespace marginscope {
namespace {

constexpr double kMixed = 1.01;      // R-hat above: chains do not agree yet (Vehtari et al. 2021)
constexpr double kFewDraws = 100.0;  // bulk ESS of a chain below: R-hat itself is not to be trusted
constexpr double kWarm = 0.1;        // gradient heat above is said

struct Options {
    PosteriorRequest request;
    std::string model, out, json;
    TextOption text;
    std::optional<double> lambda;
    bool resume = false;
    CLI::App* command = nullptr;
};

std::string undefined_or(double value, int digits) {
    if (std::isnan(value)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

/// What a reader must know before using the draws; empty: nothing stands against them.
std::vector<std::string> cautions(const PosteriorPlan& plan, const PosteriorReport& report) {
    std::vector<std::string> said;
    std::string apart;
    bool few = false;
    for (const PosteriorQuantity& one : report.quantities) {
        if (one.r_hat > kMixed) apart += (apart.empty() ? "" : ", ") + one.name;
        few = few || one.ess < kFewDraws * plan.chains;
    }
    if (!apart.empty())
        said.push_back("Not mixed (R-hat above 1.01): " + apart +
                       ". Longer chains (--burn-in, --every) or a larger --step-size.");
    if (few)
        said.push_back(
            "Fewer than 100 effective draws a chain: R-hat and ESS themselves are rough.");
    if (report.gradient_heat > kWarm) {
        char text[160];
        std::snprintf(text, sizeof text,
                      "Minibatches heat the draws: the temperature is up to %.3g times the one "
                      "asked for. A smaller --step-size.",
                      1.0 + report.gradient_heat);
        said.push_back(text);
    }
    said.push_back(
        "All chains start from the trained model: R-hat cannot see another mode than its own.");
    return said;
}

std::string table(const PosteriorPlan& plan, const PosteriorReport& report) {
    std::string text = density_sentence(plan) + "\n";
    char line[256];
    std::snprintf(line, sizeof line,
                  "%d samples of %d chains; burn-in %lld steps, then one every %lld; step size %g, "
                  "constant\n",
                  report.samples, plan.chains, static_cast<long long>(plan.burn_in),
                  static_cast<long long>(plan.every), plan.step_size);
    text += line;
    std::snprintf(line, sizeof line, "%-18s %10s %10s %10s %7s %7s\n", "", "trained", "mean", "sd",
                  "R-hat", "ESS");
    text += line;
    for (const PosteriorQuantity& one : report.quantities) {
        std::snprintf(line, sizeof line, "%-18s %10s %10s %10s %7s %7s\n", one.name.c_str(),
                      undefined_or(one.start, 4).c_str(), undefined_or(one.mean, 4).c_str(),
                      undefined_or(one.spread, 4).c_str(), undefined_or(one.r_hat, 3).c_str(),
                      undefined_or(one.ess, 0).c_str());
        text += line;
    }
    for (const std::string& caution : cautions(plan, report)) text += caution + "\n";
    return text;
}

void check_resumed_flags(const Options& options) {
    for (const CLI::Option* option : options.command->get_options()) {
        const std::string name = option->get_name();
        if (option->count() == 0 || name == "--out" || name == "--text" || name == "--json" ||
            name == "--resume")
            continue;
        throw UserError("Chains that go on take everything from " +
                            shown_path(options.out + "/posterior.json") + "; leave " + name +
                            " out.",
                        kExitWrongUse);
    }
}

int run(Options& options, std::stop_token stop) {
    options.request.model = options.model;
    options.request.out = options.out;
    options.request.lambda = options.lambda;
    if (options.resume) check_resumed_flags(options);
    const Corpus corpus = options.text.load();
    ProgressLine progress("posterior");
    const PosteriorPlan plan = options.resume ? read_posterior_plan(options.out)
                                              : begin_posterior(options.request, corpus);
    progress.note(density_sentence(plan));
    const PosteriorReport report = run_posterior(
        options.out, corpus,
        [&](std::size_t done, std::size_t total, const std::string& detail) {
            progress.update(done, total, detail);
        },
        stop);
    progress.clear();
    if (report.stopped) {
        std::string again = "marginscope posterior --out " + shell_path(options.out);
        if (!options.text.file.empty()) again += " --text " + shell_path(options.text.file);
        progress.note("Stopped at a step and saved; " + std::to_string(report.samples) +
                      " samples so far. Go on with: " + again + " --resume");
        return kExitInterrupted;
    }
    if (options.json != "-") write_text(table(plan, report));
    if (!options.json.empty()) {
        nlohmann::json document = plan_to_json(plan);
        document["result"] = report_to_json(report);
        document["cautions"] = cautions(plan, report);
        document["out"] = options.out;
        write_json(options.json, document);
    }
    return kExitDone;
}

void add_numbers(CLI::App& command, Options& options) {
    PosteriorPlan& plan = options.request.plan;
    const auto count = [&](const char* flag, auto& value, const char* help) {
        command.add_option(flag, value, help)->type_name("N")->capture_default_str();
    };
    const auto real = [&](const char* flag, auto& value, const char* help) {
        command.add_option(flag, value, help)->type_name("X")->capture_default_str();
    };
    count("--samples", plan.samples, "draws of all chains together");
    count("--chains", plan.chains, "chains, one after the other");
    count("--burn-in", plan.burn_in, "steps of each chain that are thrown away");
    count("--every", plan.every, "steps from one draw of a chain to the next");
    real("--step-size", plan.step_size, "twice the learning rate of the step; constant");
    real("--temperature", plan.temperature, "of exp(-U / temperature); not 1: tempered");
    real("--prior-sd", plan.prior_sd, "standard deviation s of the weights' prior");
    command
        .add_option("--lambda", options.lambda,
                    "lambda_m of the density [what the model was trained with]")
        ->type_name("X");
    command.add_option("--seed", plan.seed, "seed of noise and minibatches")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{9'000'000'000'000'000}))
        ->type_name("N")
        ->capture_default_str();
}

}  // namespace

void add_posterior_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("posterior", "samples of a trained model's weights, each a run folder");
    command->footer(
        "Langevin dynamics with minibatches, from the density exp(-U / temperature),\n"
        "  U = N (CE + lambda_m * mean barrier) + |theta|^2 / (2 s^2),   N tokens of the first "
        "nine "
        "tenths,\n"
        "given the trained stage, which stays as it is; s keeps the embeddings from growing where "
        "the barrier has no bound.\n"
        "The preconditioner follows the gradients during the burn-in and is frozen then. Two "
        "errors stay, both of the order\n"
        "of the step size: the step's own, and the minibatch's heat, which is printed. R-hat and "
        "effective sample size are of\n"
        "loss and margins on fixed windows, after the burn-in, four times a draw.\n"
        "DIR is then an ensemble: `marginscope calibration --model DIR`.\n\n"
        "Examples:\n"
        "  marginscope posterior --model runs/first --out runs/first-posterior --samples 20\n"
        "  marginscope posterior --out runs/first-posterior --resume");
    const auto options = std::make_shared<Options>();
    options->command = command;
    add_model_option(*command, options->model);
    options->text.add_to(*command, "UTF-8 text; the first nine tenths are the data");
    command->add_option("--out", options->out, "folder of the samples, new or empty")
        ->type_name("DIR")
        ->required();
    add_numbers(*command, *options);
    command->add_flag("--resume", options->resume, "go on with the chains in --out");
    add_threads_option(*command, options->request.plan.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
