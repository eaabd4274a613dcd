// Reads the arguments, runs one command, turns errors into sentences and exit codes.
#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <system_error>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/output_guard.h"
#include "cli/signals.h"
#include "core/error.h"
#include "core/shown.h"
#include "files/peek.h"
#include "marginscope/version.h"
#include "nn/model/torch_errors.h"

namespace marginscope {
namespace {

// Sentences quote files and arguments, which a terminal must not obey.
void say(const std::string& sentence) {
    std::fprintf(stderr, "marginscope: %s\n", shown_sentence(sentence).c_str());
}

std::string version_text() {
    return "marginscope " + std::string(kVersion) + " (" + std::string(git_commit()) + ")\n" +
           torch_description() + "\n";
}

int run_guarded(const std::function<int()>& body) {
    try {
        int code = kExitFailed;
        with_torch_errors([&] { code = body(); });
        return code;
    } catch (const UserError& error) {
        say(error.what());
        return error.exit_code();
    } catch (const OutputClosed&) {
        return kExitFailed;
    } catch (const std::exception& error) {
        say(std::string("Something unexpected went wrong: ") + error.what());
        return kExitFailed;
    }
}

/// One clear sentence for what CLI11 refuses.
std::string parse_sentence(const CLI::App& app, const CLI::ParseError& error) {
    std::string command = "marginscope";
    for (const CLI::App* sub : app.get_subcommands()) command += " " + sub->get_name();
    std::string what = error.what();
    for (char& c : what)
        if (c == '\n') c = ' ';
    while (!what.empty() && (what.back() == '.' || what.back() == ' ')) what.pop_back();
    return what + ". `" + command + " --help` lists what there is.";
}

void add_commands(CLI::App& app, CommandContext& context) {
    add_train_command(app, context);
    add_fit_command(app, context);
    add_margins_command(app, context);
    add_decode_command(app, context);
    add_session_command(app, context);
    add_noise_command(app, context);
    add_fragility_command(app, context);
    add_twin_command(app, context);
    add_subset_command(app, context);
    add_path_command(app, context);
    add_posterior_command(app, context);
    add_calibration_command(app, context);
    add_selective_command(app, context);
    add_stage_command(app, context);
    add_playground_command(app, context);
    add_stories_command(app, context);
    add_info_command(app, context);
    add_render_command(app, context);
    add_tour_command(app, context);
    add_bench_command(app, context);
}

int open_window(const CliHooks& hooks, const std::vector<std::string>& files, std::stop_token end) {
    if (!hooks.run_window)
        throw UserError("This build has no window; `marginscope --help` lists the commands.",
                        kExitWrongUse);
    for (const auto& file : files) {
        std::error_code error;
        if (!std::filesystem::exists(file, error))
            throw UserError("There is no file and no command called " + shown(file) +
                                "; `marginscope --help` lists the commands.",
                            kExitWrongUse);
        classify(file);  // a file that cannot be opened is refused before the window comes up
    }
    WindowRequest request;
    request.files.assign(files.begin(), files.end());
    request.end = std::move(end);
    const int code = hooks.run_window(request);
    return code == kExitDone && request.end.stop_requested() ? kExitInterrupted : code;
}

}  // namespace

int run_command_line(int argc, const char* const* argv, const CliHooks& hooks) {
    CLI::App app(
        "marginscope trains and runs a small character GPT and shows, for every token, how near "
        "its attention is to the\n"
        "boundary where it degenerates. Without a command it opens the window.",
        "marginscope");
    app.footer(
        "Results go to the standard output, progress to the standard error. `--json -` gives one "
        "JSON document.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong use or no display, 130 after Ctrl-C, kill or a "
        "closed "
        "terminal.");
    app.get_formatter()->column_width(34);
    app.require_subcommand(0, 1);
    CommandContext context;
    context.hooks = &hooks;
    bool version = false;
    std::vector<std::string> files;
    app.add_flag("--version", version, "the version, LibTorch's, and whether a GPU can be used");
    app.add_option("files", files,
                   "texts, checkpoints, run folders or sessions to open in the window")
        ->type_name("FILE");
    add_commands(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app.get_subcommands();
        return run_guarded([&] {
            write_text(chosen.empty() ? app.help() : chosen.front()->help());
            return kExitDone;
        });
    } catch (const CLI::ParseError& error) {
        say(parse_sentence(app, error));
        return kExitWrongUse;
    }
    if (version)
        return run_guarded([] {
            write_text(version_text());
            return kExitDone;
        });
    const SignalGuard signals;
    if (!context.run)
        return run_guarded([&] { return open_window(hooks, files, signals.token()); });
    return run_guarded([&] {
        for (const CLI::App* command : app.get_subcommands()) check_outputs(*command);
        return context.run(signals.token());
    });
}

}  // namespace marginscope
