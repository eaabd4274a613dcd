// `marginscope selective`: what to keep of what a model writes, with a promise.
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/selective_output.h"
#include "cli/share_flag.h"
#include "core/shell_word.h"
#include "core/words.h"
#include "files/atomic_file.h"
#include "nn/probability/selective_stories.h"

namespace marginscope {
namespace {

struct Options {
    StoryItemsRequest stories;
    std::string model;
    std::size_t part = 2000, fresh = 0;
    std::size_t calibrations = 1;
    std::string error = "5%", confidence = "95%";
    bool no_items = false;
    std::string html, json;
};

std::size_t fresh_of(const Options& options) {
    return options.fresh > 0 ? options.fresh : options.part;
}

PromiseSettings promise_of(const Options& options) {
    PromiseSettings promise;
    promise.error = share_of("--error", options.error, "5% or 0.05");
    promise.confidence = share_of("--confidence", options.confidence, "95% or 0.95");
    const auto inside = [](double share) { return share > 0.0 && share < 1.0; };
    if (!inside(promise.error) || !inside(promise.confidence))
        throw UserError("--error and --confidence lie between 0% and 100%, both left out.",
                        kExitWrongUse);
    return promise;
}

std::string command_of(const Options& options) {
    const Options usual;
    const SamplingSettings &asked = options.stories.sampling, &plain = usual.stories.sampling;
    std::string words = "marginscope selective";
    const auto add = [&](const char* flag, const auto& value, const auto& otherwise) {
        if (value == otherwise) return;
        if constexpr (requires { std::to_string(value); })
            words +=
                std::string(" ") + flag + " " +
                (std::is_floating_point_v<std::decay_t<decltype(value)>> ? number_text(value, 12)
                                                                         : std::to_string(value));
        else
            words += std::string(" ") + flag + " " + shell_word(value);
    };
    if (!options.model.empty()) words += " --model " + shell_path(options.model);
    add("--stories", options.part, usual.part);
    add("--fresh", options.fresh, usual.fresh);
    add("--calibrations", options.calibrations, usual.calibrations);
    add("--sentences", options.stories.sentences, usual.stories.sentences);
    add("--characters", options.stories.most_characters, usual.stories.most_characters);
    add("--temperature", asked.temperature, plain.temperature);
    add("--seed", asked.seed, plain.seed);
    add("--error", options.error, usual.error);
    add("--confidence", options.confidence, usual.confidence);
    return words + " --html " + shell_path(options.html);
}

std::string what_is_written(const StoryItemsRequest& request) {
    if (request.sentences == 0) return "whole stories";
    return request.sentences == 1
               ? "the first sentence of a story"
               : "the first " + std::to_string(request.sentences) + " sentences of a story";
}

void describe(SelectiveResult& result, const Options& options, const StoryItems& written) {
    const StoryItemsRequest& request = options.stories;
    result.items = "stories";
    result.about = {{"model", written.model},
                    {"kind", "stories"},
                    {"sentences", request.sentences},
                    {"most_characters", request.most_characters},
                    {"temperature", request.sampling.temperature},
                    {"seed", request.sampling.seed},
                    {"characters", written.characters},
                    {"unfinished", written.unfinished},
                    {"first", written.first}};
    result.facts = {{"Model", written.model},
                    {"Written", what_is_written(request) + " after a blank line, temperature " +
                                    format_number(request.sampling.temperature) + ", seed " +
                                    std::to_string(request.sampling.seed)},
                    {"Stories", std::to_string(options.part) + " to tune, " +
                                    std::to_string(options.part) + " to calibrate" +
                                    (options.calibrations > 1
                                         ? " (" + std::to_string(options.calibrations) + " times)"
                                         : "") +
                                    ", " + std::to_string(fresh_of(options)) + " fresh"},
                    {"Not finished", std::to_string(written.unfinished) + " in " +
                                         std::to_string(request.most_characters) + " characters"}};
    result.notes = {
        "A story is wrong when a sentence breaks a rule of the built-in stories, or is not "
        "finished. "
        "Nobody judges taste.",
        "Area: the mean share of wrong ones over all coverages, best first; smaller is better. "
        "Intervals: 95 %, 2,000 bootstrap draws over fresh stories, the same draws for all scores.",
        "The promise: thresholds laid out on the tuning part are tested on the calibration part, "
        "surest first, each with the exact binomial tail, until one fails (learn then test, fixed "
        "sequence). It is of independent stories of this model and temperature, not of each single "
        "one, and of other texts it says nothing.",
        "Determinant margin: log|det J| of the model's fitted stage, at the characters written. "
        "Margins are sensitivities, not probabilities."};
}

void tell_cost(ProgressLine& progress, const StoryItems& written, std::size_t stories) {
    if (written.write_secs <= 0.0) return;
    progress.note(number_text(static_cast<double>(stories) / written.write_secs, 3) +
                  " stories a second and core; margins took " +
                  number_text(written.margin_secs / written.write_secs, 3) +
                  " times as long as the writing.");
}

int run(Options& options, const std::stop_token& stop) {
    SelectiveResult result;
    result.settings.promise = promise_of(options);
    result.settings.seed = options.stories.sampling.seed;
    options.stories.model = options.model;
    const std::size_t calibration = options.part * options.calibrations;
    options.stories.stories = options.part + calibration + fresh_of(options);
    ProgressLine progress("selective");
    const StoryItems written = write_story_items(
        options.stories,
        [&](std::size_t done, std::size_t total) { progress.update(done, total, "stories"); },
        stop);
    progress.clear();
    if (written.stopped) {
        progress.note("Stopped before all stories were written: no result.");
        return kExitInterrupted;
    }
    tell_cost(progress, written, options.stories.stories);
    const std::size_t end = options.part + calibration;
    result.parts = {written.items.part(0, options.part), written.items.part(options.part, end),
                    written.items.part(end, written.items.size()), options.calibrations};
    result.report = selective_report(result.parts, result.settings);
    result.with_items = !options.no_items;
    describe(result, options, written);
    if (options.json != "-") write_text(selective_text(result));
    if (!options.html.empty()) {
        result.command = command_of(options);
        write_file_atomically(options.html, selective_page(result));
    }
    if (!options.json.empty()) write_json(options.json, selective_json(result));
    return kExitDone;
}

void add_stories(CLI::App& command, Options& options) {
    const auto count = [&](const char* flag, std::size_t& value, const char* help) {
        return command.add_option(flag, value, help)
            ->check(CLI::Range(std::size_t{10}, std::size_t{10'000'000}))
            ->type_name("N");
    };
    count("--stories", options.part, "stories to tune with, and as many to calibrate with")
        ->capture_default_str();
    count("--fresh", options.fresh, "fresh stories to judge with [as many]");
    command
        .add_option("--calibrations", options.calibrations,
                    "repeat the calibration, each time with stories of its own, and count how "
                    "often the promise is kept")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
        ->type_name("N")
        ->capture_default_str();
    command
        .add_option("--sentences", options.stories.sentences,
                    "sentences of each story; 0: up to the blank line that ends it")
        ->check(CLI::Range(0, 1000))
        ->type_name("N")
        ->capture_default_str();
    command
        .add_option("--characters", options.stories.most_characters,
                    "what is not finished by then is wrong")
        ->check(CLI::Range(1, 100'000))
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--temperature", options.stories.sampling.temperature, "of the writing")
        ->check(CLI::Range(0.01, 100.0))
        ->type_name("X")
        ->capture_default_str();
    command.add_option("--seed", options.stories.sampling.seed, "of the writing")
        ->type_name("N")
        ->capture_default_str();
}

}  // namespace

void add_selective_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "selective", "what to keep of what a model writes, by probability, entropy or margin");
    command->footer(
        "The model writes stories whose rules can be checked. For each score: how many of those "
        "kept are wrong, the area under\n"
        "that curve, and a threshold that keeps errors below --error with --confidence, found on "
        "one part and looked at on\n"
        "another. The first line says whether margins add anything beside entropy.\n\n"
        "Examples:\n"
        "  marginscope selective --model RUN --html selective.html\n"
        "  marginscope selective --model RUN --error 10% --stories 500 --fresh 100000 "
        "--calibrations 200 --no-items --json -");
    const auto options = std::make_shared<Options>();
    add_model_option(*command, options->model);
    add_stories(*command, *options);
    command->add_option("--error", options->error, "share of wrong ones among those kept")
        ->type_name("SHARE")
        ->capture_default_str();
    command->add_option("--confidence", options->confidence, "that the error stays below")
        ->type_name("SHARE")
        ->capture_default_str();
    add_threads_option(*command, options->stories.threads);
    auto* json = add_json_option(*command, options->json);
    command->add_flag("--no-items", options->no_items, "leave the single stories out of the JSON")
        ->needs(json);
    command
        ->add_option("--html", options->html,
                     "write the report as one page that needs nothing else")
        ->type_name("FILE");
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
