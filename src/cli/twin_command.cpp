// `marginscope twin`: a text under noise beside itself.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/error.h"
#include "files/json_numbers.h"
#include "nn/decode/twin_run.h"

namespace marginscope {
namespace {

constexpr std::size_t kPlacesShown = 10, kDrawsShown = 16;

struct Options {
    TwinRequest request;
    std::string model;
    TextOption text;
    std::string prompt;
    std::string at;
    std::string json;
};

std::vector<int> positions_of(const std::string& list) {
    std::vector<int> positions;
    for (const double number : number_list("--at", list)) {
        if (number != std::floor(number) || number > 1e9)
            throw UserError("--at takes places of characters counted from 0, as in 4,17; one is " +
                                number_text(number) + ".",
                            kExitWrongUse);
        positions.push_back(static_cast<int>(number));
    }
    std::sort(positions.begin(), positions.end());
    positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
    return positions;
}

nlohmann::json draw_json(const TwinDraw& draw, std::size_t number, const TwinRequest& request) {
    nlohmann::json out = {
        {"draw", number},
        {"seed", request.seed},
        {"first_divergence",
         draw.first_divergence ? nlohmann::json(*draw.first_divergence) : nlohmann::json()},
        {"flips", draw.flips},
        {"kl", json_numbers(draw.kl)},
        {"margin_gap", json_numbers(draw.margin_gap)}};
    if (request.tokens > 0) out["written"] = draw.written;
    return out;
}

nlohmann::json report_json(const TwinReport& report, const TwinRequest& request) {
    nlohmann::json draws = nlohmann::json::array();
    for (std::size_t k = 0; k < report.draws.size(); ++k)
        draws.push_back(draw_json(report.draws[k], k, request));
    return {{"model", report.model},
            {"unit", request.relative ? "rms" : "absolute"},
            {"rms", report.rms},
            {"where", name_of(request.where)},
            {"sigma", request.sigma},
            {"at", request.positions},
            {"kind", name_in(margin_kinds(), request.kind)},
            {"tokens", report.tokens},
            {"given", report.given},
            {"left_out", report.left_out},
            {"draws", draws},
            {"share_flipped", json_numbers(report.share_flipped)},
            {"mean_kl", json_numbers(report.mean_kl)},
            {"entropy", json_numbers(report.entropy)},
            {"mutual_information", json_numbers(report.mutual_information)},
            {"windows", report.windows},
            {"window_rule", name_of(request.windows)},
            {"unknown", report.unknown},
            {"stopped", report.stopped}};
}

double mean_of(const std::vector<std::optional<double>>& values) {
    double sum = 0.0;
    std::size_t count = 0;
    for (const auto& value : values)
        if (value) sum += *value, ++count;
    return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

std::string place_text(const std::optional<std::size_t>& place) {
    return place ? std::to_string(*place) : "none";
}

std::string draws_text(const TwinReport& report) {
    std::string out = "   draw  first change  changed  mean KL\n";
    char row[128];
    for (std::size_t k = 0; k < std::min(kDrawsShown, report.draws.size()); ++k) {
        const TwinDraw& draw = report.draws[k];
        std::snprintf(row, sizeof row, "%7zu  %12s  %7zu  %7.4f\n", k,
                      place_text(draw.first_divergence).c_str(), draw.flips.size(),
                      mean_of(draw.kl));
        out += row;
    }
    if (report.draws.size() > kDrawsShown)
        out += "        and " + std::to_string(report.draws.size() - kDrawsShown) +
               " more draws, all of them in --json\n";
    return out;
}

/// Where most draws, and then the largest divergences, change what the model expects.
std::string places_text(const TwinReport& report) {
    std::vector<std::size_t> order(report.mean_kl.size());
    std::iota(order.begin(), order.end(), 0);
    std::erase_if(order, [&](std::size_t i) { return report.share_flipped[i].value_or(0) == 0; });
    const auto shown =
        order.begin() + static_cast<std::ptrdiff_t>(std::min(kPlacesShown, order.size()));
    std::partial_sort(order.begin(), shown, order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(*report.share_flipped[a], *report.mean_kl[a]) >
               std::pair(*report.share_flipped[b], *report.mean_kl[b]);
    });
    if (shown == order.begin()) return "no draw changes the likeliest character anywhere\n";
    std::string out = "where most draws change the likeliest character:\n";
    char row[128];
    for (auto at = order.begin(); at != shown; ++at) {
        std::snprintf(row, sizeof row, "%7zu  %3.0f %% of draws  KL %.4f  ", *at,
                      *report.share_flipped[*at] * 100, *report.mean_kl[*at]);
        out += row;
        for (std::size_t i = *at > 24 ? *at - 24 : 0; i < *at; ++i)
            out += report.tokens[i] == "\n" ? "\u21b5" : report.tokens[i];
        out += "[" + visible_token(report.tokens[*at]) + "]\n";
    }
    return out;
}

std::string noise_text(const TwinReport& report, const TwinRequest& request) {
    std::string unit = "absolute";
    if (report.rms.size() == 1)
        unit = "times the RMS " + number_text(report.rms.front()) + " of the token embeddings";
    else if (!report.rms.empty())
        unit = "times each layer's own RMS, " + number_text(report.rms.front()) + " to " +
               number_text(report.rms.back());
    const std::string at = request.positions.empty()
                               ? "all characters"
                               : std::to_string(request.positions.size()) + " characters";
    return "noise on " + std::string(name_of(request.where)) + " of " + at + ", sigma " +
           number_text(request.sigma) + " " + unit + ", " + std::to_string(report.draws.size()) +
           (report.draws.size() == 1 ? " draw\n" : " draws\n");
}

std::string report_text(const TwinReport& report, const TwinRequest& request) {
    std::string out = std::to_string(report.mean_kl.size()) + " characters in " +
                      std::to_string(report.windows) + " windows (" +
                      std::string(name_of(request.windows)) + ") of " + report.model + "\n" +
                      noise_text(report, request);
    char line[160];
    std::snprintf(line, sizeof line,
                  "changed predictions %.2f %%, mean KL(clean || noisy) %.4f nats, of it between "
                  "draws %.4f\n",
                  mean_of(report.share_flipped) * 100, mean_of(report.mean_kl),
                  mean_of(report.mutual_information));
    return out + line + draws_text(report) + places_text(report);
}

int run(Options& options, std::stop_token stop) {
    TwinRequest& request = options.request;
    request.model = options.model;
    if (!options.at.empty()) request.positions = positions_of(options.at);
    Corpus corpus = options.prompt.empty() ? options.text.load() : Corpus{"prompt", options.prompt};
    const nlohmann::json text = text_json(corpus);
    request.text = std::move(corpus.text);
    ProgressLine progress("twin");
    const TwinReport report = run_twin(
        request,
        [&](std::size_t done, std::size_t total) {
            progress.update(done, total, request.tokens > 0 ? "" : "windows");
        },
        stop);
    progress.clear();
    if (options.json != "-") write_text(report_text(report, request));
    if (!options.json.empty()) {
        nlohmann::json document = report_json(report, request);
        document["text"] = text;
        write_json(options.json, document);
    }
    if (report.unknown > 0) progress.note(unknown_sentence(report.unknown, "text"));
    if (report.left_out > 0)
        progress.note("The first " + std::to_string(report.given) + " characters were read, " +
                      std::to_string(report.left_out) +
                      " were not; --max-positions says how many are.");
    if (report.stopped) progress.note("Stopped early: the figures cover the windows done so far.");
    return report.stopped ? kExitInterrupted : kExitDone;
}

void add_sampling(CLI::App& command, TwinRequest& request) {
    SamplingSettings& sampling = request.sampling;
    command
        .add_option("--tokens", request.tokens,
                    "let the model write so many more, clean and under each draw")
        ->check(CLI::Range(0, 1'000'000))
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--temperature", sampling.temperature, "of what --tokens writes")
        ->check(CLI::Range(0.0, 1000.0))
        ->type_name("X")
        ->capture_default_str();
    command.add_option("--sampling-seed", sampling.seed, "of what --tokens writes")
        ->type_name("N")
        ->capture_default_str();
}

}  // namespace

void add_twin_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("twin", "a text under noise beside itself");
    command->footer(
        "What a character gets depends on the seed, the draw and its place in the text alone: "
        "neither on the\n"
        "windows nor on what follows.\n\n"
        "Examples:\n"
        "  marginscope twin --model RUN --prompt \"Once there was a cat.\" --sigma 0.25 "
        "--relative\n"
        "  marginscope twin --model RUN --text valid.txt --sigma 0.1 --where residual --at 4,17 "
        "--json twin.json\n"
        "  marginscope twin --model RUN --prompt \"Once\" --sigma 0.05 --tokens 200");
    const auto options = std::make_shared<Options>();
    TwinRequest& request = options->request;
    add_model_option(*command, options->model);
    options->text.add_to(*command, "UTF-8 text");
    command->add_option("--prompt", options->prompt, "text given here instead of in a file")
        ->type_name("TEXT")
        ->excludes("--text");
    command->add_option("--sigma", request.sigma, "standard deviation of the noise")
        ->required()
        ->check(CLI::Range(0.0, 1e9))
        ->type_name("X");
    command->add_flag("--relative", request.relative,
                      "sigma in units of the RMS of what it is added to, over the given text: the "
                      "token embeddings, or each layer's own");
    add_choice_option(*command, "--where", request.where, noise_places(),
                      "where the noise is added");
    command->add_option("--at", options->at, "only to these characters, counted from 0")
        ->type_name("LIST");
    command->add_option("--draws", request.draws, "draws of the noise")
        ->check(CLI::Range(1, 100'000))
        ->type_name("K")
        ->capture_default_str();
    command->add_option("--seed", request.seed, "seed of the noise")
        ->type_name("N")
        ->capture_default_str();
    add_kind_option(*command, request.kind);
    add_choice_option(*command, "--windows", request.windows, window_rules(),
                      "which window a character is read in");
    command
        ->add_option("--max-positions", request.max_positions,
                     "of a longer text the first N characters")
        ->check(CLI::Range(2, 100'000'000))
        ->type_name("N")
        ->capture_default_str();
    add_sampling(*command, request);
    add_threads_option(*command, request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
