// `marginscope fit`: gives a model a fitted stage, so that models can be compared.
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/output_guard.h"
#include "cli/progress.h"
#include "core/shell_word.h"
#include "files/json_numbers.h"
#include "nn/train/fit_run.h"

namespace marginscope {
namespace {

struct Options {
    FitRequest request;
    std::string model;
    std::string out;
    TextOption text;
    std::string json;
};

/// The same fit, as a user can paste it.
std::string fit_command(const Options& options) {
    std::string command = "marginscope fit";
    if (!options.model.empty()) command += " --model " + shell_path(options.model);
    if (!options.text.file.empty()) command += " --text " + shell_path(options.text.file);
    const FitRequest usual;
    if (options.request.steps != usual.steps)
        command += " --steps " + std::to_string(options.request.steps);
    if (options.request.stage_seed != usual.stage_seed)
        command += " --stage-seed " + std::to_string(options.request.stage_seed);
    return command + " --out " + shell_path(options.out);
}

int run(Options& options, std::stop_token stop) {
    options.request.model = options.model;
    options.request.out = options.out;
    require_replaceable(options.out, OutputKind::checkpoint, "--out");
    const Corpus corpus = options.text.load();
    ProgressLine progress("fit");
    const StageFitReport report = run_fit(
        options.request, corpus,
        [&](std::size_t done, std::size_t total) { progress.update(done, total); }, stop);
    progress.clear();
    if (report.stopped) {
        progress.note("Stopped at step " + std::to_string(report.steps) +
                      "; nothing was written. Begin again with: " + fit_command(options));
        return kExitInterrupted;
    }
    const StageLikelihood& fit = report.likelihood;
    if (options.json != "-")
        write_text(options.out + "  " + number_text(fit.nats_per_position) +
                   " nats per position (volume " + number_text(fit.volume) + ", energy " +
                   number_text(fit.energy) + ", normaliser " + number_text(fit.normaliser) +
                   "), sigma " + number_text(fit.sigma) + ", det J < 0 at " +
                   number_text(report.share_beyond * 100, 3) + " %\n");
    if (!options.json.empty())
        write_json(options.json, {{"model", options.model},
                                  {"out", options.out},
                                  {"text", text_json(corpus)},
                                  {"steps", report.steps},
                                  {"stage_seed", options.request.stage_seed},
                                  {"nats_per_position", json_number(fit.nats_per_position)},
                                  {"volume", json_number(fit.volume)},
                                  {"energy", json_number(fit.energy)},
                                  {"normaliser", json_number(fit.normaliser)},
                                  {"sigma", json_number(fit.sigma)},
                                  {"positions", fit.positions},
                                  {"share_beyond", json_number(report.share_beyond)}});
    return kExitDone;
}

}  // namespace

void add_fit_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("fit", "fit a stage to a trained model, by one fixed protocol");
    command->footer(
        "Comparisons between models use a stage fitted afterwards with the same text, steps and "
        "seed.\n\n"
        "Example:\n"
        "  marginscope fit --model runs/first --out runs/first/fitted.safetensors");
    const auto options = std::make_shared<Options>();
    add_model_option(*command, options->model);
    options->text.add_to(*command, "UTF-8 text; the first nine tenths fit, the rest is reported");
    command->add_option("--out", options->out, "the checkpoint to write")
        ->type_name("FILE")
        ->required();
    command->add_option("--steps", options->request.steps, "fitting steps")
        ->check(CLI::Range(1, 10'000'000))
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--stage-seed", options->request.stage_seed,
                     "seed of the stage's first weights")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'000'000'000'000'000}))
        ->type_name("N")
        ->capture_default_str();
    add_threads_option(*command, options->request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
