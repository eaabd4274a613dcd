// `marginscope session`: what a session shows, without a window.
#include <memory>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/messages/enum_names.h"
#include "core/shown.h"
#include "engine/decode/session_report.h"
#include "files/command_json.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

struct Options {
    std::string session;
    std::string model;
    int threads = 2;
    std::string json;
};

json node_json(const SessionNode& node) {
    json margin;
    if (node.margins) {
        const PositionMargins& m = *node.margins;
        margin = {{"determinant", json_number(m.logdet.value)},
                  {"singular", json_number(m.sigma_min)},
                  {"geometric", m.geometric ? json_number(m.geometric->value) : json()},
                  {"crossings", m.crossings}};
    }
    json made = {{"id", node.id},
                 {"parent", node.parent < 0 ? json() : json(node.parent)},
                 {"token", node.token},
                 {"logprob", json_number(node.logprob)},
                 {"entropy", json_number(node.entropy)},
                 {"margin", margin},
                 {"support", node.support}};
    if (!node.name.empty()) made["name"] = node.name;
    if (node.pruned) made["pruned"] = true;
    return made;
}

// The settings as the commands that make them write them.
json settings(const Command& command) {
    json object = command_to_json(command);
    object.erase("command");
    return object;
}

json report_json(const SessionReport& report) {
    json nodes = json::array();
    for (const SessionNode& node : report.nodes) nodes.push_back(node_json(node));
    const DecodeDocument& document = report.document;
    return {{"nodes", nodes},
            {"chosen", report.chosen},
            {"prompt", document.prompt.get()},
            {"sampling", settings(SetSampling{document.sampling})["settings"]},
            {"noise", settings(document.noise)},
            {"kind", kEnumNames<MarginKind>[static_cast<std::size_t>(document.view.kind)]},
            {"windows", kEnumNames<WindowRule>[static_cast<std::size_t>(document.view.windows)]},
            {"model", document.model.path},
            {"hash", document.model.hash}};
}

std::string report_text(const SessionReport& report) {
    const DecodeDocument& document = report.document;
    std::string text = shown_lines(document.tree.text()) + "\n\n";
    text += std::to_string(report.nodes.size()) + " characters in all branches, " +
            std::to_string(report.chosen.size()) + " in this text; model " +
            shown_text(document.model.path) + "\n";
    text += "Support tokens:\n";
    for (const int id : report.chosen) {
        const SessionNode& node = report.nodes[static_cast<std::size_t>(id)];
        if (!node.support) continue;
        const PositionMargins& m = *node.margins;
        text += "  " + std::to_string(document.tree.node(id).depth) + "  " +
                visible_token(node.token) + "  log|det J| " + number_text(m.logdet.value) +
                "  sigma_min " + number_text(m.sigma_min) + "  g " +
                number_text(m.geometric ? m.geometric->value : std::nullopt) +
                (m.beyond() ? "  beyond, crossings " + std::to_string(m.crossings) : "") + "\n";
    }
    return text;
}

int run(const Options& options, std::stop_token stop) {
    ProgressLine progress("session");
    const SessionReport report = report_session(
        options.session, options.model, options.threads,
        [&](std::size_t done, std::size_t total) { progress.update(done, total); }, stop);
    progress.clear();
    if (!report.trouble.empty()) progress.note(report.trouble);
    if (report.stopped)
        progress.note("Stopped early: characters not measured yet have no numbers.");
    if (options.json != "-") write_text(report_text(report));
    if (!options.json.empty()) write_json(options.json, report_json(report));
    return report.stopped ? kExitInterrupted : kExitDone;
}

}  // namespace

void add_session_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("session", "print what a session shows");
    command->footer(
        "A session (.mscope) is a decoding kept with its branches, by the window (Ctrl+S) or by "
        "decode --session. Example:\n"
        "  marginscope session story.mscope --json -");
    const auto options = std::make_shared<Options>();
    command->add_option("file", options->session, "the session")->type_name("S.mscope")->required();
    command
        ->add_option("--model", options->model,
                     "another model than the session's: a checkpoint or a run folder")
        ->type_name("PATH");
    add_threads_option(*command, options->threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
