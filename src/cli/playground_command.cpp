// `marginscope playground`: a playground's numbers, as the window shows them.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "core/playground/lambda_rests.h"
#include "core/words.h"
#include "engine/playground/playground_file.h"
#include "engine/playground/playground_frames.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

struct Options {
    std::string file;
    std::string json;
};

json place(PlanarPoint p) { return {json_number(p.x), json_number(p.y)}; }

json token_json(const PlaygroundToken& token, int i) {
    json geometric;
    if (token.has_boundary)
        geometric = {{"value", json_number(token.geometric)},
                     {"point", token.geometric ? place(token.nearest) : json()},
                     {"searched_radius", json_number(token.searched_radius)}};
    return {{"i", i},
            {"det", json_number(token.det)},
            {"logdet", json_number(token.logdet)},
            {"sign", token.sign},
            {"crossings", token.crossings},
            {"sigma_min", json_number(token.sigma_min)},
            {"geometric", std::move(geometric)}};
}

json rest_json(const LambdaRest& rest) {
    return {{"lambda", rest.lambda},
            {"at", place(rest.at)},
            {"through", rest.through},
            {"crossings", rest.crossings},
            {"geometric", json_number(rest.geometric)},
            {"pull", json_number(rest.pull)},
            {"noise", json_number(rest.noise)},
            {"share_crossed", json_number(rest.share_crossed)}};
}

json svm_json(const PlaygroundSvm& svm) {
    json out = {{"sentence", svm.sentence}};
    if (!svm.has_line) {
        for (const char* name : {"w", "b", "margin", "alphas", "support", "slack", "gap", "kkt"})
            out[name] = nullptr;
        return out;
    }
    out["w"] = place(svm.w);
    out["b"] = json_number(svm.b);
    out["margin"] = json_number(svm.margin);
    out["alphas"] = json_numbers(svm.alphas);
    out["support"] = svm.support;
    out["slack"] = json_numbers(svm.slack);
    out["gap"] = json_number(svm.gap);
    out["kkt"] = json_number(svm.kkt);
    return out;
}

json report(const PlaygroundFrame& frame) {
    json tokens = json::array();
    for (std::size_t i = 0; i < frame.tokens.size(); ++i)
        tokens.push_back(token_json(frame.tokens[i], static_cast<int>(i)));
    json rests = json::array();
    for (const LambdaRest& rest : frame.rests->rests) rests.push_back(rest_json(rest));
    return {{"tokens", std::move(tokens)},
            {"support", frame.support},
            {"rests", std::move(rests)},
            {"svm", frame.document.svm.points.empty() ? json() : svm_json(frame.svm)}};
}

std::string row(const PlaygroundFrame& frame, std::size_t i) {
    const PlaygroundToken& token = frame.tokens[i];
    const bool support = !frame.support.empty() && frame.support.front() == static_cast<int>(i);
    char line[160];
    if (!token.has_boundary) {
        std::snprintf(line, sizeof line, "%5zu  no past to be near a boundary with\n", i);
        return line;
    }
    std::snprintf(line, sizeof line, "%5zu  %10s  %10s  %10s  %s%s\n", i,
                  number_text(token.logdet).c_str(), number_text(token.sigma_min).c_str(),
                  token.geometric ? number_text(token.geometric).c_str() : "none found",
                  side_words(token.crossings).c_str(), support ? ", support token" : "");
    return line;
}

std::string table(const PlaygroundFrame& frame) {
    std::string text = "token    log|det J|   sigma_min   geometric  side\n";
    for (std::size_t i = 0; i < frame.tokens.size(); ++i) text += row(frame, i);
    const PlaygroundSvm& svm = frame.svm;
    if (frame.document.svm.points.empty()) return text;
    if (svm.has_line)
        text += "SVM: w " + number_text(svm.w.x) + " " + number_text(svm.w.y) + ", b " +
                number_text(svm.b) + ", margin " + number_text(svm.margin) + ", " +
                std::to_string(svm.support.size()) + " support vectors\n";
    if (!svm.sentence.empty()) text += "SVM: " + svm.sentence + "\n";
    return text;
}

int run(const Options& options) {
    const PlaygroundDocument document = open_playground(options.file);
    PlaygroundFrame frame = playground_frame(document);
    frame.rests = playground_rests(document);
    if (options.json.empty())
        write_text(table(frame));
    else
        write_json(options.json, report(frame));
    return kExitDone;
}

}  // namespace

void add_playground_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "playground", "the margins of tokens in the plane, and of an SVM beside them");
    command->footer(
        "FILE holds {\"tokens\": [[x, y], ...], \"A\": [[a, b], [c, d]], \"scale\": 1, "
        "\"strict\": true, \"svm\": {\"points\":\n"
        "[[x, y], ...], \"labels\": [1, -1, ...], \"C\": 1}}; only tokens (2 to 12, within 3 of 0) "
        "and A must be there. It may\n"
        "be the name of a preset of the window (near, safe, across, ...). Tokens count from 0; "
        "logdet is log|det J|, in\n"
        "nats; sigma_min and geometric.value are distances; crossings > 0 means beyond the "
        "boundary. geometric is null where\n"
        "the past leaves nothing to be near, its value null where no boundary was found within "
        "searched_radius. support\n"
        "lists the tokens with the smallest geometric margin. rests says for each lambda_m where "
        "the "
        "token in question comes to\n"
        "rest between its target and the barrier: what the data pays there, pull, and what noise "
        "adds, both in nats.");
    const auto options = std::make_shared<Options>();
    command->add_option("file", options->file, "the playground; - is the standard input")
        ->type_name("FILE.json")
        ->required();
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token) { return run(*options); };
    });
}

}  // namespace marginscope
