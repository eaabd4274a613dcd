// `marginscope noise`: loss and changed predictions against the strength of noise, for one or
// several models.
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

struct Options {
    NoiseRequest request;
    std::vector<std::string> models;
    TextOption text;
    std::string sigmas = "0,0.02,0.05,0.1";
    bool window_losses = false;
    std::string json;
};

nlohmann::json curve_json(const NoiseCurve& curve, bool window_losses) {
    nlohmann::json points = nlohmann::json::array();
    for (const auto& point : curve.points) {
        points.push_back({{"sigma", json_number(point.sigma)},
                          {"ce", json_number(point.ce)},
                          {"ce_low", json_number(point.ce_low)},
                          {"ce_high", json_number(point.ce_high)},
                          {"flips", json_number(point.flips)},
                          {"draws", point.draws}});
        if (window_losses) points.back()["window_ce"] = json_numbers(point.window_ce);
    }
    return {{"model", curve.model}, {"unit", curve.unit},       {"where", curve.where},
            {"rms", curve.rms},     {"windows", curve.windows}, {"points", points}};
}

std::string curve_text(const NoiseCurve& curve) {
    char text[256];
    std::snprintf(text, sizeof text,
                  "RMS of the token embeddings %.4g, %zu windows, noise on %s, sigma %s\n",
                  curve.rms, curve.windows, curve.where.c_str(),
                  curve.unit == "rms" ? "in units of that RMS" : "absolute");
    std::string out = curve.model + "\n" + text +
                      "    sigma  cross-entropy  95 % interval         changed predictions\n";
    for (const auto& point : curve.points) {
        std::snprintf(text, sizeof text, "%9.4g  %13.4f  [%7.4f, %7.4f]  %18.2f %%\n", point.sigma,
                      point.ce, point.ce_low, point.ce_high, point.flips * 100);
        out += text;
    }
    return out;
}

int run(Options& options, std::stop_token stop) {
    options.request.sigmas = number_list("--sigmas", options.sigmas);
    Corpus corpus = options.text.load();
    const nlohmann::json text = text_json(corpus);
    options.request.text = std::move(corpus.text);
    if (options.models.empty()) options.models.emplace_back();
    ProgressLine progress("noise");
    nlohmann::json curves = nlohmann::json::array();
    bool stopped = false;
    for (const auto& model : options.models) {
        options.request.model = model;
        const NoiseCurve curve = evaluate_noise(
            options.request,
            [&](std::size_t done, std::size_t total) { progress.update(done, total, "passes"); },
            stop);
        progress.clear();
        if (curve.unknown > 0)
            progress.note(curve.model + ": " + unknown_sentence(curve.unknown, "text"));
        stopped = stopped || curve.stopped;
        if (options.json != "-") write_text(curve_text(curve));
        curves.push_back(curve_json(curve, options.window_losses));
        if (stopped) break;
    }
    if (!options.json.empty()) write_json(options.json, {{"text", text}, {"curves", curves}});
    return stopped ? kExitInterrupted : kExitDone;
}

}  // namespace

void add_noise_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("noise", "cross-entropy against Gaussian noise inside the model");
    command->footer(
        "Every model and every sigma sees the same normal draws, so curves can be compared point "
        "by point.\n"
        "Look at absolute and relative noise: a model can look robust by growing its "
        "embeddings.\n\n"
        "Example:\n"
        "  marginscope noise --model RUN_A --model RUN_B --text valid.txt --sigmas 0,0.25,0.5 "
        "--relative");
    const auto options = std::make_shared<Options>();
    NoiseRequest& request = options->request;
    command
        ->add_option("--model", options->models,
                     "checkpoints or run folders; may be repeated [the small trained model]")
        ->type_name("PATH");
    options->text.add_to(*command, "UTF-8 text; its last tenth is evaluated");
    command->add_flag("--whole", request.whole_text,
                      "evaluate the whole text: for a text no model was trained on");
    command->add_option("--sigmas", options->sigmas, "standard deviations, separated by commas")
        ->type_name("LIST")
        ->capture_default_str();
    command->add_flag("--relative", request.relative,
                      "sigma in units of the RMS of the model's own token embeddings");
    add_choice_option(*command, "--where", request.where, noise_places(),
                      "where the noise is added");
    command->add_option("--draws", request.draws, "noise draws per sigma")
        ->check(CLI::Range(1, 100'000))
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--seed", request.seed, "seed of the noise")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--max-windows", request.max_windows,
                     "at most so many windows, evenly spaced; 0: all")
        ->type_name("N")
        ->capture_default_str();
    command->add_flag("--window-losses", options->window_losses,
                      "add each window's loss to the JSON, for paired tests");
    add_threads_option(*command, request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
