// What the form of a path says: its plan, and the command that does the same.
#include "ui/path/plan_form.h"

#include <charconv>
#include <cmath>

#include "core/error.h"
#include "core/run/config_words.h"
#include "core/shell_word.h"

namespace marginscope {
namespace {

std::string joined(const std::vector<double>& values) {
    std::string all;
    for (const double value : values)
        all.append(all.empty() ? "" : ",").append(format_value(value));
    return all;
}

/// The path varies these itself, each cell on one thread.
bool is_varied(const Field& field) {
    return field.name == "barrier.lambda" || field.name == "train.noise" ||
           field.name == "train.threads";
}
bool is_varied_or_of_the_model(const Field& field) {
    return is_varied(field) || field.name.starts_with("model.");
}

}  // namespace

std::optional<std::vector<double>> parse_numbers(const std::string& text, const char* what,
                                                 std::string& problem) {
    std::vector<double> values;
    for (std::size_t at = 0; at < text.size();) {
        at = text.find_first_not_of(" ,;\t", at);
        if (at == std::string::npos) break;
        const std::size_t end = std::min(text.find_first_of(" ,;\t", at), text.size());
        double value = 0;
        const auto read = std::from_chars(text.data() + at, text.data() + end, value);
        if (read.ec != std::errc() || read.ptr != text.data() + end || !std::isfinite(value) ||
            value < 0) {
            problem = std::string(what) + ": \"" + text.substr(at, end - at) +
                      "\" is not a number from 0 up.";
            return std::nullopt;
        }
        values.push_back(value);
        at = end;
    }
    return values;
}

std::optional<PathPlan> plan_of(PlanForm& form, bool relative, double max_clean_loss) {
    form.problem.clear();
    PathPlan plan;
    const auto lambdas = parse_numbers(form.lambdas, "lambda_m", form.problem);
    const auto noises = parse_numbers(form.train_noises, "Noise in training", form.problem);
    const auto sigmas = parse_numbers(form.sigmas, "Noise to judge by", form.problem);
    const auto relative_sigmas =
        parse_numbers(form.relative_sigmas, "Noise to judge by, × RMS", form.problem);
    if (!lambdas || !noises || !sigmas || !relative_sigmas) return std::nullopt;
    if (lambdas->empty()) form.problem = "A path needs at least one lambda_m, for example 0, 0.02.";
    try {
        validate(form.config);
    } catch (const UserError& error) {
        form.problem = error.what();
    }
    if (!form.problem.empty()) return std::nullopt;
    plan.folder = form.folder;
    plan.text = form.text;
    plan.init = form.init;
    plan.lambdas = *lambdas;
    plan.train_noises = noises->empty() ? std::vector<double>{0} : *noises;
    plan.sigmas = *sigmas;
    plan.relative_sigmas = *relative_sigmas;
    plan.seeds = form.seeds;
    plan.jobs = form.jobs;
    plan.relative = relative;
    plan.max_clean_loss = max_clean_loss;
    plan.config = form.config;
    return plan;
}

std::string path_command(const PathPlan& plan) {
    std::string command =
        "marginscope path --out " + shell_path(plan.folder.empty() ? "DIR" : plan.folder);
    if (!plan.text.empty()) command += " --text " + shell_path(plan.text);
    if (!plan.init.empty()) command += " --init " + shell_path(plan.init);
    command += " --lambdas " + joined(plan.lambdas) + " --seeds " + std::to_string(plan.seeds) +
               " --train-noises " + joined(plan.train_noises) + " --sigmas " +
               joined(plan.relative ? plan.relative_sigmas : plan.sigmas) +
               (plan.relative ? " --relative" : "") + " --max-clean-loss " +
               format_value(plan.max_clean_loss);
    if (plan.jobs > 0) command += " --jobs " + std::to_string(plan.jobs);
    return command +
           config_flags(plan.config, plan.init.empty() ? is_varied : is_varied_or_of_the_model);
}

}  // namespace marginscope
