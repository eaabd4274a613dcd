// `marginscope selective`: what to keep of what a model writes or predicts, with a promise.
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/selective_options.h"
#include "cli/share_flag.h"
#include "core/shown.h"
#include "files/atomic_file.h"

namespace marginscope {
namespace {

PromiseSettings promise_of(const SelectiveOptions& options) {
    PromiseSettings promise;
    promise.error = share_of("--error", options.error, "5% or 0.05");
    promise.confidence = share_of("--confidence", options.confidence, "95% or 0.95");
    const auto inside = [](double share) { return share > 0.0 && share < 1.0; };
    if (!inside(promise.error) || !inside(promise.confidence))
        throw UserError("--error and --confidence lie between 0% and 100%, both left out.",
                        kExitWrongUse);
    return promise;
}

void tell_cost(ProgressLine& progress, const StoryItems& written, std::size_t stories) {
    if (written.write_secs <= 0.0) return;
    progress.note(number_text(static_cast<double>(stories) / written.write_secs, 3) +
                  " stories a second and core; their margins took " +
                  number_text(written.margin_secs / written.write_secs, 3) +
                  " times as long as the writing.");
}

// False: it was stopped.
bool write_items(SelectiveResult& result, SelectiveOptions& options, ProgressLine& progress,
                 const std::stop_token& stop) {
    StoryItemsRequest& request = options.stories;
    request.model = options.model;
    const std::size_t end = options.part * (1 + options.calibrations);
    request.stories = end + options.fresh_stories();
    const StoryItems written = write_story_items(
        request,
        [&](std::size_t done, std::size_t total) { progress.update(done, total, "stories"); },
        stop);
    progress.clear();
    if (written.stopped) return false;
    tell_cost(progress, written, request.stories);
    result.parts = {written.items.part(0, options.part), written.items.part(options.part, end),
                    written.items.part(end, written.items.size()), options.calibrations};
    describe_stories(result, options, written);
    return true;
}

bool measure_items(SelectiveResult& result, SelectiveOptions& options, ProgressLine& progress,
                   const std::stop_token& stop) {
    TextItemsRequest& request = options.predictions;
    request.model = options.model;
    request.threads = options.stories.threads;
    Corpus corpus = options.text.load();
    const nlohmann::json text = text_json(corpus);
    const std::string name = shown_text(corpus.name);
    request.text = std::move(corpus.text);
    const TextItems measured = measure_text_items(
        request,
        [&](std::size_t done, std::size_t total) { progress.update(done, total, "windows"); },
        stop);
    progress.clear();
    if (measured.stopped) return false;
    result.parts = measured.parts;
    result.settings.best_of.clear();  // one prediction is not another draw of the next
    describe_text(result, options, measured, name);
    result.about["text"] = text;
    if (measured.unknown > 0) progress.note(unknown_sentence(measured.unknown, "text"));
    return true;
}

int run(SelectiveOptions& options, const std::stop_token& stop) {
    SelectiveResult result;
    result.settings.promise = promise_of(options);
    result.settings.seed = options.stories.sampling.seed;
    ProgressLine progress("selective");
    if (!(options.text.file.empty() ? write_items(result, options, progress, stop)
                                    : measure_items(result, options, progress, stop))) {
        progress.note("Stopped before all items were there: no result.");
        return kExitInterrupted;
    }
    result.report = selective_report(result.parts, result.settings);
    result.with_items = !options.no_items;
    if (options.json != "-") write_text(selective_text(result));
    if (!options.html.empty()) {
        result.command = selective_command_words(options);
        write_file_atomically(options.html, selective_page(result));
    }
    if (!options.json.empty()) write_json(options.json, selective_json(result));
    return kExitDone;
}

void add_stories(CLI::App& command, SelectiveOptions& options) {
    const CLI::Range counts(std::size_t{10}, std::size_t{10'000'000});
    command.add_option("--stories", options.part, "stories to tune with, and as many to calibrate")
        ->check(counts)
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--fresh", options.fresh, "fresh stories to judge with [as many]")
        ->check(counts)
        ->type_name("N");
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
}

void add_text(CLI::App& command, SelectiveOptions& options) {
    CLI::Option* const text =
        command
            .add_option("--text", options.text.file,
                        "instead of stories, the predictions of this UTF-8 text; its last tenth is "
                        "measured")
            ->type_name("FILE");
    for (const char* flag :
         {"--stories", "--fresh", "--calibrations", "--sentences", "--characters", "--temperature"})
        text->excludes(flag);
    command
        .add_flag("--whole", options.predictions.whole_text,
                  "measure the whole text: for a text no model was trained on")
        ->needs(text);
    command
        .add_option("--surprise", options.predictions.surprise,
                    "a prediction is wrong where -log p of what follows is above, in nats")
        ->check(CLI::Range(0.0, 100.0))
        ->type_name("NATS")
        ->capture_default_str()
        ->needs(text);
    command
        .add_option("--max-positions", options.predictions.max_positions,
                    "at most so many predictions, in evenly spaced windows")
        ->check(CLI::Range(std::size_t{3}, std::size_t{100'000'000}))
        ->type_name("N")
        ->capture_default_str()
        ->needs(text);
}

}  // namespace

void add_selective_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "selective", "what to keep of what a model writes, by probability, entropy or margin");
    command->footer(
        "The model writes stories whose rules can be checked, or predicts a held-out text. For "
        "each score: how many of those\n"
        "kept are wrong, the area under that curve, and a threshold that keeps errors below "
        "--error with --confidence, found on\n"
        "one part and looked at on another. The first line says whether margins add anything "
        "beside entropy.\n\n"
        "Examples:\n"
        "  marginscope selective --model RUN --html selective.html\n"
        "  marginscope selective --model RUN --text valid.txt --surprise 3\n"
        "  marginscope selective --model RUN --error 10% --stories 500 --fresh 100000 "
        "--calibrations 200 --no-items --json -");
    const auto options = std::make_shared<SelectiveOptions>();
    add_model_option(*command, options->model);
    add_stories(*command, *options);
    add_text(*command, *options);
    command->add_option("--error", options->error, "share of wrong ones among those kept")
        ->type_name("SHARE")
        ->capture_default_str();
    command->add_option("--confidence", options->confidence, "that the error stays below")
        ->type_name("SHARE")
        ->capture_default_str();
    command
        ->add_option("--seed", options->stories.sampling.seed, "of the writing and the intervals")
        ->type_name("N")
        ->capture_default_str();
    add_threads_option(*command, options->stories.threads);
    auto* json = add_json_option(*command, options->json);
    command->add_flag("--no-items", options->no_items, "leave the single items out of the JSON")
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
