// `marginscope decode`: continues a prompt, with each token's margin.
#include <memory>

#include "cli/chooser_flags.h"
#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/output_guard.h"
#include "cli/particle_flags.h"
#include "cli/progress.h"
#include "core/error.h"
#include "engine/decode/decoded_session.h"
#include "engine/decode/session_file.h"
#include "files/fd.h"
#include "files/json_numbers.h"
#include "nn/probability/decode_run.h"

namespace marginscope {
namespace {

constexpr std::uint64_t kLongestPrompt = std::uint64_t{64} << 20;

struct Options {
    DecodeRequest request;
    std::string model;
    double min_margin = 0.0;
    CLI::Option* min_margin_option = nullptr;
    ChooserFlags chooser;
    ParticleFlags particles;
    std::string prompt_file;
    std::string session;
    std::string json;
};

nlohmann::json result_json(const DecodeResult& result, const Options& options) {
    nlohmann::json tokens = nlohmann::json::array();
    for (const auto& token : result.tokens) {
        nlohmann::json one = {
            {"token", token.token},
            {"logprob", json_number(token.logprob)},
            {"entropy", json_number(token.entropy)},
            {"margin", json_number(token.margin)},
            {"crossings", token.crossings ? nlohmann::json(*token.crossings) : nlohmann::json()}};
        add_token_json(one, token);
        tokens.push_back(std::move(one));
    }
    nlohmann::json all = {{"model", result.model},
                          {"seed", options.request.sampling.seed},
                          {"prompt", result.prompt},
                          {"text", result.text},
                          {"tokens", tokens},
                          {"stopped", result.stopped},
                          {"kind", name_in(margin_kinds(), options.request.kind)},
                          {"tokens_per_s", json_number(result.tokens_per_s)}};
    add_chooser_json(all, options.request, result);
    return all;
}

// What a reader of the text alone would not see.
void tell_ending(const DecodeResult& result, ProgressLine& progress) {
    if (result.stopped == "min_margin")
        progress.note("Stopped: no candidate keeps the margin of --min-margin.");
    if (result.abstention) progress.note(result.abstention->sentence);
    if (!result.continuations.empty())
        progress.note("Kept continuation " + std::to_string(result.best + 1) + " of " +
                      std::to_string(result.continuations.size()) + ".");
}

int run_with_particles(const Options& options, std::stop_token stop) {
    const ParticleRequest request = options.particles.request(options.request);
    ProgressLine progress("decode");
    const ParticleResult result = run_particles(
        request,
        [&](std::size_t done) {
            progress.update(done, static_cast<std::size_t>(request.decode.tokens));
        },
        stop);
    progress.clear();
    if (options.json != "-") write_text(request.decode.prompt + result.drawn.text + "\n");
    if (result.drawn.unknown > 0) progress.note(unknown_sentence(result.drawn.unknown, "prompt"));
    if (!options.session.empty())
        write_session(options.session, particles_document(request, result));
    if (!options.json.empty()) {
        nlohmann::json document = result_json(result.drawn, options);
        add_particles_json(document, request, result);
        write_json(options.json, document);
    }
    progress.note(particles_sentence(request, result));
    return result.drawn.stopped == "interrupted" ? kExitInterrupted : kExitDone;
}

int run(Options& options, std::stop_token stop) {
    options.request.model = options.model;
    if (options.min_margin_option->count() > 0)
        options.request.sampling.min_margin = options.min_margin;
    options.chooser.fill(options.request);
    if (!options.prompt_file.empty())
        options.request.prompt = read_file(options.prompt_file, "prompt", kLongestPrompt);
    if (!options.session.empty())
        require_replaceable(options.session, OutputKind::json, "--session");
    if (options.particles.given()) return run_with_particles(options, stop);
    const bool show_text = options.json != "-";
    ProgressLine progress("decode");
    std::size_t done = 0;
    // Not before the model is there: a refusal prints no result.
    const auto begin_text = [&] {
        if (show_text && done == 0) write_text(options.request.prompt);
    };
    const bool several = options.request.sampling.chooser.best_of > 1;
    DecodeListener listener;
    listener.on_token = [&](const DecodedToken& token) {
        if (several) progress.clear();
        begin_text();
        ++done;
        if (show_text) write_text(token.token);
    };
    listener.on_progress = [&](std::size_t written, std::size_t total) {
        if (several || !show_text) progress.update(written, total);
    };
    const DecodeResult result = run_decode(options.request, listener, stop);
    begin_text();
    progress.clear();
    if (show_text) write_text("\n");
    if (result.unknown > 0) progress.note(unknown_sentence(result.unknown, "prompt"));
    if (!options.session.empty())
        write_session(options.session, decoded_document(options.request, result));
    if (!options.json.empty()) write_json(options.json, result_json(result, options));
    tell_ending(result, progress);
    return result.stopped == "interrupted" ? kExitInterrupted : kExitDone;
}

// What is continued, and where it is kept.
void add_document_options(CLI::App& command, Options& options) {
    auto* prompt = command.add_option("--prompt", options.request.prompt, "text to continue")
                       ->type_name("TEXT");
    command
        .add_option("--prompt-file", options.prompt_file,
                    "a file with the text to continue, every character of it, the last line break "
                    "too")
        ->type_name("FILE")
        ->excludes(prompt);
    command
        .add_option("--session", options.session,
                    "also keep it as a session, which the window opens")
        ->type_name("S.mscope");
}

}  // namespace

void add_decode_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("decode", "continue a prompt token by token");
    command->footer(
        "Examples:\n"
        "  marginscope decode --prompt \"Once \" --tokens 200 --temperature 0.7\n"
        "  marginscope decode --prompt \"Once \" --min-margin -1 --json -\n"
        "  marginscope decode --prompt \"Once \" --kind singular --min-margin 0.05\n"
        "  marginscope decode --prompt \"Once \" --best-of 8 --best-by both --json -\n"
        "  marginscope decode --prompt \"Once \" --noise-draws 16 --noise-sigma 0.25 --relative "
        "--abstain-information 0.2\n"
        "  marginscope decode --prompt \"Once \" --particles 64 --barrier-weight 0.3 --json -\n"
        "  marginscope decode --prompt-file beginning.txt --session story.mscope");
    const auto options = std::make_shared<Options>();
    SamplingSettings& sampling = options->request.sampling;
    add_model_option(*command, options->model);
    add_document_options(*command, *options);
    command->add_option("--tokens", options->request.tokens, "how many tokens to add")
        ->check(CLI::Range(0, 100'000'000))
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--temperature", sampling.temperature, "0 takes the likeliest token always")
        ->check(CLI::Range(0.0, 1000.0))
        ->type_name("X")
        ->capture_default_str();
    command->add_option("--top-k", sampling.top_k, "only the N likeliest tokens; 0 turns it off")
        ->check(CLI::Range(0, 1'000'000))
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--top-p", sampling.top_p,
                     "only the likeliest tokens that together have this probability")
        ->check(CLI::Range(1e-9, 1.0))
        ->type_name("X")
        ->capture_default_str();
    options->min_margin_option =
        command
            ->add_option("--min-margin", options->min_margin,
                         "refuse tokens whose own margin would be below this, and tokens beyond "
                         "the boundary; in the unit of --kind: nats of log|det J| for determinant "
                         "(0 is J = I, the boundary lies at minus infinity), sigma_min for "
                         "singular, a distance for geometric")
            ->check(CLI::Range(-1e300, 1e300))
            ->type_name("X");
    add_choice_option(*command, "--kind", options->request.kind, margin_kinds(),
                      "which margin is shown and which --min-margin is compared with");
    command->add_flag("--allow-beyond", sampling.allow_beyond,
                      "let --min-margin and --abstain-margin keep tokens beyond the boundary");
    options->chooser.add_to(*command, options->request);
    options->particles.add_to(*command);
    command->add_option("--seed", sampling.seed, "equal seeds draw equal tokens")
        ->type_name("N")
        ->capture_default_str();
    add_threads_option(*command, options->request.threads);
    add_json_option(*command, options->json);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
