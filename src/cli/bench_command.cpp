// `marginscope bench`: the project's own figures, each beside its goal and its rival.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/random.h"
#include "core/stage.h"
#include "core/statistics.h"
#include "files/json_numbers.h"
#include "files/paths.h"
#include "nn/decode_run.h"
#include "nn/torch_errors.h"
#include "nn/trainer.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string json;
    double secs = 3.0;
    int threads = 2;
    bool window = true;
};

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string machine_text(int threads) {
    std::string name = "unknown processor";
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) {
            name = line.substr(line.find(':') + 2);
            break;
        }
    return name + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, " +
           std::to_string(threads) + " threads used, " + torch_description();
}

/// Training at several settings in turn, several times: a machine that slows down slows all of
/// them.
std::vector<BenchFigure> training_figures(const Options& options, ProgressLine& progress,
                                          const std::stop_token& stop) {
    constexpr int kRepeats = 5;
    const Corpus corpus = built_in_corpus();
    std::array<std::unique_ptr<Trainer>, 2> trainers;
    for (std::size_t k = 0; k < trainers.size(); ++k) {
        RunConfig config;
        config.barrier.lambda = k == 0 ? 0.0 : 0.02;
        config.train.threads = options.threads;
        config.train.steps = 1'000'000;
        config.train.device = DeviceChoice::cpu;
        trainers[k] = std::make_unique<Trainer>(config, corpus);
        trainers[k]->step();  // the first step allocates
    }
    std::array<std::vector<double>, 2> rates;
    for (int repeat = 0; repeat < kRepeats && !stop.stop_requested(); ++repeat) {
        for (std::size_t k = 0; k < trainers.size(); ++k) {
            const auto start = Clock::now();
            int steps = 0;
            while (steps == 0 || seconds_since(start) < options.secs / 2) {
                trainers[k]->step();
                ++steps;
            }
            rates[k].push_back(steps / seconds_since(start));
            progress.update(static_cast<std::size_t>(repeat) * 2 + k + 1, kRepeats * 2, "training");
        }
    }
    const double without = median(rates[0]);
    const double with = median(rates[1]);
    const std::string shape = "4 layers, 4 heads, width 128, context 64, batch 12";
    return {{"train.steps_per_s.lambda_0", without, "1/s", "", "",
             shape + "; the stage is fitted along"},
            {"train.steps_per_s.lambda_0.02", with, "1/s", "",
             number_text(without) + " without the barrier",
             "the same with the exact barrier on all sequences"},
            {"train.barrier_cost", without / with, "times", "", "1: no barrier",
             "medians of interleaved repeats"}};
}

/// One token joins a full window: what the decode workspace waits for.
std::vector<BenchFigure> margin_figures(const Options& options) {
    constexpr int kTokens = 64;
    constexpr int kWidth = 128;
    Matrix u(kTokens, kWidth);
    StageWeights weights;
    weights.w_q = Matrix(kWidth, kWidth);
    weights.w_k = Matrix(kWidth, kWidth);
    const auto fill = [](Matrix& matrix, std::uint64_t window, double scale) {
        fill_normal({.seed = 1,
                     .purpose = DrawPurpose::sampling,
                     .draw = 0,
                     .window = window,
                     .position = 0},
                    std::span<double>(matrix.data(), static_cast<std::size_t>(matrix.size())));
        matrix *= scale;
    };
    fill(u, 1, 0.3);
    fill(weights.w_q, 2, 0.1);
    fill(weights.w_k, 3, 0.1);
    const Stage past(u.topRows(kTokens - 1), weights);
    std::vector<double> all_ms;
    std::vector<double> geometric_ms;
    const auto begin = Clock::now();
    while (all_ms.size() < 5 || (seconds_since(begin) < options.secs && all_ms.size() < 1000)) {
        const auto start = Clock::now();
        Stage stage = past;
        stage.append(u.row(kTokens - 1).transpose());
        const PositionMargins margins = stage.margins(kTokens - 1);
        all_ms.push_back(seconds_since(start) * 1000 + 0 * margins.det);
    }
    const Stage whole(u, weights);
    for (int i = kTokens - 3; i < kTokens; ++i) {
        const auto start = Clock::now();
        whole.geometric_margin(i);
        geometric_ms.push_back(seconds_since(start) * 1000);
    }
    return {{"margins.new_token_ms", median(all_ms), "ms", "<= 5", "",
             "det, log|det|, sigma_min, crossings and energy of the 64th token, width 128, "
             "float64, one thread"},
            {"margins.geometric_ms", median(geometric_ms), "ms", "", "",
             "the geometric margin of one such token, 25 starts"}};
}

std::vector<BenchFigure> decode_figures(const Options& options, const std::stop_token& stop) {
    DecodeRequest request;
    request.prompt = "Once ";
    request.tokens = 400;
    request.threads = options.threads;
    const DecodeResult result = run_decode(request, {}, stop);
    return {{"decode.tokens_per_s", result.tokens_per_s, "1/s", "",
             "nanoGPT, which has no cache: 476 on a like machine",
             "the small trained model, with each token's margin"}};
}

std::string figures_text(const std::string& machine, const std::vector<BenchFigure>& figures) {
    std::string out = machine + "\n";
    for (const BenchFigure& figure : figures) {
        char text[128];
        std::snprintf(text, sizeof text, "%-34s %10.4g %-6s", figure.name.c_str(), figure.value,
                      figure.unit.c_str());
        out += text;
        if (!figure.goal.empty()) out += "  goal " + figure.goal;
        if (!figure.rival.empty()) out += "  rival " + figure.rival;
        if (!figure.note.empty()) out += "  (" + figure.note + ")";
        out += "\n";
    }
    return out;
}

nlohmann::json figures_json(const std::string& machine, const std::vector<BenchFigure>& figures) {
    nlohmann::json list = nlohmann::json::array();
    const auto text_or_null = [](const std::string& text) {
        return text.empty() ? nlohmann::json() : nlohmann::json(text);
    };
    for (const BenchFigure& figure : figures)
        list.push_back({{"name", figure.name},
                        {"value", json_number(figure.value)},
                        {"unit", figure.unit},
                        {"goal", text_or_null(figure.goal)},
                        {"rival", text_or_null(figure.rival)},
                        {"note", text_or_null(figure.note)}});
    return {{"machine", machine}, {"figures", list}};
}

int run(const Options& options, const CliHooks& hooks, std::stop_token stop) {
    ProgressLine progress("bench");
    std::vector<BenchFigure> figures = training_figures(options, progress, stop);
    const auto add = [&](const std::vector<BenchFigure>& more) {
        figures.insert(figures.end(), more.begin(), more.end());
    };
    if (!stop.stop_requested()) add(margin_figures(options));
    if (!stop.stop_requested() && has_asset(kSmallModelAsset)) add(decode_figures(options, stop));
    progress.clear();
    if (options.window && hooks.window_figures && !stop.stop_requested())
        add(hooks.window_figures());
    const std::string machine = machine_text(options.threads);
    if (options.json != "-") write_text(figures_text(machine, figures));
    if (!options.json.empty()) write_json(options.json, figures_json(machine, figures));
    return stop.stop_requested() ? kExitInterrupted : kExitDone;
}

}  // namespace

void add_bench_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("bench", "the project's own figures on this machine");
    const auto options = std::make_shared<Options>();
    command->add_option("--secs", options->secs, "about how long each figure may take")
        ->check(CLI::Range(0.01, 3600.0))
        ->type_name("SECS")
        ->capture_default_str();
    command->add_flag("!--no-window", options->window, "leave out the figures of the window");
    add_threads_option(*command, options->threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [&context, options](std::stop_token stop) {
            return run(*options, *context.hooks, stop);
        };
    });
}

}  // namespace marginscope
