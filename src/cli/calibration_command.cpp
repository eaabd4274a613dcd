// `marginscope calibration`: how well calibrated models, ensembles of them, and one model under
// draws of noise are, on the same text.
#include <cstdio>
#include <memory>

#include "cli/calibration_page.h"
#include "cli/calibration_report.h"
#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/output_guard.h"
#include "cli/progress.h"
#include "core/error.h"
#include "core/shell_word.h"
#include "files/atomic_file.h"
#include "nn/posterior/ensemble_paths.h"
#include "nn/posterior/predictive.h"

namespace marginscope {
namespace {

struct Options {
    PredictiveRequest request;
    std::vector<std::string> models, together;
    double noise = 0.0;
    int noise_draws = 8;
    TextOption text;
    std::string json, html;
};

Predictor predictor_of(const std::string& path) {
    Predictor one;
    one.models = ensemble_paths(path);
    one.name = path.empty() ? "the small trained model" : path;
    if (one.models.size() > 1)
        one.name += ", " + std::to_string(one.models.size()) + " models together";
    return one;
}

std::vector<Predictor> predictors_of(const Options& options) {
    std::vector<Predictor> all;
    std::vector<std::string> models = options.models;
    if (models.empty() && options.together.empty()) models = {""};
    for (const std::string& path : models) {
        all.push_back(predictor_of(path));
        if (options.noise <= 0.0 || all.back().models.size() > 1) continue;
        Predictor noisy = all.back();
        noisy.sigma = options.noise;
        noisy.draws = options.noise_draws;
        char words[80];
        std::snprintf(words, sizeof words, ", %d draws of noise of %g RMS", noisy.draws,
                      noisy.sigma);
        noisy.name += words;
        all.push_back(std::move(noisy));
    }
    if (options.together.empty()) return all;
    Predictor joined;
    for (const std::string& path : options.together)
        for (const auto& model : ensemble_paths(path)) joined.models.push_back(model);
    joined.name = options.together.front() + " and " + std::to_string(joined.models.size() - 1) +
                  " more, together";
    all.push_back(std::move(joined));
    return all;
}

/// The same comparison, as a user can paste it.
std::string command_of(const Options& options) {
    std::string command = "marginscope calibration";
    for (const std::string& path : options.models) command += " --model " + shell_path(path);
    if (!options.together.empty()) command += " --together";
    for (const std::string& path : options.together) command += " " + shell_path(path);
    if (!options.text.file.empty()) command += " --text " + shell_path(options.text.file);
    if (options.request.whole_text) command += " --whole";
    char words[96];
    if (options.noise > 0.0) {
        std::snprintf(words, sizeof words, " --noise %g --noise-draws %d", options.noise,
                      options.noise_draws);
        command += words;
    }
    if (options.request.max_windows > 0)
        command += " --max-windows " + std::to_string(options.request.max_windows);
    if (options.request.seed > 0) command += " --seed " + std::to_string(options.request.seed);
    return command + " --html " + shell_path(options.html);
}

int run(Options& options, std::stop_token stop) {
    if (!options.html.empty()) require_replaceable(options.html, OutputKind::page, "--html");
    options.request.predictors = predictors_of(options);
    const Corpus corpus = options.text.load();
    options.request.text = corpus.text;
    ProgressLine progress("calibration");
    const PredictiveReport report = evaluate_predictors(
        options.request, [&](std::size_t done, std::size_t total) { progress.update(done, total); },
        stop);
    progress.clear();
    if (report.unknown > 0) progress.note(unknown_sentence(report.unknown, "the text"));
    if (report.stopped)
        progress.note("Stopped; only what was whole by then is given: " +
                      std::to_string(report.predictors.size()) + " of " +
                      std::to_string(options.request.predictors.size()) + ".");
    if (report.stopped && report.predictors.empty()) return kExitInterrupted;
    if (options.json != "-") {
        write_text(calibration_verdict(report) + "\n" + predictors_text(report));
        for (const std::string& note : predictors_notes()) write_text("\n" + note + "\n");
    }
    if (!options.json.empty()) {
        nlohmann::json document = predictors_json(report);
        document["text"] = text_json(corpus);
        document["stopped"] = report.stopped;
        document["seed"] = options.request.seed;
        write_json(options.json, document);
    }
    if (!options.html.empty() && !report.stopped)
        write_file_atomically(options.html,
                              calibration_page(report, corpus.name, command_of(options)));
    return report.stopped ? kExitInterrupted : kExitDone;
}

}  // namespace

void add_calibration_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "calibration", "loss, Brier score and calibration of models, ensembles and noise draws");
    command->footer(
        "A folder of samples (`marginscope posterior`) or of runs is an ensemble: the mean of its "
        "models' probabilities.\n"
        "Everything is compared with the first, window by window.\n\n"
        "Examples:\n"
        "  marginscope calibration --model RUN --model RUN-posterior --noise 0.1 --noise-draws 20\n"
        "  marginscope calibration --model RUN_1 --together RUN_1 RUN_2 RUN_3 RUN_4 RUN_5");
    const auto options = std::make_shared<Options>();
    PredictiveRequest& request = options->request;
    command
        ->add_option("--model", options->models,
                     "checkpoints, runs, or folders of samples or runs; may be repeated [the small "
                     "trained model]")
        ->type_name("PATH");
    command
        ->add_option("--together", options->together,
                     "these models as one more predictor: the mean of their probabilities")
        ->type_name("PATH...");
    options->text.add_to(*command, "UTF-8 text; its last tenth is evaluated");
    command->add_flag("--whole", request.whole_text,
                      "evaluate the whole text: for a text no model was trained on");
    command
        ->add_option("--noise", options->noise,
                     "each single model also as the mean over draws of noise on its embeddings, in "
                     "units of the RMS of the token embeddings; 0: not")
        ->check(CLI::Range(0.0, 1e6))
        ->type_name("X")
        ->capture_default_str();
    command->add_option("--noise-draws", options->noise_draws, "how many")
        ->check(CLI::Range(1, 10'000))
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--max-windows", request.max_windows,
                     "at most so many windows, evenly spaced; 0: all")
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--seed", request.seed, "seed of the noise and of the intervals")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--html", options->html,
                     "also a page with the reliability diagram, self-contained")
        ->type_name("FILE");
    add_threads_option(*command, request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
