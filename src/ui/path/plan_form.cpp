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
    for (const std::string& word : split_words(text)) {
        double value = 0;
        const char* end = word.data() + word.size();
        const auto read = std::from_chars(word.data(), end, value);
        if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value) || value < 0) {
            problem = std::string(what) + ": \"" + word + "\" is not a number from 0 up.";
            return std::nullopt;
        }
        values.push_back(value);
    }
    return values;
}

std::vector<std::string> split_words(const std::string& text) {
    constexpr const char* kBetween = " ,;\t";
    std::vector<std::string> words;
    for (std::size_t at = text.find_first_not_of(kBetween); at != std::string::npos;) {
        const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(kBetween, end);
    }
    return words;
}

namespace {

/// Values of stage.sigma as they are always written; empty with a sentence where one is none.
std::optional<std::vector<std::string>> parse_sigmas(const std::string& text,
                                                     std::string& problem) {
    std::vector<std::string> sigmas;
    try {
        for (const std::string& word : split_words(text))
            sigmas.push_back(format_value(parse_value(*find_field("stage.sigma"), word)));
    } catch (const UserError& error) {
        problem = error.what();
        return std::nullopt;
    }
    return sigmas;
}

}  // namespace

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
    const auto stage_sigmas = parse_sigmas(form.stage_sigmas, form.problem);
    try {
        validate(form.config);
    } catch (const UserError& error) {
        form.problem = error.what();
    }
    if (!form.problem.empty() || !stage_sigmas) return std::nullopt;
    plan.folder = form.folder;
    plan.text = form.text;
    plan.init = form.init;
    plan.both_heads = form.both_heads;
    plan.stage_sigmas = *stage_sigmas;
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
    for (std::size_t k = 0; k < plan.stage_sigmas.size(); ++k)
        command += (k == 0 ? " --stage-sigmas " : ",") + plan.stage_sigmas[k];
    for (std::size_t k = 0; k < plan.more_seeds.size(); ++k)
        command += (k == 0 ? " --more-seeds " : ",") + plan.more_seeds[k];
    if (plan.both_heads) command += " --tied both";
    // Given once, as what the path varies.
    RunConfig config = plan.config;
    if (!plan.stage_sigmas.empty()) config.stage.sigma = RunConfig{}.stage.sigma;
    if (plan.both_heads) config.model.tied = RunConfig{}.model.tied;
    if (plan.jobs > 0) command += " --jobs " + std::to_string(plan.jobs);
    return command +
           config_flags(config, plan.init.empty() ? is_varied : is_varied_or_of_the_model);
}

}  // namespace marginscope
