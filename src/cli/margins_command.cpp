// `marginscope margins`: every position's distance to the boundary, over a text.
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/margins_page.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/error.h"
#include "core/shell_word.h"
#include "core/shown.h"
#include "files/atomic_file.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

struct Options {
    MarginRequest request;
    std::string model;
    TextOption text;
    std::string prompt;
    std::string json;
    std::string html;
};

nlohmann::json view_json(const ViewMargin& margin) {
    return {{"logdet", json_number(margin.logdet.value)},
            {"sign", margin.logdet.sign},
            {"sigma_min", json_number(margin.sigma_min)},
            {"crossings", margin.crossings}};
}

nlohmann::json position_json(const PositionReport& position, MarginView view) {
    nlohmann::json out = {{"i", position.i},
                          {"token", position.token},
                          {"logprob", json_number(position.logprob)},
                          {"entropy", json_number(position.entropy)},
                          {"energy", json_number(position.energy)},
                          {"support", position.support}};
    const auto& stage = position.stage;
    // geometric: null when it was not computed and when none was found; geometric_known tells
    // which.
    const bool known = stage && stage->geometric;
    out["det"] = stage ? json_number(stage->det) : nullptr;
    out["logdet"] = stage ? json_number(stage->logdet.value) : nullptr;
    out["sign"] = stage ? nlohmann::json(stage->logdet.sign) : nullptr;
    out["crossings"] = stage ? nlohmann::json(stage->crossings) : nullptr;
    out["sigma_min"] = stage ? json_number(stage->sigma_min) : nullptr;
    out["geometric"] = known ? json_number(stage->geometric->value) : nullptr;
    out["geometric_known"] = known;
    out["window"] = {position.window.begin, position.window.end - position.window.begin};
    if (view == MarginView::heads) {
        out["heads"] = nlohmann::json::array();
        for (const auto& layer : position.heads) {
            nlohmann::json row = nlohmann::json::array();
            for (const auto& head : layer) row.push_back(view_json(head));
            out["heads"].push_back(row);
        }
    }
    if (view == MarginView::layer) {
        out["layers"] = nlohmann::json::array();
        for (const auto& layer : position.layers) out["layers"].push_back(view_json(layer));
    }
    return out;
}

nlohmann::json report_json(const MarginReport& report) {
    nlohmann::json positions = nlohmann::json::array();
    for (const auto& position : report.positions)
        positions.push_back(position_json(position, report.view));
    return {{"model", report.model},
            {"view", name_in(margin_views(), report.view)},
            {"kind", name_in(margin_kinds(), report.kind)},
            {"positions", positions},
            {"support", report.support},
            {"share_beyond", json_number(report.share_beyond)},
            {"nats_per_position", json_number(report.nats_per_position)},
            {"logdet_mean", json_number(report.logdet_mean)},
            {"sigma_min",
             {{"p5", json_number(report.sigma_min_p5)},
              {"median", json_number(report.sigma_min_median)},
              {"min", json_number(report.sigma_min_min)}}},
            {"embedding_rms", json_number(report.embedding_rms)},
            {"not_finite", report.not_finite},
            {"windows", report.windows},
            {"window_rule", name_of(report.rule)},
            {"unknown", report.unknown},
            {"stopped", report.stopped}};
}

[[gnu::format(printf, 1, 2)]] std::string line(const char* format, ...) {
    char text[256];
    va_list values;
    va_start(values, format);
    std::vsnprintf(text, sizeof text, format, values);
    va_end(values);
    return text;
}

std::string context_of(const MarginReport& report, std::size_t at) {
    constexpr std::size_t kAround = 24;
    const std::size_t i = report.positions[at].i;
    std::string text;
    for (std::size_t k = at > kAround ? at - kAround : 0; k <= at; ++k) {
        // A gap between two windows is not the same text.
        if (report.positions[k].i + (at - k) != i) {
            text.clear();
            continue;
        }
        const std::string& token = report.positions[k].token;
        text += k == at ? "[" + visible_token(token) + "]" : token == "\n" ? "\u21b5" : token;
    }
    return text;
}

std::string stage_row(const PositionReport& position) {
    const auto& stage = position.stage;
    if (!stage) return "no margin";
    std::string row =
        line("log|det| %8.3f  sign %2d  crossings %d  sigma_min %.4f", stage->logdet.value,
             stage->logdet.sign, stage->crossings, stage->sigma_min);
    if (stage->geometric)
        row += stage->geometric->value
                   ? line("  geometric %.4f", *stage->geometric->value)
                   : "  no boundary within " + number_text(stage->geometric->searched_radius, 3);
    return row;
}

std::string view_row(const PositionReport& position) {
    const ViewMargin* lowest = nullptr;
    std::string name;
    for (std::size_t layer = 0; layer < position.heads.size(); ++layer)
        for (std::size_t head = 0; head < position.heads[layer].size(); ++head)
            if (const auto& at = position.heads[layer][head];
                !lowest || at.logdet.value < lowest->logdet.value) {
                lowest = &at;
                name = line("layer %zu head %zu", layer, head);
            }
    for (std::size_t layer = 0; layer < position.layers.size(); ++layer)
        if (const auto& at = position.layers[layer];
            !lowest || at.logdet.value < lowest->logdet.value) {
            lowest = &at;
            name = line("layer %zu", layer);
        }
    if (!lowest) return "no margin";
    return line("lowest: %s  log|det| %.3f  sign %d  sigma_min %.4f", name.c_str(),
                lowest->logdet.value, lowest->logdet.sign, lowest->sigma_min);
}

std::string report_text(const MarginReport& report) {
    std::string out = line("%zu positions in %zu windows (%s) of ", report.positions.size(),
                           report.windows, std::string(name_of(report.rule)).c_str()) +
                      report.model + "\n";
    if (report.share_beyond) {
        out += "beyond the boundary  " + number_text(*report.share_beyond * 100, 3) + " %\n";
        out += "mean log|det J|      " + number_text(report.logdet_mean) + "\n";
        out += "sigma_min            5 %: " + number_text(report.sigma_min_p5) +
               "  median: " + number_text(report.sigma_min_median) +
               "  least: " + number_text(report.sigma_min_min) + "\n";
        out += "stage fit            " + number_text(report.nats_per_position) +
               " nats per position (a pseudo-likelihood, see E4)\n";
    } else {
        out += "These are sensitivities of single blocks, not likelihoods.\n";
    }
    if (report.not_finite > 0)
        out += line("not finite           %zu positions\n", report.not_finite);
    out += "support tokens, nearest the boundary first:\n";
    for (const std::size_t i : report.support) {
        const auto at = std::lower_bound(
            report.positions.begin(), report.positions.end(), i,
            [](const PositionReport& p, std::size_t index) { return p.i < index; });
        if (at == report.positions.end()) continue;
        out += line("  %7zu  ", i) +
               (report.view == MarginView::stage ? stage_row(*at) : view_row(*at)) + "  \u2026" +
               context_of(report, static_cast<std::size_t>(at - report.positions.begin())) + "\n";
    }
    return out;
}

std::string slide_cost(const MarginPlan& plan) {
    return line(
        "--windows slide reads %zu windows for %zu positions; --windows half would read %zu.",
        plan.windows, plan.positions, plan.windows_half);
}

// What makes the page again; defaults are left out.
std::string command_of(const Options& options) {
    const MarginRequest usual, &asked = options.request;
    std::string words = "marginscope margins";
    if (!options.model.empty()) words += " --model " + shell_path(options.model);
    if (!options.text.file.empty()) words += " --text " + shell_path(options.text.file);
    if (!options.prompt.empty()) words += " --prompt " + shell_word(options.prompt);
    if (asked.view != usual.view) words += " --view " + name_in(margin_views(), asked.view);
    if (asked.kind != usual.kind) words += " --kind " + name_in(margin_kinds(), asked.kind);
    if (asked.support != usual.support) words += " --support " + std::to_string(asked.support);
    if (asked.max_positions != usual.max_positions)
        words += " --max-positions " + std::to_string(asked.max_positions);
    if (asked.windows != usual.windows)
        words += " --windows " + std::string(name_of(asked.windows));
    if (asked.geometric != usual.geometric)
        words += " --geometric " + name_in(geometric_scopes(), asked.geometric);
    if (asked.seed != usual.seed) words += " --seed " + std::to_string(asked.seed);
    return words + " --html " + shell_path(options.html);
}

int run(Options& options, std::stop_token stop) {
    options.request.model = options.model;
    Corpus corpus = options.prompt.empty() ? options.text.load() : Corpus{"prompt", options.prompt};
    const nlohmann::json text = text_json(corpus);
    const std::string name = corpus.name, command = command_of(options);
    options.request.text = std::move(corpus.text);
    ProgressLine progress("margins");
    if (options.request.windows == WindowRule::slide)
        options.request.on_plan = [&](const MarginPlan& plan) { progress.note(slide_cost(plan)); };
    const MarginReport report = report_margins(
        options.request,
        [&](std::size_t done, std::size_t total) { progress.update(done, total, "windows"); },
        stop);
    progress.clear();
    if (options.json.empty() || options.json != "-") write_text(report_text(report));
    if (!options.html.empty())
        write_file_atomically(
            options.html, margins_page(report, options.request.text, shown_text(name), command));
    if (!options.json.empty()) {
        nlohmann::json document = report_json(report);
        document["text"] = text;
        write_json(options.json, document);
    }
    if (report.unknown > 0) progress.note(unknown_sentence(report.unknown, "text"));
    if (report.stopped) progress.note("Stopped early: the figures cover the windows done so far.");
    return report.stopped ? kExitInterrupted : kExitDone;
}

}  // namespace

void add_margins_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "margins", "how near each token of a text is to the degeneracy boundary");
    command->footer(
        "Examples:\n"
        "  marginscope margins --prompt \"Once there was a cat.\"\n"
        "  marginscope margins --model RUN --text book.txt --max-positions 5000 --json "
        "margins.json\n"
        "  marginscope margins --model RUN --view heads --json -\n"
        "  marginscope margins --text letter.txt --html letter.html");
    const auto options = std::make_shared<Options>();
    MarginRequest& request = options->request;
    add_model_option(*command, options->model);
    options->text.add_to(*command, "UTF-8 text to look at");
    command->add_option("--prompt", options->prompt, "text given here instead of in a file")
        ->type_name("TEXT")
        ->excludes("--text");
    add_choice_option(*command, "--view", request.view, margin_views(),
                      "the fitted stage, the attention heads, or whole layers");
    add_kind_option(*command, request.kind);
    command->add_option("--support", request.support, "how many support tokens")
        ->check(CLI::Range(0, 1'000'000))
        ->type_name("K")
        ->capture_default_str();
    command
        ->add_option("--max-positions", request.max_positions,
                     "at most so many positions, in evenly spaced windows")
        ->check(CLI::Range(1, 1'000'000'000))
        ->type_name("N")
        ->capture_default_str();
    add_choice_option(*command, "--windows", request.windows, window_rules(),
                      "which window a position is measured in: half, half a context or more before "
                      "each; slide, each last in its own (many times the work); disjoint, one "
                      "window after the other");
    add_choice_option(*command, "--geometric", request.geometric, geometric_scopes(),
                      "for which tokens to search the nearest boundary point");
    command->add_option("--seed", request.seed, "seed of that search's starts")
        ->type_name("N")
        ->capture_default_str();
    add_threads_option(*command, request.threads);
    add_json_option(*command, options->json);
    command
        ->add_option("--html", options->html,
                     "write the text with its margins as one page that needs nothing else")
        ->type_name("FILE");
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
