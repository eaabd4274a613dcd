// `marginscope fragility`: how much noise each prediction bears, and which margin says so.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/statistics.h"
#include "files/json_numbers.h"
#include "nn/measure/flip_search.h"
#include "nn/measure/fragility.h"

namespace marginscope {
namespace {

using nlohmann::json;

struct Options {
    FragilityRequest request;
    std::string model;
    TextOption text;
    std::string json;
};

json known(double value) { return std::isnan(value) ? json() : json_number(value); }

json position_json(const FragilityReport& report, std::size_t k) {
    const FragilePosition& at = report.positions[k];
    json values = json::object();
    for (const Predictor& predictor : report.predictors) {
        values[predictor.name] = known(predictor.values[k]);
    }
    return {{"i", at.i},
            {"token", at.token},
            {"predicted", at.predicted},
            {"window", {at.window.begin, at.window.end - at.window.begin}},
            {"sigma", json_number(at.sigma)},
            {"flipped", at.flipped},
            {"predictors", values}};
}

json report_json(const FragilityReport& report, const FragilityRequest& request) {
    json predictors = json::array(), positions = json::array();
    for (const Predictor& predictor : report.predictors)
        predictors.push_back({{"name", predictor.name},
                              {"rival", predictor.rival},
                              {"rho", known(predictor.rho.value)},
                              {"rho_low", known(predictor.rho.low)},
                              {"rho_high", known(predictor.rho.high)},
                              {"positions", predictor.rho.count}});
    for (std::size_t k = 0; k < report.positions.size(); ++k)
        positions.push_back(position_json(report, k));
    const auto name = [&](bool rival) {
        const auto best = report.best(rival);
        return best ? json(report.predictors[*best].name) : json();
    };
    return {{"model", report.model},
            {"unit", "rms"},
            {"rms", report.rms},
            {"noise_on", request.own_token ? "token" : "window"},
            {"directions", request.directions},
            {"seed", request.seed},
            {"max_sigma", request.max_sigma},
            {"tolerance", std::exp2(1.0 / FlipLadder::kOctave) - 1.0},
            {"windows", report.windows},
            {"unknown", report.unknown},
            {"censored", report.censored},
            {"predictors", predictors},
            {"best", {{"margin", name(false)}, {"rival", name(true)}}},
            {"sentence", fragility_sentence(report)},
            {"positions", positions}};
}

std::string sigma_text(const std::vector<double>& sorted, double share) {
    const double sigma =
        sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    return std::isinf(sigma) ? "never" : number_text(sigma, 3);
}

std::string report_text(const FragilityReport& report, const FragilityRequest& request) {
    std::vector<double> sigma;
    for (const FragilePosition& position : report.positions) sigma.push_back(position.sigma);
    std::sort(sigma.begin(), sigma.end());
    char line[256];
    std::snprintf(line, sizeof line,
                  "\n%zu predictions in %zu windows, noise on the %s along %d directions, up to "
                  "%.3g RMS (RMS of the token embeddings %.4g)\n",
                  sigma.size(), report.windows,
                  request.own_token ? "last token read" : "whole window", request.directions,
                  request.max_sigma, report.rms);
    std::string out = report.model + line;
    out += "another character becomes the likeliest at sigma, in RMS: " + sigma_text(sigma, 0.05) +
           " (5 %), " + sigma_text(sigma, 0.5) + " (median), " + sigma_text(sigma, 0.95) +
           " (95 %); " + std::to_string(report.censored) + " never\n" +
           "what is known without noise  Spearman's rho  95 % interval\n";
    for (const Predictor& predictor : report.predictors) {
        if (std::isnan(predictor.rho.value))
            std::snprintf(line, sizeof line, "%-27s  %14s\n", predictor.name.c_str(), "-");
        else if (std::isnan(predictor.rho.low))
            std::snprintf(line, sizeof line, "%-27s  %+14.3f\n", predictor.name.c_str(),
                          predictor.rho.value);
        else
            std::snprintf(line, sizeof line, "%-27s  %+14.3f  [%+.3f, %+.3f]\n",
                          predictor.name.c_str(), predictor.rho.value, predictor.rho.low,
                          predictor.rho.high);
        out += line;
    }
    return out + fragility_sentence(report) + "\n";
}

int run(Options& options, std::stop_token stop) {
    FragilityRequest& request = options.request;
    request.model = options.model;
    Corpus corpus = options.text.load();
    const json text = text_json(corpus);
    request.text = std::move(corpus.text);
    ProgressLine progress("fragility");
    const FragilityReport report = measure_fragility(
        request, [&](std::size_t done, std::size_t total) { progress.update(done, total); }, stop);
    progress.clear();
    if (report.stopped) {
        progress.note("Stopped before every margin and every flip was known: no result.");
        return kExitInterrupted;
    }
    if (options.json != "-") write_text(report_text(report, request));
    if (!options.json.empty()) {
        json document = report_json(report, request);
        document["text"] = text;
        write_json(options.json, document);
    }
    if (report.unknown > 0) progress.note(unknown_sentence(report.unknown, "text"));
    if (!report.has_stage)
        progress.note(
            "This model has no fitted stage, so the stage's margins are left out: "
            "`marginscope fit --model MODEL --out FITTED` makes one.");
    return kExitDone;
}

void add_measurement(CLI::App& command, FragilityRequest& request) {
    command
        .add_option("--max-positions", request.max_positions,
                    "at most so many characters, in evenly spaced windows")
        ->check(CLI::Range(3, 1'000'000))
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--directions", request.directions, "directions that noise is tried along")
        ->check(CLI::Range(1, 1000))
        ->type_name("D")
        ->capture_default_str();
    command
        .add_option("--max-sigma", request.max_sigma,
                    "the strongest noise, in units of the RMS of the token embeddings; the weakest "
                    "is a 256th of it")
        ->check(CLI::Range(1e-6, 1e6))
        ->type_name("X")
        ->capture_default_str();
    command.add_flag("--own-token", request.own_token,
                     "noise on the last token read alone, not on its whole window");
    command.add_flag("--geometric", request.geometric,
                     "the geometric margin too; it takes longest by far");
    command.add_option("--seed", request.seed, "seed of the directions")
        ->type_name("N")
        ->capture_default_str();
}

}  // namespace

void add_fragility_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "fragility", "how much noise each prediction bears, and which margin says so");
    command->footer(
        "For each character the smallest noise on the embeddings is searched that makes another "
        "one the likeliest to follow, along\n"
        "fixed directions, to 2.2 %; its median over directions is ranked against every margin of "
        "that character, and against\n"
        "entropy and probability, which need no margin. Predictions that no noise up to "
        "--max-sigma flips share the top rank. The\n"
        "interval is a bootstrap over windows, and is left out below eight.\n\n"
        "Examples:\n"
        "  marginscope fragility --model FITTED --text valid.txt\n"
        "  marginscope fragility --model FITTED --own-token --geometric --max-positions 200 "
        "--json fragility.json");
    const auto options = std::make_shared<Options>();
    FragilityRequest& request = options->request;
    add_model_option(*command, options->model);
    options->text.add_to(*command, "UTF-8 text; its last tenth is measured");
    command->add_flag("--whole", request.whole_text,
                      "measure the whole text: for a text no model was trained on");
    add_measurement(*command, request);
    add_threads_option(*command, request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
