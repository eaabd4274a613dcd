// What one subcommand is: a function that adds its flags and leaves behind what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <stop_token>

#include "cli/cli.h"

namespace marginscope {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitWrongUse = 2;
inline constexpr int kExitInterrupted = 130;

/// Filled while the arguments are read; `run` is called once afterwards. It returns the exit code
/// and throws UserError.
struct CommandContext {
    const CliHooks* hooks = nullptr;
    std::function<int(std::stop_token)> run;
};

// Each adds one subcommand to `app`; `context` must outlive it.
void add_train_command(CLI::App& app, CommandContext& context);
void add_fit_command(CLI::App& app, CommandContext& context);
void add_margins_command(CLI::App& app, CommandContext& context);
void add_decode_command(CLI::App& app, CommandContext& context);
void add_session_command(CLI::App& app, CommandContext& context);
void add_noise_command(CLI::App& app, CommandContext& context);
void add_fragility_command(CLI::App& app, CommandContext& context);
void add_twin_command(CLI::App& app, CommandContext& context);
void add_subset_command(CLI::App& app, CommandContext& context);
void add_path_command(CLI::App& app, CommandContext& context);
void add_calibration_command(CLI::App& app, CommandContext& context);
void add_playground_command(CLI::App& app, CommandContext& context);
void add_posterior_command(CLI::App& app, CommandContext& context);
void add_selective_command(CLI::App& app, CommandContext& context);
void add_stage_command(CLI::App& app, CommandContext& context);
void add_stories_command(CLI::App& app, CommandContext& context);
void add_info_command(CLI::App& app, CommandContext& context);
void add_render_command(CLI::App& app, CommandContext& context);
void add_tour_command(CLI::App& app, CommandContext& context);
void add_bench_command(CLI::App& app, CommandContext& context);

}  // namespace marginscope
