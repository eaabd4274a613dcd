// `marginscope tour`: what a tour holds, its mistakes with their lines, or its handout.
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/output_guard.h"
#include "cli/progress.h"
#include "cli/tour_handout.h"
#include "core/error.h"
#include "core/shell_word.h"
#include "core/shown.h"
#include "files/atomic_file.h"
#include "files/tour_file.h"

namespace marginscope {
namespace {

struct Options {
    std::string tour;
    bool check = false;
    std::string html;
};

// "FILE:LINE: sentence", as compilers say it and editors read it.
std::string faults_text(const std::filesystem::path& file, const std::vector<TourFault>& faults) {
    std::string text;
    for (const TourFault& fault : faults)
        text += shown_text(file.string()) + ":" + std::to_string(fault.line) + ": " +
                shown_text(fault.sentence) + "\n";
    return text;
}

std::string tour_lines(const Tour& tour) {
    std::string text = shown_text(tour.title) + "\n" + shown_text(tour.teaches) + "\n\n";
    for (std::size_t k = 0; k < tour.steps.size(); ++k) {
        const TourStep& step = tour.steps[k];
        text += std::to_string(k + 1) + ". " + shown_text(step.title) +
                (step.ask.kind == TourQuestion::none ? "" : " (asks)") + "\n";
    }
    return text;
}

int write_handout(const Options& options, const std::filesystem::path& file, const Tour& tour,
                  const CliHooks& hooks) {
    require_replaceable(options.html, OutputKind::page, "--html");
    if (!hooks.walk_tour)
        throw UserError("This build cannot draw: it was made without the window.");
    TourPage page{tour.title, tour.teaches, {}, ""};
    page.command = "marginscope tour " + shell_word(options.tour) + " --html " +
                   shell_word(std::filesystem::path(options.html).filename().string());
    ProgressLine progress("tour");
    TourRequest request;
    request.tour = file;
    request.take = [&](const TourStepPicture& picture) {
        page.steps.push_back(handout_step(picture));
        progress.update(page.steps.size(), tour.steps.size(), "steps");
    };
    hooks.walk_tour(request);
    progress.clear();
    write_file_atomically(options.html, tour_page(page));
    write_text(options.html + "\n");
    return kExitDone;
}

int run(const Options& options, const CliHooks& hooks) {
    const std::filesystem::path file = tour_path(options.tour);
    const TourReading reading = read_tour(tour_text(file), hooks.tour_places);
    if (options.check) {
        write_text(reading.faults.empty()
                       ? shown_text(file.string()) + ": no mistakes, " +
                             std::to_string(reading.tour.steps.size()) + " steps\n"
                       : faults_text(file, reading.faults));
        return reading.faults.empty() ? kExitDone : kExitFailed;
    }
    if (!reading.faults.empty())
        throw UserError(shown_path(file) + " has mistakes; `marginscope tour --check` lists them.");
    if (!options.html.empty()) return write_handout(options, file, reading.tour, hooks);
    write_text(tour_lines(reading.tour));
    return kExitDone;
}

}  // namespace

void add_tour_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("tour", "check a tour's file, say what it holds, or make a page of it");
    command->footer(
        "A tour is a JSON file of steps (docs/tours.md); open one in the window to walk it. "
        "Examples:\n"
        "  marginscope tour my-tour.json --check\n"
        "  marginscope tour support-tokens --html support-tokens.html");
    const auto options = std::make_shared<Options>();
    command->add_option("tour", options->tour, "a tour's file, or the name of one that ships")
        ->type_name("FILE")
        ->required();
    command->add_flag("--check", options->check,
                      "name the line of each mistake; exit code 1 when there is one");
    command
        ->add_option(
            "--html", options->html,
            "write the tour with pictures of its steps as one page that needs nothing else")
        ->type_name("OUT.html");
    command->callback([&context, options] {
        context.run = [&context, options](std::stop_token) {
            return run(*options, *context.hooks);
        };
    });
}

}  // namespace marginscope
