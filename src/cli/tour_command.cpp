// `marginscope tour`: what a tour holds, or its mistakes with their lines.
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "core/error.h"
#include "core/shown.h"
#include "files/tour_file.h"

namespace marginscope {
namespace {

struct Options {
    std::string tour;
    bool check = false;
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
    write_text(tour_lines(reading.tour));
    return kExitDone;
}

}  // namespace

void add_tour_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("tour", "check a tour's file, or say what it holds");
    command->footer(
        "A tour is a JSON file of steps (docs/tours.md); open one in the window to walk it. "
        "Examples:\n"
        "  marginscope tour my-tour.json --check\n"
        "  marginscope tour support-tokens");
    const auto options = std::make_shared<Options>();
    command->add_option("tour", options->tour, "a tour's file, or the name of one that ships")
        ->type_name("FILE")
        ->required();
    command->add_flag("--check", options->check,
                      "name the line of each mistake; exit code 1 when there is one");
    command->callback([&context, options] {
        context.run = [&context, options](std::stop_token) {
            return run(*options, *context.hooks);
        };
    });
}

}  // namespace marginscope
