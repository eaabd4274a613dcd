// The plan's file, read with suspicion.
#include "nn/posterior/posterior_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"

namespace marginscope {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::int64_t kMostSteps = 1'000'000'000;
constexpr int kMostSamples = 9999;
constexpr int kMostChains = 64;

void require(bool fine, const std::string& sentence) {
    if (!fine) throw UserError(sentence, 2);
}

std::string short_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

std::int64_t whole(const json& object, const char* key, std::int64_t most) {
    const auto found = object.find(key);
    const auto number = found == object.end() ? std::nullopt : whole_number(*found, 0, most);
    if (!number)
        throw UserError("posterior.json lacks a whole number \"" + std::string(key) + "\".");
    return *number;
}

double real(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end())
        throw UserError("posterior.json lacks \"" + std::string(key) + "\".");
    return number_from_json(*found, key);
}

std::string word(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string density_sentence(const PosteriorPlan& plan) {
    std::string sentence = "U = " + std::to_string(plan.tokens) + " (CE";
    if (plan.lambda > 0.0) sentence += " + " + short_number(plan.lambda) + " mean barrier";
    sentence +=
        ") + |theta|^2 / (2 * " + short_number(plan.prior_sd) + "^2), given the trained stage";
    if (plan.temperature != 1.0)
        sentence += ", tempered: exp(-U / " + short_number(plan.temperature) + ")";
    return sentence;
}

json plan_to_json(const PosteriorPlan& plan) {
    return {{"format", 1},
            {"model", plan.model},
            {"sha256", plan.sha256},
            {"text", plan.text},
            {"density",
             {{"sentence", density_sentence(plan)},
              {"tokens", plan.tokens},
              {"lambda", json_number(plan.lambda)},
              {"prior_sd", json_number(plan.prior_sd)},
              {"temperature", json_number(plan.temperature)},
              {"tempered", plan.temperature != 1.0},
              {"stage", "given"}}},
            {"schedule",
             {{"step_size", json_number(plan.step_size)},
              {"rule", "constant; preconditioner frozen after burn_in"},
              {"burn_in", plan.burn_in},
              {"every", plan.every}}},
            {"samples", plan.samples},
            {"chains", plan.chains},
            {"seed", plan.seed},
            {"threads", plan.threads}};
}

PosteriorPlan read_posterior_plan(const fs::path& folder) {
    const json file = read_json_file(folder / "posterior.json", "posterior");
    if (!file.is_object() || !file.value("density", json()).is_object() ||
        !file.value("schedule", json()).is_object() || whole(file, "format", 1000) != 1)
        throw UserError(shown_path(folder / "posterior.json") +
                        " is none that this version of marginscope writes.");
    const json& density = file.at("density");
    const json& schedule = file.at("schedule");
    PosteriorPlan plan;
    plan.model = word(file, "model");
    plan.sha256 = word(file, "sha256");
    plan.text = word(file, "text");
    plan.tokens = whole(density, "tokens", kMostSteps * 1000);
    plan.lambda = real(density, "lambda");
    plan.prior_sd = real(density, "prior_sd");
    plan.temperature = real(density, "temperature");
    plan.step_size = real(schedule, "step_size");
    plan.burn_in = whole(schedule, "burn_in", kMostSteps);
    plan.every = whole(schedule, "every", kMostSteps);
    plan.samples = static_cast<int>(whole(file, "samples", kMostSamples * kMostChains));
    plan.chains = static_cast<int>(whole(file, "chains", kMostChains));
    plan.seed = static_cast<std::uint64_t>(whole(file, "seed", INT64_MAX));
    plan.threads = static_cast<int>(whole(file, "threads", 1024));
    check_plan(plan);
    return plan;
}

json report_to_json(const PosteriorReport& report) {
    json quantities = json::array();
    for (const PosteriorQuantity& one : report.quantities)
        quantities.push_back({{"name", one.name},
                              {"unit", one.unit},
                              {"start", json_number(one.start)},
                              {"mean", json_number(one.mean)},
                              {"sd", json_number(one.spread)},
                              {"r_hat", std::isnan(one.r_hat) ? json() : json(one.r_hat)},
                              {"ess", std::isnan(one.ess) ? json() : json(one.ess)}});
    return {{"samples", report.samples},
            {"stopped", report.stopped},
            {"gradient_heat", json_number(report.gradient_heat)},
            {"quantities", std::move(quantities)}};
}

fs::path sample_folder(const fs::path& folder, int chain, int draw) {
    char name[40];
    std::snprintf(name, sizeof name, "sample-%d-%04d", chain, draw);
    return folder / name;
}

void check_plan(const PosteriorPlan& plan) {
    const auto positive = [](double x) { return std::isfinite(x) && x > 0.0; };
    require(plan.chains >= 1 && plan.chains <= kMostChains,
            "--chains takes 1 to " + std::to_string(kMostChains) + ", not " +
                std::to_string(plan.chains) + ".");
    require(plan.samples >= plan.chains && plan.samples % plan.chains == 0 &&
                plan.samples_per_chain() <= kMostSamples,
            "--samples must be a multiple of the number of chains (" + std::to_string(plan.chains) +
                "), at least one of each; it is " + std::to_string(plan.samples) + ".");
    require(plan.every >= 1 && plan.burn_in >= 1 && plan.steps_per_chain() <= kMostSteps,
            "--every and --burn-in must be at least 1 step, and a chain at most " +
                std::to_string(kMostSteps) + " steps.");
    require(positive(plan.step_size),
            "--step-size must be above 0; it is " + short_number(plan.step_size) + ".");
    require(positive(plan.temperature),
            "--temperature must be above 0; it is " + short_number(plan.temperature) + ".");
    require(positive(plan.prior_sd),
            "--prior-sd must be above 0 and finite, because the barrier has no lower bound "
            "without it; it is " +
                short_number(plan.prior_sd) + ".");
    require(std::isfinite(plan.lambda) && plan.lambda >= 0.0,
            "--lambda must be 0 or more; it is " + short_number(plan.lambda) + ".");
}

}  // namespace marginscope
