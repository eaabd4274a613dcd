// `marginscope train`: trains a model into a run folder, or goes on with one.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/config_flags.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/error.h"
#include "core/shell_word.h"
#include "core/shown.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "files/run_fork.h"
#include "files/sha256.h"
#include "nn/model/config_json.h"
#include "nn/train/train_run.h"

namespace marginscope {
namespace {

struct Options {
    TextOption text;
    std::string out;
    std::string init;
    std::string fork;
    std::optional<std::int64_t> fork_step;
    bool resume = false;
    std::vector<std::string> changes;
    ConfigFlags flags;
};

/// --change STEP:FIELD=VALUE, a live change planned ahead.
RunEvent parse_change(const std::string& text) {
    const auto colon = text.find(':');
    const auto equals = text.find('=', colon == std::string::npos ? 0 : colon);
    bool numeric = colon != std::string::npos && equals != std::string::npos && colon > 0;
    for (std::size_t k = 0; numeric && k < colon; ++k) numeric = text[k] >= '0' && text[k] <= '9';
    const std::int64_t step = numeric && colon <= 15 ? std::stoll(text.substr(0, colon)) : -1;
    if (step < 0 || step > kMostSteps)
        throw UserError(
            "--change takes STEP:FIELD=VALUE, as in 500:lambda=0.05, with a step up to " +
                std::to_string(kMostSteps) + ", not " + shown(text) + ".",
            kExitWrongUse);
    const std::string name = text.substr(colon + 1, equals - colon - 1);
    const Field* field = find_field(name);
    if (field == nullptr || !field->live)
        throw UserError(
            "--change can set lambda, lr, clip, noise and the other live settings, not " +
                shown(name) + ".",
            kExitWrongUse);
    const FieldValue value = parse_value(*field, text.substr(equals + 1));
    return {step, std::string(field->name), format_value(value)};
}

std::vector<RunEvent> planned_changes(const Options& options) {
    std::vector<RunEvent> changes;
    for (const std::string& text : options.changes) changes.push_back(parse_change(text));
    return changes;
}

std::string eval_line(const EvalReport& eval, const StepReport& step, std::int64_t steps) {
    char text[256];
    std::snprintf(text, sizeof text, "step %6lld/%lld  ", static_cast<long long>(eval.step),
                  static_cast<long long>(steps));
    std::string line = text;
    if (step.step > 0) {
        std::snprintf(text, sizeof text, "train %.4f  ", step.ce);
        line += text;
    }
    std::snprintf(
        text, sizeof text,
        "validation %.4f  barrier %.4f  log|det| %.3f  beyond %.1f %%  least sigma_min %.2g",
        eval.val_ce, eval.barrier, eval.logdet_mean, eval.share_beyond * 100, eval.sigma_min_min);
    return line + text;
}

TrainRun::Callbacks callbacks(ProgressLine& progress, const RunConfig& config, StepReport& last) {
    const std::int64_t steps = config.train.steps;
    TrainRun::Callbacks made;
    made.on_step = [&progress, &last, steps](const StepReport& report) {
        last = report;
        char detail[64];
        std::snprintf(detail, sizeof detail, "loss %.4f", report.ce);
        progress.update(static_cast<std::size_t>(report.step), static_cast<std::size_t>(steps),
                        detail);
    };
    made.on_eval = [&progress, &last, steps](const EvalReport& eval) {
        progress.note(eval_line(eval, last, steps));
    };
    made.on_live = [&progress](std::int64_t step, const std::string& field,
                               const std::string& value) {
        progress.note("step " + std::to_string(step) + ": " + field + " becomes " + value);
    };
    made.on_warning = [&progress](const std::string& sentence) {
        progress.note("warning: " + sentence);
    };
    return made;
}

/// What a run that goes on may be told: the thread count and live settings; anything else must be
/// what `run` was started with. Its configuration.
RunConfig check_resumed_flags(const Options& options, const std::string& run) {
    const std::string source = run + "/config.json";
    const RunConfig recorded = config_from_json(RunFolder::open(run).config(), shown_path(source));
    if (options.flags.has_file())
        throw UserError("A run that goes on takes its settings from " + shown_path(source) +
                            "; leave --config out.",
                        kExitWrongUse);
    for (const auto& [name, text] : options.flags.given()) {
        const Field& field = *find_field(name);
        if (name == "train.threads" || name == "train.steps" || field.live) continue;
        const FieldValue wanted = parse_value(field, text);
        if (wanted != field.get(recorded))
            throw UserError("The run in " + shown_path(run) + " was started with " + name + " = " +
                                format_value(field.get(recorded)) + "; " + format_value(wanted) +
                                " needs a new run in another folder.",
                            kExitWrongUse);
    }
    return recorded;
}

/// A run goes on from where it began: --init may be given again, not another one.
void check_resumed_init(const Options& options, const RunPlan& plan) {
    if (options.init.empty() || start_name(options.init) == plan.init) return;
    const bool moved =
        !plan.init_sha256.empty() && sha256_of_file(model_file(options.init)) == plan.init_sha256;
    if (moved) return;
    const std::string began = plan.init.empty() ? "with new weights" : "from " + shown(plan.init);
    throw UserError("The run in " + shown_path(options.out) + " began " + began + ", not from " +
                        shown_path(options.init) +
                        ": leave --init out, or choose another folder for a new run.",
                    kExitWrongUse);
}

TrainRun resume_run(const Options& options, const Corpus& corpus, ProgressLine& progress,
                    StepReport& last) {
    const RunConfig recorded = check_resumed_flags(options, options.out);
    const RunPlan plan = RunFolder::open(options.out).plan();
    check_resumed_init(options, plan);
    const auto& given = options.flags.given();
    RunConfig wanted = recorded;
    if (const auto steps = given.find("train.steps"); steps != given.end())
        set_field(wanted, steps->first, steps->second);
    int threads = 0;
    if (given.contains("train.threads")) {
        set_field(wanted, "train.threads", given.at("train.threads"));
        threads = wanted.train.threads;
    }
    // Steps that an earlier --resume asked for count as long as no others are given.
    const bool steps_given = given.contains("train.steps");
    if (plan.steps && !steps_given) wanted.train.steps = static_cast<int>(*plan.steps);
    TrainRun run =
        TrainRun::resume(options.out, corpus, callbacks(progress, wanted, last), threads);
    if (steps_given && wanted.train.steps != run.trainer().config().train.steps) {
        if (wanted.train.steps < run.trainer().step_count())
            throw UserError("The run in " + shown_path(options.out) + " has done " +
                                std::to_string(run.trainer().step_count()) +
                                " steps already; --steps " + std::to_string(wanted.train.steps) +
                                " is fewer.",
                            kExitWrongUse);
        run.plan_steps(wanted.train.steps);
    }
    run.plan_changes(planned_changes(options));
    // A live setting that differs from what the run was started with is a change made now.
    for (const auto& [name, text] : given) {
        const Field& field = *find_field(name);
        const FieldValue value = parse_value(field, text);
        if (field.live && value != field.get(recorded) &&
            value != field.get(run.trainer().config()))
            run.set_live(name, value);
    }
    progress.note("Resuming " + shown_path(options.out) + " at step " +
                  std::to_string(run.trainer().step_count()) +
                  (plan.init.empty() ? "." : "; it began from " + shown(plan.init) + "."));
    return run;
}

/// What a new run begins with.
struct Beginning {
    StartModel from;
    RunConfig config;
};

Beginning beginning_of(const Options& options) {
    if (options.init.empty()) return {{}, options.flags.apply(RunConfig{})};
    StartModel from = load_start_model(options.init);
    RunConfig config = options.flags.apply_to_model(from.shape, "--init");
    return {std::move(from), std::move(config)};
}

/// Nothing to begin where the run in --out goes on.
std::optional<Beginning> what_begins(const Options& options) {
    if (RunFolder::inspect(options.out) != RunFolderState::kRun) return beginning_of(options);
    if (options.resume) return std::nullopt;
    throw UserError(shown_path(options.out) +
                        " holds a run already: go on with --resume, or choose another folder.",
                    kExitWrongUse);
}

/// Makes the run in --out a fork of another, which then is resumed with what is given.
void begin_fork(Options& options, ProgressLine& progress) {
    if (options.fork.empty()) {
        if (options.fork_step)
            throw UserError("--fork-step needs --fork RUN, the run to leave.", kExitWrongUse);
        return;
    }
    if (!options.init.empty())
        throw UserError("--fork goes on with a run and --init begins a new one: give one of them.",
                        kExitWrongUse);
    const bool there = RunFolder::inspect(options.out) == RunFolderState::kRun;
    if (there && options.resume) return;               // made before
    (void)check_resumed_flags(options, options.fork);  // before anything is written
    const std::int64_t step = fork_run(options.fork, options.fork_step, options.out);
    progress.note("Forked " + shown_path(options.fork) + " at step " + std::to_string(step) +
                  " into " + shown_path(options.out) + ".");
    options.resume = true;
}

/// What goes on with this run, as a user can paste it.
std::string resume_command(const Options& options) {
    std::string command = "marginscope train --resume --out " + shell_path(options.out);
    if (!options.text.file.empty()) command += " --text " + shell_path(options.text.file);
    return command;
}

int run(Options& options, std::stop_token stop) {
    (void)planned_changes(options);  // refused before anything is written
    ProgressLine progress("train");
    begin_fork(options, progress);
    const std::optional<Beginning> begin = what_begins(options);
    const Corpus corpus = options.text.load();
    StepReport last;
    TrainRun training =
        begin ? TrainRun::start(begin->config, corpus, options.out, begin->from,
                                callbacks(progress, begin->config, last), planned_changes(options))
              : resume_run(options, corpus, progress, last);
    const bool finished = run_training(training, stop);
    progress.clear();
    const auto step = training.trainer().step_count();
    const std::string& reason = training.stopped_by().sentence;
    if (!finished) {
        const std::string saved = training.save().string();
        progress.note((reason.empty() ? "Stopped at step " + std::to_string(step) + "; saved "
                                      : reason + " Saved ") +
                      shown_path(saved) + ". Go on with: " + resume_command(options));
        return kExitInterrupted;
    }
    if (!reason.empty()) progress.note(reason);
    const auto& eval = training.last_eval();
    write_text(training.save().string() + "  step " + std::to_string(step) +
               (eval ? "  validation " + number_text(eval->val_ce, 6) : "") + "\n");
    return kExitDone;
}

}  // namespace

void add_train_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("train", "train a char-GPT with the log-barrier on its margins");
    command->footer(
        "Examples:\n"
        "  marginscope train --out runs/first\n"
        "  marginscope train --text book.txt --out runs/book --lambda 0 --steps 5000\n"
        "  marginscope train --out runs/first --resume\n"
        "  marginscope train --fork runs/first --fork-step 500 --out runs/other --lambda 0.1\n"
        "  marginscope train --init nanogpt.safetensors --text book.txt --out runs/tuned\n"
        "Ctrl-C stops at a step and saves; --resume goes on, on the CPU bit for bit as if it had "
        "not stopped.");
    const auto options = std::make_shared<Options>();
    options->text.add_to(*command, "UTF-8 text to learn; its last tenth validates");
    command->add_option("--out", options->out, "the run folder to write")
        ->type_name("RUN")
        ->required();
    add_init_option(*command, options->init);
    command
        ->add_option("--fork", options->fork,
                     "leave this run at a checkpoint: --out goes on from there over the same "
                     "batches, with the live settings given")
        ->type_name("RUN");
    command->add_option("--fork-step", options->fork_step, "the checkpoint's step [the newest]")
        ->type_name("N");
    command->add_flag("--resume", options->resume,
                      "go on with the run in --out; begin it where there is none");
    command
        ->add_option("--change", options->changes,
                     "a live change at a step, as in 500:lambda=0.05; may be repeated")
        ->type_name("STEP:FIELD=VALUE")
        ->expected(1)
        ->take_all();
    options->flags.add_to(*command);
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
