// `marginscope bench`: the project's own figures, each beside its goal and its rival.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "core/error.h"
#include "files/json_numbers.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

struct Options {
    std::string json;
    double secs = 3.0;
    int threads = 2;
    std::vector<std::string> only;
};

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

std::string figures_text(const std::string& machine, const std::vector<BenchFigure>& figures) {
    std::string out = machine + "\n";
    for (const BenchFigure& figure : figures) {
        char text[128];
        if (std::isnan(figure.value))
            std::snprintf(text, sizeof text, "%-34s %10s %-6s", figure.name.c_str(), "-", "");
        else
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
        list.push_back(
            {{"name", figure.name},
             {"value", std::isnan(figure.value) ? nlohmann::json() : json_number(figure.value)},
             {"unit", figure.unit},
             {"goal", text_or_null(figure.goal)},
             {"rival", text_or_null(figure.rival)},
             {"note", text_or_null(figure.note)}});
    return {{"machine", machine}, {"figures", list}};
}

/// Back from figures_json; null, which is what could not be measured, is not a number.
std::vector<BenchFigure> figures_of(const nlohmann::json& document) {
    const auto text = [](const nlohmann::json& value) {
        return value.is_string() ? value.get<std::string>() : std::string();
    };
    std::vector<BenchFigure> figures;
    for (const nlohmann::json& figure : document.at("figures"))
        figures.push_back(
            {figure.at("name"),
             figure.at("value").is_number() ? figure.at("value").get<double>() : std::nan(""),
             figure.at("unit"), text(figure.at("goal")), text(figure.at("rival")),
             text(figure.at("note"))});
    return figures;
}

/// This program's own path, quoted for the shell.
std::string quoted_program() {
    std::string quoted = "'";
    for (const char letter : std::filesystem::read_symlink("/proc/self/exe").string())
        quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return quoted + "'";
}

/// The figures of one group, measured by a fresh process of this program.
std::vector<BenchFigure> measured_apart(const Options& options, const std::string& group) {
    char flags[96];
    std::snprintf(flags, sizeof flags, " --secs %.9g --threads %d --json -", options.secs,
                  options.threads);
    const std::string command = "exec " + quoted_program() + " bench --only " + group + flags;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr)
        throw UserError("Cannot start another process for the group " + group + ".");
    std::string text;
    std::array<char, 4096> part{};
    for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
        text.append(part.data(), got);
    const int status = ::pclose(pipe);
    const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (document.is_discarded())
        throw UserError("The group " + group + " ended without figures (exit status " +
                        std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128) + ").");
    return figures_of(document);
}

std::vector<BenchFigure> measure(const Options& options, const CliHooks& hooks,
                                 const std::stop_token& stop) {
    std::vector<BenchFigure> figures;
    for (const BenchGroup& group : hooks.bench_groups) {
        if (stop.stop_requested()) break;
        const bool wanted = options.only.empty() ? group.by_default
                                                 : std::ranges::count(options.only, group.name) > 0;
        if (!wanted) continue;
        const std::vector<BenchFigure> more =
            options.only.size() == 1 ? group.measure({options.secs, options.threads, stop})
                                     : measured_apart(options, group.name);
        figures.insert(figures.end(), more.begin(), more.end());
    }
    return figures;
}

int run(const Options& options, const CliHooks& hooks, std::stop_token stop) {
    const std::vector<BenchFigure> figures = measure(options, hooks, stop);
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
    std::vector<std::string> names;
    for (const BenchGroup& group : context.hooks->bench_groups) names.push_back(group.name);
    command->add_option("--only", options->only, "groups to measure, in place of the usual ones")
        ->check(CLI::IsMember(names))
        ->delimiter(',')
        ->type_name("GROUP");
    add_threads_option(*command, options->threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [&context, options](std::stop_token stop) {
            return run(*options, *context.hooks, stop);
        };
    });
}

}  // namespace marginscope
